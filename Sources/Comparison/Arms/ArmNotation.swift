public import LanguageModels

/// An arm as a person writes it: `NAME=BASE+part+part`, of which only BASE must be there.
///
///     gpt2                                  the preset, in the experiment's size
///     llama-2-7b+layernorm                  with one part exchanged
///     slow=gpt2+learning-rate=0.001         with a learning rate of its own
///     gpt-1+no-warmup                       without warmup
public struct ArmNotation: Sendable, Hashable {
  /// What tables call the arm.
  public let name: String
  /// A preset, a config.json or a model.
  public let base: String
  /// What is exchanged, in order.
  public let parts: [Part]
  /// The learning rate, where it is given.
  public let learningRate: Double?
  /// Whether the learning rate rises first.
  public let hasWarmup: Bool

  /// Reads the notation.
  /// - Throws: `ComparisonError` for a part that does not exist.
  public init(_ text: String) throws(ComparisonError) {
    let pieces = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    let head = pieces[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    base = head[head.count - 1]
    name = head.count == 2 ? head[0] : text
    guard !base.isEmpty, !name.isEmpty else {
      throw ComparisonError(
        .unknownPart, "“\(text)” names no model; write BASE or NAME=BASE, then +part for each change.")
    }
    var parts: [Part] = []
    var (rate, hasWarmup): (Double?, Bool) = (nil, true)
    for piece in pieces.dropFirst() {
      if let part = Part(rawValue: piece) {
        parts.append(part)
      } else if piece == "no-warmup" {
        hasWarmup = false
      } else if piece.hasPrefix("learning-rate=") {
        guard let number = Double(piece.dropFirst("learning-rate=".count)), number > 0, number.isFinite else {
          throw ComparisonError(.unknownPart, "“\(piece)” in “\(text)”: give a number above 0.")
        }
        rate = number
      } else {
        throw ComparisonError(
          .unknownPart,
          "“\(piece)” in “\(text)” is no part; parts are \(Part.allCases.map(\.rawValue).joined(separator: ", ")),"
            + " no-warmup and learning-rate=X.")
      }
    }
    (self.parts, learningRate, self.hasWarmup) = (parts, rate, hasWarmup)
  }
}

extension Arm {
  /// The arms that some notations mean, each compared with the first.
  /// - Parameters:
  ///   - decoders: What the notations' bases are.
  ///   - matchesParameters: Whether all arms get as many parameters as the first.
  /// - Throws: `ComparisonError` where a part does not fit, or an arm cannot have as many parameters.
  public static func arms(
    _ notations: [ArmNotation], decoders: [Configuration], matchesParameters: Bool, tolerance: Double = 0.01
  ) throws -> [Arm] {
    var arms: [Arm] = []
    for (notation, decoder) in zip(notations, decoders) {
      var configuration = decoder
      for part in notation.parts { try part.apply(to: &configuration) }
      if matchesParameters, let first = arms.first {
        configuration = try configuration.matched(
          toParameters: first.configuration.parameterCount, tolerance: tolerance, name: notation.name)
      }
      // What a base's own family cannot say any more is another decoder.
      if !notation.parts.isEmpty { configuration = configuration.inPublishedFamily }
      let title = ([notation.base] + notation.parts.map(\.rawValue)).joined(separator: " + ")
      arms.append(
        Arm(
          name: notation.name, title: notation.hasWarmup ? title : title + ", no warmup", configuration: configuration,
          learningRate: notation.learningRate, hasWarmup: notation.hasWarmup, baseline: arms.first?.name))
    }
    return arms
  }
}
