import Swiftlet

/// A decoder's parts in words.
enum ModelParts {
  /// One line per part: what it is called, and which one this decoder has.
  static func rows(_ configuration: Configuration) -> [(String, String)] {
    [
      ("vocabulary", Terminal.grouped(configuration.vocabularySize)),
      ("context", Terminal.grouped(configuration.contextLength)),
      ("hidden size", Terminal.grouped(configuration.hiddenSize)),
      ("layers", Terminal.grouped(configuration.layerCount)),
      ("attention", attention(configuration)),
      ("pattern", cycle(configuration.layers.map { pattern($0.pattern) })),
      ("position", position(configuration)),
      ("normalization", normalization(configuration)),
      ("feed-forward", cycle(configuration.layers.map { feedForward($0.feedForward) })),
      ("biases", biases(configuration.biases)),
      ("head", configuration.tiesEmbeddings ? "tied to the token embedding" : "its own matrix"),
    ]
  }

  private static func attention(_ configuration: Configuration) -> String {
    let heads = configuration.headCount
    let kind =
      configuration.kvHeadCount == heads
      ? "\(heads) heads" : "\(heads) query heads, \(configuration.kvHeadCount) key and value heads"
    return "\(kind) of \(configuration.headSize)" + (configuration.attention.hasSinks ? ", with sinks" : "")
  }

  private static func pattern(_ pattern: AttentionPattern) -> String {
    switch pattern {
    case .full: "full"
    case .banded(let window): "band of \(Terminal.grouped(window))"
    case .chunked(let size): "chunks of \(Terminal.grouped(size))"
    }
  }

  private static func position(_ configuration: Configuration) -> String {
    switch configuration.position {
    case .learned: return "learned"
    case .none: return "none"
    case .rotary(let rotary):
      let without = configuration.layers.count { !$0.usesRotary }
      return "rotary, base \(Terminal.grouped(Int(rotary.theta)))" + (without > 0 ? ", not in \(without) layers" : "")
    }
  }

  private static func normalization(_ configuration: Configuration) -> String {
    let kind = configuration.normalization.kind == .layerNorm ? "LayerNorm" : "RMSNorm"
    let place = configuration.normPlacement == .pre ? "before each part" : "after each part"
    return "\(kind) \(configuration.normalization.hasBias ? "with" : "without") offset, \(place)"
  }

  private static func feedForward(_ part: FeedForward) -> String {
    switch part {
    case .plain(let activation, let size): "\(activation.rawValue), \(Terminal.grouped(size))"
    case .gated(let gate, let size): "\(name(gate)), \(Terminal.grouped(size))"
    case .mixtureOfExperts(let mixture):
      "\(mixture.expertsPerToken) of \(mixture.expertCount) experts (\(name(mixture.gate)), "
        + "\(Terminal.grouped(mixture.intermediateSize)))"
        + (mixture.sharedIntermediateSize == nil ? "" : " and one shared")
    }
  }

  private static func name(_ gate: GateFunction) -> String {
    switch gate {
    case .activation(.silu): "SwiGLU"
    case .activation(let activation): "gated \(activation.rawValue)"
    case .clampedSwish: "clamped SwiGLU"
    }
  }

  private static func biases(_ biases: Biases) -> String {
    let places = [
      (biases.queryKeyValue, "query, key, value"), (biases.attentionOutput, "attention output"),
      (biases.feedForward, "feed-forward"),
    ].filter(\.0).map(\.1)
    return places.isEmpty ? "none" : places.joined(separator: ", ")
  }

  /// What the layers have, shortened to what repeats: "full, band of 128, in turn".
  private static func cycle(_ names: [String]) -> String {
    guard let first = names.first else { return "none" }
    if names.allSatisfy({ $0 == first }) { return first }
    for length in 2...4 where names.indices.allSatisfy({ names[$0] == names[$0 % length] }) {
      return names[..<length].joined(separator: "; ") + "; in turn"
    }
    let counts = names.reduce(into: [(String, Int)]()) { counts, name in
      if let index = counts.firstIndex(where: { $0.0 == name }) {
        counts[index].1 += 1
      } else {
        counts.append((name, 1))
      }
    }
    return counts.map { "\($0.0) in \($0.1) layers" }.joined(separator: "; ")
  }
}

extension Parameter.Part {
  /// The part in words.
  var label: String { self == .feedForward ? "feed-forward" : rawValue }
}
