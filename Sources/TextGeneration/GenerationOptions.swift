/// How to continue a prompt, and when to stop.
public struct GenerationOptions: Sendable {
  /// How each token is chosen.
  public var sampling: SamplingOptions
  /// The most tokens to generate; nil goes on until the text ends or the context is full.
  public var maxTokens: Int?
  /// Texts that end the generation; they are not part of the result.
  public var stopStrings: [String]
  /// Tokens that end the generation besides the model's own, as chat formats need.
  public var stopTokens: [Int]
  /// Whether the model's end-of-text tokens end the generation.
  public var stopsAtEndOfText: Bool
  /// How many tokens to generate at least: what would end the text before is not chosen.
  public var minTokens: Int
  /// Texts that are never written.
  public var bannedStrings: [String]
  /// Whether events tell how probable the model held each token, and how many others beside it; costs a pass over the
  /// vocabulary. Nil does not tell.
  public var topLogProbabilities: Int?
  /// What the text must look like.
  public var constraint: GenerationConstraint?
  /// Control tokens that are written as their names, not left out: a format's own marks.
  public var keptControlTokens: Set<Int>

  /// These options.
  public init(
    sampling: SamplingOptions = SamplingOptions(), maxTokens: Int? = 200, stopStrings: [String] = [],
    stopTokens: [Int] = [], stopsAtEndOfText: Bool = true, minTokens: Int = 0, bannedStrings: [String] = [],
    topLogProbabilities: Int? = nil, constraint: GenerationConstraint? = nil, keptControlTokens: Set<Int> = []
  ) {
    self.sampling = sampling
    self.maxTokens = maxTokens
    self.stopStrings = stopStrings
    self.stopTokens = stopTokens
    self.stopsAtEndOfText = stopsAtEndOfText
    self.minTokens = minTokens
    self.bannedStrings = bannedStrings
    self.topLogProbabilities = topLogProbabilities
    self.constraint = constraint
    self.keptControlTokens = keptControlTokens
  }

  /// Checks every option against its range.
  /// - Throws: `GenerationError` naming the option, its value and its range.
  public func validate(vocabularySize: Int) throws(GenerationError) {
    try sampling.validate(vocabularySize: vocabularySize)
    if let maxTokens, maxTokens < 0 {
      throw GenerationError(.invalidOption, "max-tokens is \(maxTokens); give a whole number, 0 or more.")
    }
    if minTokens < 0 || minTokens > maxTokens ?? .max {
      throw GenerationError(
        .invalidOption, "min-tokens is \(minTokens); give a whole number from 0 to max-tokens.")
    }
    if bannedStrings.contains("") {
      throw GenerationError(
        .invalidOption, "a banned string is empty, which every text contains; give some characters.")
    }
    if let count = topLogProbabilities, count < 0 {
      throw GenerationError(.invalidOption, "\(count) alternatives to each token; give a whole number, 0 or more.")
    }
    if stopStrings.contains("") {
      throw GenerationError(.invalidOption, "a stop string is empty, which every text contains; give some characters.")
    }
  }
}
