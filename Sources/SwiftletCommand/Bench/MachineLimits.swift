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

  /// The limit of one kind of test, sampled in turn with it.
  final class Turns {
    private let kind: SpeedTest.Kind
    /// Not made for prompts, which need none of its memory.
    private lazy var probe = MachineProbe()
    private var samples: [Double] = []

    init(_ kind: SpeedTest.Kind) { self.kind = kind }

    func sample() {
      samples.append(kind == .prompt ? MachineProbe.floatOperationsPerSecond() : probe.bytesReadPerSecond())
    }

    /// The limits with the samples' median in the place of what was measured at first.
    func applied(to limits: MachineLimits) -> MachineLimits {
      guard let median = samples.median else { return limits }
      return MachineLimits(
        threads: limits.threads, floatPeak: kind == .prompt ? median : limits.floatPeak,
        readBandwidth: kind == .generation ? median : limits.readBandwidth)
    }
  }
}
