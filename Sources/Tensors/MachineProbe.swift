import CTensorKernels
import Foundation
import Synchronization

/// What this machine can do right now, in trials short enough to take turns with what is held against them: on a machine
/// that others share, a limit measured a minute ago says little.
///
///     let probe = MachineProbe()
///     let before = probe.bytesReadPerSecond()
public final class MachineProbe: @unchecked Sendable {
  private static let pieceBytes = 2 << 20
  private let buffer: UnsafeMutableRawPointer
  private let pieces: Int

  /// Takes memory that no cache holds: 512 MiB, less on a small machine.
  public init() {
    // Larger than the caches of large servers, and no more than a small part of a small machine's memory.
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    pieces = min(512 << 20, max(64 << 20, memory / 16)) / Self.pieceBytes
    // Not from the cache of used blocks, which would keep it.
    let byteCount = pieces * Self.pieceBytes
    let buffer = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: HugePages.alignment(forByteCount: byteCount))
    unsafe self.buffer = buffer
    unsafe HugePages.request(buffer, byteCount: byteCount)
    // Pages that nobody wrote to are all the same page of zeros.
    ThreadPool.shared.run(pieces) { piece in
      unsafe (buffer + piece * Self.pieceBytes).initializeMemory(
        as: UInt8.self, repeating: UInt8(truncatingIfNeeded: piece), count: Self.pieceBytes)
    }
  }

  deinit { unsafe buffer.deallocate() }

  /// The bytes per second that all threads of the shared pool read together, over about a tenth of a second.
  public func bytesReadPerSecond() -> Double { Self.mean(readTrial) }

  /// The float32 operations per second that they compute together, over about a twentieth of a second.
  public static func floatOperationsPerSecond() -> Double { mean(floatTrial) }

  /// What several trials come to together: as much is done in each, so their times add up.
  private static func mean(_ trial: () -> Double) -> Double {
    let trials = 5
    return Double(trials) / (0..<trials).reduce(0) { sum, _ in sum + 1 / trial() }
  }

  /// One pass over the memory.
  func readTrial() -> Double {
    let seen = Atomic<UInt32>(0)
    let elapsed = ContinuousClock().measure {
      ThreadPool.shared.run(pieces) { piece in
        let words = unsafe (buffer + piece * Self.pieceBytes).assumingMemoryBound(to: UInt32.self)
        seen.bitwiseXor(unsafe Kernels.table.read(Self.pieceBytes / 4, words), ordering: .relaxed)
      }
    }
    return Double(pieces * Self.pieceBytes) / (elapsed / .seconds(1))
  }

  /// A few milliseconds of multiplications and additions.
  static func floatTrial() -> Double {
    let (tasksPerThread, rounds) = (16, 16_384)
    let operations = Tensor(zeros: [ThreadPool.shared.threadCount * tasksPerThread])
    let elapsed = ContinuousClock().measure {
      ThreadPool.shared.run(operations.elementCount) { task in
        var mean: Float = 0
        unsafe operations.floatPointer[task] = Float(Kernels.table.multiply_adds(rounds, &mean))
      }
    }
    return Double(operations.floats().reduce(0, +)) / (elapsed / .seconds(1))
  }
}
