import Tensors

/// One layer: attention and feed-forward, each added to the residual stream and normalised before or after.
final class Block: Sendable {
  let attentionNorm, feedForwardNorm: Norm
  let attention: Attention
  let feedForward: FeedForwardPart
  let placement: NormPlacement

  init(
    index: Int, _ configuration: Configuration, angles: RotaryAngles?, from source: some ParameterSource
  ) throws {
    let (prefix, layer) = ("layers.\(index).", configuration.layers[index])
    attentionNorm = try source.norm(prefix + "attentionNorm", configuration)
    attention = try Attention(prefix + "attention.", layer: layer, configuration, angles: angles, from: source)
    feedForwardNorm = try source.norm(prefix + "feedForwardNorm", configuration)
    feedForward = try FeedForwardPart(prefix, layer.feedForward, configuration, from: source)
    placement = configuration.normPlacement
  }

  /// - Parameter x: [rows, hiddenSize]
  func forward(_ x: Tensor, layer: Int, sequences: [SequenceRows], tape: Tape? = nil) -> Tensor {
    func fed(_ x: Tensor, addedTo residual: Tensor) -> Tensor {
      feedForward.forward(x, addedTo: residual, dropout: tape?.dropout?.place(3 * layer + 2), tape: tape)
    }
    let sum = attention.forward(
      attentionInput(x, tape: tape), addedTo: x, layer: layer, sequences: sequences, tape: tape)
    switch placement {
    case .pre:
      return fed(feedForwardNorm.forward(sum, tape: tape), addedTo: sum)
    case .post:
      let h = attentionNorm.forward(sum, tape: tape)
      return feedForwardNorm.forward(fed(h, addedTo: h), tape: tape)
    }
  }

  /// What attention reads of the residual stream.
  /// - Parameter x: [rows, hiddenSize]
  func attentionInput(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    placement == .pre ? attentionNorm.forward(x, tape: tape) : x
  }
}
