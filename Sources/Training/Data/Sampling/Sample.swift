/// What a model is shown once: tokens, and the token that comes after each.
public struct Sample: Sendable, Hashable {
  /// The target of a token after which nothing is to be predicted.
  public static let ignoredTarget = -1

  /// The tokens that the model sees.
  public let inputs: [Int]
  /// For each of them the one that follows, or `ignoredTarget`.
  public let targets: [Int]
  /// The rows that see each other: all, or the parts of one document each.
  public let segments: [Range<Int>]

  /// The tokens of each segment, as `LanguageModel.loss` takes them.
  public var texts: [[Int]] { segments.map { Array(inputs[$0]) } }
  /// The targets of each segment.
  public var textTargets: [[Int]] { segments.map { Array(targets[$0]) } }
}
