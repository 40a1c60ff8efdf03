/// How to continue a prompt, and when to stop.
public struct GenerationOptions: Sendable, Hashable {
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
  /// Whether events tell how probable the model held each token; costs a pass over the vocabulary.
  public var reportsLogProbabilities: Bool

  /// These options.
  public init(
    sampling: SamplingOptions = SamplingOptions(), maxTokens: Int? = 200, stopStrings: [String] = [],
    stopTokens: [Int] = [], stopsAtEndOfText: Bool = true, reportsLogProbabilities: Bool = false
  ) {
    self.sampling = sampling
    self.maxTokens = maxTokens
    self.stopStrings = stopStrings
    self.stopTokens = stopTokens
    self.stopsAtEndOfText = stopsAtEndOfText
    self.reportsLogProbabilities = reportsLogProbabilities
  }

  /// Checks every option against its range.
  /// - Throws: `GenerationError` naming the option, its value and its range.
  public func validate(vocabularySize: Int) throws(GenerationError) {
    try sampling.validate(vocabularySize: vocabularySize)
    if let maxTokens, maxTokens < 0 {
      throw GenerationError(.invalidOption, "max-tokens is \(maxTokens); give a whole number, 0 or more.")
    }
    if stopStrings.contains("") {
      throw GenerationError(.invalidOption, "a stop string is empty, which every text contains; give some characters.")
    }
  }
}
