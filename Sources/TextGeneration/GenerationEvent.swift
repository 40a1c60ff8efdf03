/// One step of a generation.
public struct GenerationEvent: Sendable, CustomStringConvertible {
  /// The text that became certain with this step. Often empty: half a character, or what may become a stop string, is
  /// held back until the next.
  public let text: String
  /// The token that was chosen; nil in the last event, which only brings what was held back.
  public let token: Int?
  /// The natural logarithm of the probability that the model gave the token, if that was asked for.
  public let logProbability: Float?
  /// The most probable tokens in the same terms, best first, as many as were asked for.
  public let alternatives: [TokenLogProbability]
  /// Whether the token had been guessed, and cost no pass of its own.
  public let wasDrafted: Bool
  /// What the generation came to, in the last event.
  public let summary: GenerationSummary?

  /// The last event: what was held back, and what the generation came to.
  static func last(_ text: String, _ summary: GenerationSummary) -> GenerationEvent {
    GenerationEvent(
      text: text, token: nil, logProbability: nil, alternatives: [], wasDrafted: false, summary: summary)
  }

  /// The text, so that `print(event, terminator: "")` writes what was generated.
  public var description: String { text }
}

/// Why a generation ended.
public enum FinishReason: Sendable, Hashable {
  /// The model ended the text with this token.
  case endOfText(token: Int)
  /// This stop string was found.
  case stopString(String)
  /// The text is complete, and its grammar allows nothing more.
  case grammarEnd
  /// `GenerationOptions.maxTokens` were generated.
  case maxTokens
  /// The model's context holds no more tokens.
  case contextFull
  /// The caller wanted no more.
  case cancelled

  /// One word for programs: `end`, `stop`, `length`, `context`, `cancelled`.
  public var name: String {
    switch self {
    case .endOfText, .grammarEnd: "end"
    case .stopString: "stop"
    case .maxTokens: "length"
    case .contextFull: "context"
    case .cancelled: "cancelled"
    }
  }
}

/// What a generation came to.
public struct GenerationSummary: Sendable, Hashable {
  /// Why it ended.
  public let reason: FinishReason
  /// The tokens of the prompt.
  public let promptTokens: Int
  /// Those of them that had been read before, and cost nothing.
  public let reusedTokens: Int
  /// The tokens that were generated, with the one that ended the text.
  public let generatedTokens: Int
  /// The tokens that were guessed for the model to check; 0 without speculation.
  public let draftedTokens: Int
  /// Those of them that the model chose too.
  public let acceptedTokens: Int
  /// Seconds spent on the prompt.
  public let promptSeconds: Double
  /// Seconds from the end of the prompt to the end of the generation.
  public let generationSeconds: Double
  /// The seed that repeats this text.
  public let seed: UInt64

  /// The part of the guesses that was right; nil where nothing was guessed.
  public var acceptance: Double? { draftedTokens > 0 ? Double(acceptedTokens) / Double(draftedTokens) : nil }
  /// Prompt tokens read per second; 0 where nothing was measured.
  public var promptSpeed: Double { promptSeconds > 0 ? Double(promptTokens - reusedTokens) / promptSeconds : 0 }
  /// Tokens generated per second. The first costs no pass of its own: the prompt's last row chose it.
  public var generationSpeed: Double { generationSeconds > 0 ? Double(generatedTokens) / generationSeconds : 0 }
}
