/// What a generator asks of a model: scores of the next token.
///
/// `LanguageModel` is the one that matters. The seam lets tests put a model of known behaviour in its place, and later
/// a batch of sequences or a draft model.
package protocol TokenPredictor: Sendable {
  /// How many tokens there are; every row of scores has as many.
  var vocabularySize: Int { get }
  /// The most tokens of one sequence.
  var contextLength: Int { get }
  /// The token to begin with where a prompt holds none.
  var beginningToken: Int? { get }
  /// The tokens that end a text.
  var endTokens: [Int] { get }
  /// A sequence without tokens.
  func makeSequence() -> any PredictedSequence
}

/// One sequence that a model is reading. It belongs to one task at a time.
package protocol PredictedSequence: AnyObject {
  /// How many tokens have been read.
  var count: Int { get }
  /// Reads more tokens, at least one.
  /// - Returns: One score per token of the vocabulary, for what comes after the last of them.
  func read(_ ids: [Int]) throws -> [Float]
  /// Reads at most `fewRows` tokens, each computed as if it had been read alone.
  /// - Returns: One score per token of the vocabulary, for what comes after each of them.
  func readAll(_ ids: [Int]) throws -> [[Float]]
  /// Forgets the tokens after the first `count`. Where it no longer has what the next token would attend to, it forgets
  /// more, as `count` then tells; never where at most `fewRows` tokens are forgotten.
  func truncate(to count: Int)
}

/// What a generator asks of a tokenizer.
package protocol TextCoder: Sendable {
  /// The ids of a text that a person or a program supplied: nothing in it becomes a control token.
  /// - Parameter isWhole: Whether this is a whole text, which gets the beginning token that the tokenizer wants.
  func encode(_ text: String, isWhole: Bool) -> [Int]
  /// The ids of text that the program itself wrote, in which control tokens are meant.
  func encodeControl(_ text: String) -> [Int]
  /// The id of a control token, if the vocabulary has it.
  func id(ofControl piece: String) -> Int?
  /// A token as the vocabulary writes it, or nil for an id without one.
  func piece(of id: Int) -> String?
  /// Turns ids into text piece by piece.
  func makeStreamDecoder() -> any TextStreamDecoder
}

/// Turns ids into text piece by piece, never splitting a character.
package protocol TextStreamDecoder {
  /// The text that is complete after one more token.
  mutating func append(_ id: Int) -> String
  /// What is left when no token follows.
  mutating func finish() -> String
}
