import Tensors

extension Linear {
  /// - Parameter x: [rows, input]
  /// - Returns: [rows, output]
  func forward(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    linear(x, weight: weight, layout: layout, bias: bias, tape: tape)
  }
}
