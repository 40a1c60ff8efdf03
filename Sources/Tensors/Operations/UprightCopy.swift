import Synchronization

/// A plain weight of the layout `inputMajor` once more, turned to [output, input]: its rows are then dot products that
/// read memory from front to back, in half the time, and prompts meet it in 16-bit numbers.
///
/// Only weights in mapped files have such a copy, since nothing can train those and leave it behind. It is made when the
/// weight is first used, takes as much memory as the weight, and the file's pages that were read for it are given back.
final class UprightCopy: Sendable {
  private enum State {
    case untried, refused
    case made(Linear)
  }
  private let state = Mutex<State>(.untried)

  /// Whether a weight has such a copy.
  static func suits(_ weight: Tensor, _ layout: WeightLayout) -> Bool {
    layout == .inputMajor && weight.shape.rank == 2 && weight.elementType.plainCode != nil && weight.storage.isMapped
  }

  /// The same projection with the copy, made now if it has not been; nil where memory is too small for it.
  func linear(of part: Linear) -> Linear? {
    state.withLock { state in
      switch state {
      case .made(let linear): return linear
      case .refused: return nil
      case .untried: break
      }
      let weight = part.weight
      guard CopyBudget.reserve(weight.byteCount) else {
        state = .refused
        return nil
      }
      let upright = weight.converted(to: .f32).transposed().converted(to: weight.elementType)
      weight.releasePages()
      let linear = Linear(weight: upright, bias: part.bias)
      state = .made(linear)
      return linear
    }
  }

  deinit {
    state.withLock {
      if case .made(let linear) = $0 { CopyBudget.release(linear.weight.byteCount) }
    }
  }
}
