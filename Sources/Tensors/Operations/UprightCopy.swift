/// The copy of a plain weight of the layout `inputMajor`, turned to [output, input]: its rows are then dot products that
/// read memory from front to back, in half the time, and prompts meet it in 16-bit numbers.
///
/// Only weights in mapped files have such a copy, since nothing can train those and leave it behind.
struct UprightCopy: Sendable {
  private let copy = WeightCopy<Linear>()

  /// Whether a weight has such a copy.
  static func suits(_ weight: Tensor, _ layout: WeightLayout) -> Bool {
    layout == .inputMajor && weight.shape.rank == 2 && weight.elementType.plainCode != nil && weight.storage.isMapped
  }

  /// The same projection with the copy, made now if it has not been; nil where memory is too small for it.
  func linear(of part: Linear) -> Linear? {
    copy.form(byteCount: part.weight.byteCount, of: part.weight) {
      Linear(weight: part.weight.transposed(), bias: part.bias)
    }
  }
}
