import Swiftlet

/// What the machine can do at most with a number of threads.
struct MachineLimits {
  let threads: Int
  /// Float32 operations per second.
  let floatPeak: Double
  /// Bytes read from memory per second.
  let readBandwidth: Double

  /// Measures it, after which operations use that many threads.
  init(threads: Int) {
    ThreadPool.configure(threadCount: threads)
    self.threads = threads
    floatPeak = MachineSpeed.floatPeak()
    readBandwidth = MachineSpeed.readBandwidth()
  }

  private init(threads: Int, floatPeak: Double, readBandwidth: Double) {
    self.threads = threads
    self.floatPeak = floatPeak
    self.readBandwidth = readBandwidth
  }

  /// The limits of one test, sampled in turn with it.
  final class Turns {
    private let test: SpeedTest
    /// Not made for prompts, which need none of its memory.
    private lazy var probe = MachineProbe()
    private var floatPeaks: [Double] = []
    private var bandwidths: [Double] = []

    init(_ test: SpeedTest) { self.test = test }

    func sample() {
      if test.kind == .prompt || test.sequences > 1 { floatPeaks.append(MachineProbe.floatOperationsPerSecond()) }
      if test.kind == .generation { bandwidths.append(probe.bytesReadPerSecond()) }
    }

    /// The limits with the samples' medians in the place of what was measured at first.
    func applied(to limits: MachineLimits) -> MachineLimits {
      MachineLimits(
        threads: limits.threads, floatPeak: floatPeaks.median ?? limits.floatPeak,
        readBandwidth: bandwidths.median ?? limits.readBandwidth)
    }
  }
}
