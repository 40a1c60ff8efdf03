public import Checkpoints
public import Tensors

/// How a model is to be quantised: a mix, and what else has a say.
public struct Quantization: Sendable {
  /// Which type each matrix gets.
  public var mix: QuantizationMix
  /// How much each column of each matrix matters; nil where nothing is known.
  public var importance: ImportanceMatrix?
  /// Another type for the head (for the tokens' vectors, where the head is tied to them).
  public var outputType: ElementType?
  /// Another type for the tokens' vectors.
  public var embeddingType: ElementType?
  /// Whether matrices that are in blocks already may be rounded again, which costs more than rounding once.
  public var requantizes: Bool

  /// A mix, and by default nothing else.
  public init(
    _ mix: QuantizationMix, importance: ImportanceMatrix? = nil, outputType: ElementType? = nil,
    embeddingType: ElementType? = nil, requantizes: Bool = false
  ) {
    (self.mix, self.importance) = (mix, importance)
    (self.outputType, self.embeddingType, self.requantizes) = (outputType, embeddingType, requantizes)
  }

  /// The type of a parameter that is a matrix.
  func type(of name: String, shape: Shape, in configuration: Configuration) -> ElementType {
    let words = name.split(separator: ".")
    let part = Self.part(words)
    let isHead = part == .head || part == .tokens && configuration.tiesEmbeddings
    if part == .tokens, let embeddingType { return Self.fitting(embeddingType, shape) }
    if isHead, let outputType { return Self.fitting(outputType, shape) }
    let base = mix.baseType
    guard base.isBlocked, !mix.isPure else { return Self.fitting(base, shape) }
    if base == .mxfp4 {
      return Self.fitting(!isHead && shape.rank == 3 && shape[0] > 1 ? .mxfp4 : .q8_0, shape)
    }
    if isHead { return Self.fitting(base == .q8_0 || shape.columnCount % base.blockSize != 0 ? .q8_0 : .q6_K, shape) }
    let layer = words.count > 1 ? Int(words[1]) ?? 0 : 0
    let experts = configuration.layers.map(\.feedForward.expertCount).max() ?? 0
    var type =
      mix.rules.first { $0.part == part && holds($0.condition, layer: layer, experts: experts, configuration) }?.type
      ?? base
    // llama.cpp's own: Llama 2's and 3's 70B share eight heads, and eight experts leave attention small.
    let is70B = configuration.layerCount == 80 && configuration.kvHeadCount != configuration.headCount
    if part == .value, is70B, configuration.family == .llama, type == .q3_K || type == .q4_K { type = .q5_K }
    if part == .value || part == .key, experts == 8 { type = .q8_0 }
    return Self.fitting(type, shape)
  }

  private func holds(
    _ condition: QuantizationMix.Condition, layer: Int, experts: Int, _ configuration: Configuration
  ) -> Bool {
    let count = configuration.layerCount
    switch condition {
    case .always: return true
    case .sensitiveLayer:
      return layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
    case .firstLayers(let number): return layer < number
    case .firstOf(let number): return layer < count / number
    case .firstEighthWithImportance: return importance != nil && layer < count / 8
    case .firstEighthWithoutImportance: return importance == nil && layer < count / 8
    case .sharesValues: return configuration.headCount / configuration.kvHeadCount >= 4
    case .eightExperts: return experts == 8
    case .notEightExperts: return experts != 8
    }
  }

  private static func part(_ words: [Substring]) -> QuantizationMix.Part {
    switch (words.first, words.count > 3 ? words[2] : "", words.count > 3 ? words[3] : "") {
    case ("tokens", _, _): .tokens
    case ("head", _, _): .head
    case (_, "attention", "value"), (_, "attention", "queryKeyValue"): .value
    case (_, "attention", "query"): .query
    case (_, "attention", "key"): .key
    case (_, "attention", "output"): .attentionOutput
    case (_, _, "down"): .down
    default: .other
    }
  }

  /// The type, or where rows are no whole blocks of it the one with blocks of 32 that has about as many bits, or float16.
  static func fitting(_ type: ElementType, _ shape: Shape) -> ElementType {
    func fits(_ type: ElementType) -> Bool { shape.columnCount % type.blockSize == 0 }
    guard !fits(type) else { return type }
    let smaller: ElementType =
      switch type {
      case .iq4_xs: .iq4_nl
      case .q2_K, .q3_K: .q4_0
      case .q4_K: .q5_0
      case .q5_K: .q5_1
      case .q6_K: .q8_0
      default: .f16
      }
    return fits(smaller) ? smaller : .f16
  }
}

extension FeedForward {
  fileprivate var expertCount: Int {
    if case .mixtureOfExperts(let mixture) = self { mixture.expertCount } else { 0 }
  }
}
