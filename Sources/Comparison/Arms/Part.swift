public import LanguageModels
import Tensors

/// A part that can be exchanged in a decoder, by the name that the command line has for it.
///
///     var configuration = Configuration.gpt2
///     try Part.rotary.apply(to: &configuration)
public enum Part: String, Sendable, Hashable, CaseIterable {
  /// Where normalisation stands: after each residual sum (GPT-1), or before each sublayer.
  case postNorm = "post-norm"
  case preNorm = "pre-norm"
  /// What normalises, with or without a learned offset.
  case layerNorm = "layernorm"
  case layerNormWithoutOffset = "layernorm-no-offset"
  case rmsNorm = "rmsnorm"
  case rmsNormWithOffset = "rmsnorm-offset"
  /// The feed-forward part: one projection and a function, or two of which one gates the other.
  case relu
  case gelu
  case geglu
  case swiglu
  /// How tokens know where they stand.
  case learned
  case rotary
  case noPositions = "no-positions"
  /// Whether projections add a bias.
  case biases
  case noBiases = "no-biases"
  /// How many query heads share a key head: one, two (or as many as leave two key heads), all.
  case multiHead = "multi-head"
  case groupedQuery = "grouped-query"
  case multiQuery = "multi-query"
  /// Whether the output projection is the token embedding.
  case tied
  case untied
  /// What layers attend to: everything, or every other one a band of the last tokens only (GPT-3).
  case dense
  case banded

  /// Puts the part into a decoder. Sizes stay as they are, so the number of parameters may change; see
  /// `Configuration.matched`.
  /// - Throws: `ComparisonError` where the decoder cannot have the part.
  public func apply(to configuration: inout Configuration) throws(ComparisonError) {
    let epsilon = configuration.normalization.epsilon
    switch self {
    case .postNorm: configuration.normPlacement = .post
    case .preNorm: configuration.normPlacement = .pre
    case .layerNorm: configuration.normalization = .layerNorm(epsilon: epsilon)
    case .layerNormWithoutOffset: configuration.normalization = .layerNorm(epsilon: epsilon, hasBias: false)
    case .rmsNorm: configuration.normalization = .rmsNorm(epsilon: epsilon)
    case .rmsNormWithOffset: configuration.normalization = .rmsNorm(epsilon: epsilon, hasBias: true)
    case .relu: try setFeedForward(&configuration) { .plain(.relu, intermediateSize: $0) }
    case .gelu: try setFeedForward(&configuration) { .plain(.geluTanh, intermediateSize: $0) }
    case .geglu: try setFeedForward(&configuration) { .gated(.activation(.geluTanh), intermediateSize: $0) }
    case .swiglu: try setFeedForward(&configuration) { .gated(.activation(.silu), intermediateSize: $0) }
    case .learned: configuration.position = .learned()
    case .rotary:
      guard configuration.headSize % 2 == 0 else {
        throw ComparisonError(
          .unknownPart,
          "rotary positions turn pairs, and a head has \(configuration.headSize) numbers; give an even head size.")
      }
      configuration.position = .rotary(RotaryPosition(theta: 10_000))
    case .noPositions: configuration.position = .none
    case .biases: configuration.biases = .all
    case .noBiases: configuration.biases = .none
    case .multiHead: configuration.kvHeadCount = configuration.headCount
    case .multiQuery: configuration.kvHeadCount = 1
    case .groupedQuery:
      guard configuration.headCount % 2 == 0 else {
        throw ComparisonError(
          .unknownPart, "\(configuration.headCount) query heads cannot share key heads in pairs; give an even number.")
      }
      // Published models keep eight key heads; small ones have fewer query heads than that.
      configuration.kvHeadCount =
        configuration.headCount % 8 == 0 && configuration.headCount > 8 ? 8 : configuration.headCount / 2
    case .tied: configuration.tiesEmbeddings = true
    case .untied: configuration.tiesEmbeddings = false
    case .dense: configuration.setAttentionPatterns([.full])
    case .banded:
      // GPT-3's bandwidth is not published. A quarter of the context leaves most of it to the dense layers.
      configuration.setAttentionPatterns([.full, .banded(window: max(1, configuration.contextLength / 4))])
    }
  }

  /// Replaces a feed-forward part by another of the same number of matrix elements: 8/3 of the width gated is 4 plain.
  private func setFeedForward(
    _ configuration: inout Configuration, _ part: (Int) -> FeedForward
  ) throws(ComparisonError) {
    for index in configuration.layers.indices {
      let old = configuration.layers[index].feedForward
      guard let elements = old.matrixElements else {
        throw ComparisonError(
          .unknownPart, "\(rawValue) cannot take the place of a mixture of experts; begin with a dense model.")
      }
      let matrices = part(1).matrixElements ?? 1
      configuration.layers[index].feedForward = part(max(1, elements / matrices))
    }
  }
}

extension FeedForward {
  /// The elements of its matrices per element of the hidden size; nil for experts.
  fileprivate var matrixElements: Int? {
    switch self {
    case .plain(_, let size): 2 * size
    case .gated(_, let size): 3 * size
    case .mixtureOfExperts: nil
    }
  }
}
