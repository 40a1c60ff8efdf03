import Foundation
import Synchronization

/// What copies of weights take together, beside the weights: at most half of the machine's memory. A weight that finds
/// no room is read where it lies.
enum CopyBudget {
  private static let taken = Atomic<Int>(0)
  private static let limit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)

  /// Whether there was room.
  static func reserve(_ byteCount: Int) -> Bool {
    guard taken.wrappingAdd(byteCount, ordering: .relaxed).newValue <= limit else {
      release(byteCount)
      return false
    }
    return true
  }

  static func release(_ byteCount: Int) {
    taken.wrappingSubtract(byteCount, ordering: .relaxed)
  }
}
