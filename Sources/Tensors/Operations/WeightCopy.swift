import Foundation
import Synchronization

/// A weight once more in a form that kernels read faster, made when it is first used. It takes as much memory as the
/// weight, and the pages of a mapped file that were read for it are given back.
final class WeightCopy<Form: Sendable>: Sendable {
  private enum State {
    case untried, refused
    case made(Form, byteCount: Int)
  }
  private let state = Mutex<State>(.untried)

  /// The copy, made now if it has not been; nil where memory is too small for it.
  /// - Parameters:
  ///   - byteCount: What it takes.
  ///   - weight: The one that it is of, always the same.
  func form(byteCount: Int, of weight: Tensor, _ make: () -> Form) -> Form? {
    state.withLock { state in
      switch state {
      case .made(let form, _): return form
      case .refused: return nil
      case .untried: break
      }
      guard CopyBudget.reserve(byteCount) else {
        state = .refused
        return nil
      }
      let form = make()
      weight.releasePages()
      state = .made(form, byteCount: byteCount)
      return form
    }
  }

  deinit {
    state.withLock {
      if case .made(_, let byteCount) = $0 { CopyBudget.release(byteCount) }
    }
  }
}

/// What all copies take together, and the most that they may: a weight that finds no room is read where it lies.
private enum CopyBudget {
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
