import Foundation
public import Tensors

/// The parts that make a decoder a GPT, a LLaMA, or anything between.
///
/// A family is nothing but one value of this type and the names its tensors have in files. Start from a preset and
/// exchange parts:
///
///     var configuration = Configuration.gpt2
///     configuration.normalization = .rmsNorm(epsilon: 1e-5)
///     configuration.position = .rotary(RotaryPosition(theta: 10_000))
///     configuration.setFeedForward(.gated(.activation(.silu), intermediateSize: 2048))
public struct Configuration: Sendable, Hashable {
  /// Which family's names the tensors carry in files; `hybrid` can say any combination of parts.
  public var family: Family
  /// How many tokens there are.
  public var vocabularySize: Int
  /// The most tokens that the model was made to see at once.
  public var contextLength: Int
  /// The width of the residual stream.
  public var hiddenSize: Int
  /// The query heads of each attention.
  public var headCount: Int
  /// The key and value heads; fewer than `headCount` is grouped-query attention.
  public var kvHeadCount: Int
  /// The width of one head. Usually `hiddenSize / headCount`, but it need not be.
  public var headSize: Int
  /// How activations are normalised.
  public var normalization: Normalization
  /// Whether each sublayer's input (`pre`) or the sum after it (`post`) is normalised.
  public var normPlacement: NormPlacement
  /// How tokens know where they stand.
  public var position: Position
  /// What each layer attends to and computes, first layer first.
  public var layers: [Layer]
  /// Which projections add a bias.
  public var biases: Biases
  /// Attention details beyond the plain scaled dot product.
  public var attention: AttentionOptions
  /// Whether the output projection is the token embedding.
  public var tiesEmbeddings: Bool
  /// Whether query, key and value are one matrix, as GPT-1 and GPT-2 store them.
  public var fusesQueryKeyValue: Bool
  /// The token that begins a text, if the model has one.
  public var bosToken: Int?
  /// The tokens that end a text.
  public var eosTokens: [Int]

  /// A decoder of `layerCount` equal layers.
  public init(
    family: Family, vocabularySize: Int, contextLength: Int, hiddenSize: Int, layerCount: Int, headCount: Int,
    kvHeadCount: Int? = nil, headSize: Int? = nil, normalization: Normalization, normPlacement: NormPlacement = .pre,
    position: Position, feedForward: FeedForward, attentionPattern: AttentionPattern = .full, biases: Biases,
    attention: AttentionOptions = AttentionOptions(), tiesEmbeddings: Bool, fusesQueryKeyValue: Bool = false,
    bosToken: Int? = nil, eosTokens: [Int] = []
  ) {
    self.family = family
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.hiddenSize = hiddenSize
    self.headCount = headCount
    self.kvHeadCount = kvHeadCount ?? headCount
    self.headSize = headSize ?? (headCount > 0 ? hiddenSize / headCount : 0)
    self.normalization = normalization
    self.normPlacement = normPlacement
    self.position = position
    layers = Array(repeating: Layer(pattern: attentionPattern, feedForward: feedForward), count: max(0, layerCount))
    self.biases = biases
    self.attention = attention
    self.tiesEmbeddings = tiesEmbeddings
    self.fusesQueryKeyValue = fusesQueryKeyValue
    self.bosToken = bosToken
    self.eosTokens = eosTokens
  }

  /// How many layers there are.
  public var layerCount: Int { layers.count }
  /// The width of all query heads together.
  public var queryWidth: Int { headCount * headSize }
  /// The width of all key heads (or all value heads) together.
  public var keyValueWidth: Int { kvHeadCount * headSize }
  /// Post-norm decoders end with a normalised sum already; pre-norm ones normalise once more before the head.
  public var hasFinalNorm: Bool { normPlacement == .pre }

  /// Gives every layer this feed-forward part.
  public mutating func setFeedForward(_ feedForward: FeedForward) {
    for index in layers.indices { layers[index].feedForward = feedForward }
  }

  /// Gives the layers these patterns in turn, beginning again after the last.
  public mutating func setAttentionPatterns(_ cycle: [AttentionPattern]) {
    for index in layers.indices where !cycle.isEmpty { layers[index].pattern = cycle[index % cycle.count] }
  }
}

/// What can differ from layer to layer.
public struct Layer: Sendable, Hashable {
  /// Which earlier tokens a token attends to.
  public var pattern: AttentionPattern
  /// Whether queries and keys are rotated, where the model's position is rotary. False makes a NoPE layer (Llama 4).
  public var usesRotary: Bool
  /// The feed-forward part.
  public var feedForward: FeedForward

  /// A layer of these parts.
  public init(pattern: AttentionPattern = .full, usesRotary: Bool = true, feedForward: FeedForward) {
    self.pattern = pattern
    self.usesRotary = usesRotary
    self.feedForward = feedForward
  }
}

/// How activations are brought to unit size before (or after) a sublayer.
public struct Normalization: Sendable, Hashable {
  /// Layer normalisation subtracts the mean (Ba et al. 2016); RMSNorm only scales (Zhang and Sennrich 2019).
  public enum Kind: String, Sendable, CaseIterable { case layerNorm, rmsNorm }
  /// Which of the two.
  public var kind: Kind
  /// Added to the variance (or mean square) before the root.
  public var epsilon: Float
  /// Whether a learned offset is added after the learned gain.
  public var hasBias: Bool

  /// Normalisation of these parts.
  public init(kind: Kind, epsilon: Float, hasBias: Bool) {
    (self.kind, self.epsilon, self.hasBias) = (kind, epsilon, hasBias)
  }

  /// Layer normalisation, with gain and offset as GPT has them.
  public static func layerNorm(epsilon: Float, hasBias: Bool = true) -> Normalization {
    Normalization(kind: .layerNorm, epsilon: epsilon, hasBias: hasBias)
  }

  /// RMSNorm, with a gain only as LLaMA has it, or with an offset too.
  public static func rmsNorm(epsilon: Float, hasBias: Bool = false) -> Normalization {
    Normalization(kind: .rmsNorm, epsilon: epsilon, hasBias: hasBias)
  }
}

/// Where normalisation stands: GPT-1 normalises after each residual sum, everything later before each sublayer.
public enum NormPlacement: String, Sendable, CaseIterable { case pre, post }

/// How tokens know where they stand.
public enum Position: Sendable, Hashable {
  /// One learned vector per position, added to the token's. The table's first `offset` rows are unused (2 in OPT).
  case learned(offset: Int = 0)
  /// Queries and keys are rotated by angles that grow with the position (Su et al. 2021).
  case rotary(RotaryPosition)
  /// Nothing: causal attention alone.
  case none
}

/// The feed-forward part of a layer.
public enum FeedForward: Sendable, Hashable {
  /// `down(activation(up(x)))`: GPT.
  case plain(Activation, intermediateSize: Int)
  /// `down(gate(gate(x), up(x)))`: SwiGLU in LLaMA (Shazeer 2020).
  case gated(GateFunction, intermediateSize: Int)
  /// Several gated experts of which each token uses a few: gpt-oss, Llama 4.
  case mixtureOfExperts(MixtureOfExperts)

  /// How gate and up combine, where there is a gate.
  var gate: GateFunction? {
    switch self {
    case .plain: nil
    case .gated(let gate, _): gate
    case .mixtureOfExperts(let mixture): mixture.gate
    }
  }
}

/// Experts, how a token chooses among them, and how their weights are stored.
public struct MixtureOfExperts: Sendable, Hashable {
  /// How router logits become weights.
  public enum Routing: String, Sendable, CaseIterable {
    /// Softmax over the chosen experts' logits; weights multiply the experts' outputs (gpt-oss).
    case softmaxOverChosen
    /// Sigmoid of each chosen logit; weights multiply the experts' inputs (Llama 4).
    case sigmoidOnInput
  }
  /// How many experts there are.
  public var expertCount: Int
  /// How many a token uses.
  public var expertsPerToken: Int
  /// The inner width of one expert.
  public var intermediateSize: Int
  /// How an expert's gate and up halves combine.
  public var gate: GateFunction
  /// How router logits become weights.
  public var routing: Routing
  /// The inner width of an expert that every token uses besides, if there is one.
  public var sharedIntermediateSize: Int?
  /// Whether router and experts add biases.
  public var hasBias: Bool
  /// How one tensor holds gate and up together; nil when they are two tensors.
  public var packing: GatePacking?

  /// Experts with these parts.
  public init(
    expertCount: Int, expertsPerToken: Int, intermediateSize: Int, gate: GateFunction, routing: Routing,
    sharedIntermediateSize: Int? = nil, hasBias: Bool, packing: GatePacking?
  ) {
    self.expertCount = expertCount
    self.expertsPerToken = expertsPerToken
    self.intermediateSize = intermediateSize
    self.gate = gate
    self.routing = routing
    self.sharedIntermediateSize = sharedIntermediateSize
    self.hasBias = hasBias
    self.packing = packing
  }
}

/// Which projections add a bias.
public struct Biases: Sendable, Hashable {
  /// Query, key and value.
  public var queryKeyValue: Bool
  /// The attention's output projection.
  public var attentionOutput: Bool
  /// The feed-forward projections (experts have their own flag).
  public var feedForward: Bool

  /// Biases in these places.
  public init(queryKeyValue: Bool, attentionOutput: Bool, feedForward: Bool) {
    self.queryKeyValue = queryKeyValue
    self.attentionOutput = attentionOutput
    self.feedForward = feedForward
  }
  /// Everywhere, as in GPT.
  public static let all = Biases(queryKeyValue: true, attentionOutput: true, feedForward: true)
  /// Nowhere, as in LLaMA.
  public static let none = Biases(queryKeyValue: false, attentionOutput: false, feedForward: false)
}

/// Attention details beyond the plain scaled dot product.
public struct AttentionOptions: Sendable, Hashable {
  /// What scores are multiplied by; nil is 1 / √headSize.
  public var scale: Float?
  /// A learned extra logit per head in the softmax's denominator: attention may rest on nothing (gpt-oss).
  public var hasSinks: Bool
  /// Queries and keys are normalised (no gain) after rotation, in rotary layers (Llama 4).
  public var normalizesQueryKey: Bool
  /// Queries of layers without rotary grow with the logarithm of their position (Llama 4).
  public var temperature: AttentionTemperature?

  /// These details; by default none.
  public init(
    scale: Float? = nil, hasSinks: Bool = false, normalizesQueryKey: Bool = false,
    temperature: AttentionTemperature? = nil
  ) {
    self.scale = scale
    self.hasSinks = hasSinks
    self.normalizesQueryKey = normalizesQueryKey
    self.temperature = temperature
  }
}

/// `1 + scale · ln(1 + ⌊(position + 1) / floor⌋)`, by which Llama 4 multiplies queries of layers without rotary.
public struct AttentionTemperature: Sendable, Hashable {
  /// The factor of the logarithm.
  public var scale: Float
  /// How many positions make one step.
  public var floor: Float

  /// A temperature with these constants.
  public init(scale: Float, floor: Float) {
    self.scale = scale
    self.floor = floor
  }

  /// The factor at a position.
  func factor(at position: Int) -> Float {
    1 + scale * log(1 + ((Float(position) + 1) / floor).rounded(.down))
  }
}
