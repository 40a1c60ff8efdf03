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
    func attended(_ x: Tensor) -> Tensor {
      let mixed = attention.forward(x, layer: layer, sequences: sequences, tape: tape)
      return dropout(mixed, tape?.dropout?.place(3 * layer + 1), tape: tape)
    }
    func fed(_ x: Tensor) -> Tensor {
      dropout(feedForward.forward(x, tape: tape), tape?.dropout?.place(3 * layer + 2), tape: tape)
    }
    let sum = add(x, attended(attentionInput(x, tape: tape)), tape: tape)
    switch placement {
    case .pre:
      return add(sum, fed(feedForwardNorm.forward(sum, tape: tape)), tape: tape)
    case .post:
      let h = attentionNorm.forward(sum, tape: tape)
      return feedForwardNorm.forward(add(h, fed(h), tape: tape), tape: tape)
    }
  }

  /// What attention reads of the residual stream.
  /// - Parameter x: [rows, hiddenSize]
  func attentionInput(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    placement == .pre ? attentionNorm.forward(x, tape: tape) : x
  }
}
