public import Tensors

/// `x · Wᵀ + b`. The weight may be of any element type: precision is data.
public struct Linear: Sendable {
  /// [output, input], or [input, output] where the layout is `inputMajor`.
  public let weight: Tensor
  /// Which way round the weight is stored.
  public let layout: WeightLayout
  /// [output]
  public let bias: Tensor?

  /// - Parameter x: [rows, input]
  /// - Returns: [rows, output]
  func forward(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    linear(x, weight: weight, layout: layout, bias: bias, tape: tape)
  }
}
