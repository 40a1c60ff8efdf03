import Tensors

/// Layer normalisation or RMSNorm, with a learned gain and, where there is one, an offset.
public struct Norm: Sendable {
  let kind: Normalization.Kind
  let epsilon: Float
  let gain: Tensor  // [hiddenSize]
  let bias: Tensor?  // [hiddenSize]

  /// - Parameter x: [rows, hiddenSize]
  func forward(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    switch kind {
    case .layerNorm: layerNorm(x, gain: gain, bias: bias, epsilon: epsilon, tape: tape)
    case .rmsNorm: rmsNorm(x, gain: gain, bias: bias, epsilon: epsilon, tape: tape)
    }
  }
}
