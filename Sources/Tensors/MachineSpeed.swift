import CTensorKernels
import Foundation
import Synchronization

/// What this machine can do at most, measured: what a claim of speed is held against.
public enum MachineSpeed {
  /// The most float32 operations per second that all threads of the shared pool reach together, in multiplications
  /// and additions that need nothing from memory. A model's share of it is its FLOP utilisation.
  ///
  /// It takes about 50 ms: the best of several short trials, since another program can only make one slower.
  ///
  ///     let peak = MachineSpeed.floatPeak()   // 5.1e11 on two cores of Zen 5
  ///
  /// - Returns: Operations per second; a multiplication and the addition that follows it are two.
  public static func floatPeak() -> Double {
    let (trials, tasksPerThread, rounds) = (8, 16, 16_384)
    let pool = ThreadPool.shared
    let tasks = pool.threadCount * tasksPerThread
    let table = Kernels.table
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<trials {
      let operations = Tensor(zeros: [tasks])
      let elapsed = clock.measure {
        pool.run(tasks) { task in
          var mean: Float = 0
          unsafe operations.floatPointer[task] = Float(table.multiply_adds(rounds, &mean))
        }
      }
      best = max(best, Double(operations.floats().reduce(0, +)) / (elapsed / .seconds(1)))
    }
    return best
  }

  /// The most bytes per second that all threads of the shared pool together read from memory, out of a buffer that no
  /// cache holds. A token that is generated reads every weight once, so this divided by the weights' bytes is the most
  /// tokens per second that a large model can reach.
  ///
  /// It takes about a third of a second: the best of several trials, since another program can only make one slower.
  ///
  ///     let bandwidth = MachineSpeed.readBandwidth()   // 4.1e10 on two cores of Zen 3
  public static func readBandwidth() -> Double {
    let (trials, pieceBytes) = (8, 2 << 20)
    // Larger than the caches of large servers, and no more than a small part of a small machine's memory.
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let byteCount = min(512 << 20, max(64 << 20, memory / 16)) / pieceBytes * pieceBytes
    // Not from the cache of used blocks, which would keep it.
    let buffer = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: HugePages.alignment(forByteCount: byteCount))
    defer { unsafe buffer.deallocate() }
    unsafe HugePages.request(buffer, byteCount: byteCount)
    let pool = ThreadPool.shared
    let table = Kernels.table
    let pieces = byteCount / pieceBytes
    // Pages that nobody wrote to are all the same page of zeros.
    pool.run(pieces) { piece in
      let start = unsafe buffer + piece * pieceBytes
      unsafe start.initializeMemory(as: UInt8.self, repeating: UInt8(truncatingIfNeeded: piece), count: pieceBytes)
    }
    let clock = ContinuousClock()
    var best = 0.0
    for _ in 0..<trials {
      let seen = Atomic<UInt32>(0)
      let elapsed = clock.measure {
        pool.run(pieces) { piece in
          let words = unsafe (buffer + piece * pieceBytes).assumingMemoryBound(to: UInt32.self)
          seen.bitwiseXor(unsafe table.read(pieceBytes / 4, words), ordering: .relaxed)
        }
      }
      best = max(best, Double(byteCount) / (elapsed / .seconds(1)))
    }
    return best
  }
}
