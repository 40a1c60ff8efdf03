/// Why text cannot be generated: what is wrong and what to do next.
public struct GenerationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong, for a program to act on.
  public enum Code: String, Sendable {
    /// An option lies outside its range.
    case invalidOption
    /// The prompt holds no tokens, and the model has no token to begin a text with.
    case emptyPrompt
    /// The prompt holds more tokens than the model's context.
    case promptTooLong
    /// A token id lies outside the vocabulary.
    case invalidToken
    /// The model's scores leave no token to choose: all are NaN or minus infinity.
    case noCandidate
    /// A draft model has another vocabulary than the model that it guesses for.
    case mismatchedDraft
    /// Too many requests wait already.
    case overloaded
    /// The scheduler takes on nothing more.
    case ended
    /// A tokenizer or a built-in model is not where it was looked for.
    case notFound
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// What is wrong and what to do about it, as a sentence.
  public let message: String

  /// An error that says what happened and what to do next.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message, for people.
  public var description: String { message }
}
