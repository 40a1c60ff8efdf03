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

  /// Several projections of the same rows, which share what has to be done to them.
  /// - Parameter x: [rows, input]
  /// - Returns: [rows, output] for each
  static func forward(_ x: Tensor, _ projections: [Linear], tape: Tape? = nil) -> [Tensor] {
    linears(
      x, projections.map { Projection(weight: $0.weight, layout: $0.layout, bias: $0.bias) }, tape: tape)
  }
}
