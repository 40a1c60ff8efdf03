import Tensors

extension Linear {
  /// - Parameter x: [rows, input]
  /// - Returns: [rows, output]
  func forward(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    linears(x, [self], tape: tape)[0]
  }
}
