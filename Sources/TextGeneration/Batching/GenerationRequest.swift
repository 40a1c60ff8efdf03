/// One or several texts to be generated after one prompt, together with those of other requests.
public struct GenerationRequest: Sendable {
  /// What is to be continued.
  public var prompt: Prompt
  /// How, and when to stop.
  public var options: GenerationOptions
  /// How many texts: the prompt is read once for all of them. With a seed, the second has the next one, and so on.
  public var choiceCount: Int
  /// Requests with smaller numbers come first.
  public var priority: Int
  /// Whether to tell how probable the model holds each token of the prompt itself, and how many others beside it; all
  /// of the prompt is read anew then. Nil does not tell.
  public var promptLogProbabilities: Int?
  /// Whether what earlier requests have read may be used.
  public var reusesPrefixes: Bool

  /// A request.
  public init(
    _ prompt: Prompt, options: GenerationOptions = GenerationOptions(), choiceCount: Int = 1, priority: Int = 0,
    promptLogProbabilities: Int? = nil, reusesPrefixes: Bool = true
  ) {
    self.prompt = prompt
    self.options = options
    self.choiceCount = choiceCount
    self.priority = priority
    self.promptLogProbabilities = promptLogProbabilities
    self.reusesPrefixes = reusesPrefixes
  }
}

/// What happens to a request.
public enum GenerationUpdate: Sendable {
  /// The request waits or its prompt is being read, which takes long: so many of its tokens have been.
  case progress(read: Int, of: Int)
  /// The prompt has been read; the first tokens follow.
  case promptRead(PromptReading)
  /// A step of one of the texts; its last one carries the summary.
  case event(choice: Int, GenerationEvent)
}

/// What reading a prompt came to.
public struct PromptReading: Sendable {
  /// The prompt's tokens.
  public let tokens: [Int]
  /// Those of them that earlier requests had read.
  public let reusedTokens: Int
  /// How probable the model holds each token after those before it; nil for the first. Empty unless asked for.
  public let logProbabilities: [PromptToken?]
}

/// How probable a model holds a token of a prompt.
public struct PromptToken: Sendable, Hashable {
  /// The natural logarithm of its probability.
  public let logProbability: Float
  /// The most probable tokens at its place, best first, as many as were asked for.
  public let alternatives: [TokenLogProbability]
}
