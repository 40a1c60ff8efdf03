public import Tensors

/// The numbers that a model is trained in.
///
/// Computation is in float32 either way, as are gradients and what the optimizer holds.
public enum TrainingPrecision: String, Sendable, Hashable, Codable, CaseIterable {
  /// Four bytes for every number.
  case float32
  /// Two bytes for what the forward pass reads and for what it keeps for the way back: matrices and activations. Each
  /// number has eight significant bits, so the sum of the updates is kept in float32 besides: `MasterWeights`.
  case bfloat16

  /// For `Tape.activationType`.
  public var activationType: ElementType {
    switch self {
    case .float32: .f32
    case .bfloat16: .bf16
    }
  }
}
