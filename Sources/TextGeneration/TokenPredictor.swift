package import Tensors

/// What a generator asks of a model: scores of the next token.
///
/// `LanguageModel` is the one that matters. The seam lets tests put a model of known behaviour in its place.
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
  /// Reads the next tokens of several sequences, each once in the batch.
  /// - Parameter isCancelled: Asked now and then; where true, it throws, and the sequences hold what they held.
  /// - Returns: For each the scores after every token that was asked for: none, one row or all.
  func read(_ batch: [BatchInput], isCancelled: () -> Bool) throws -> [[ScoreRow]]
  /// The memory that sequences of this predictor take together.
  var meter: MemoryMeter? { get }
  /// The bytes that a sequence of so many tokens takes.
  func cacheBytes(of tokens: Int) -> Int
}

/// What one sequence of a batch reads.
package struct BatchInput {
  package let sequence: any PredictedSequence
  package let ids: [Int]
  package let rows: Rows

  /// After which of the tokens scores are wanted.
  package enum Rows: Sendable { case none, last, all }
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
  /// Another sequence that begins with the first `count` tokens of this one and shares their memory; nil where that is
  /// not to be had.
  func fork(first count: Int) -> (any PredictedSequence)?
  /// The bytes of its memory, what it shares included.
  var bytes: Int { get }
  /// The bytes that reading `added` more tokens takes anew.
  func newBytes(adding added: Int) -> Int
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
  /// The bytes that a token adds to a text, or nil for an id without one.
  func bytes(of id: Int) -> [UInt8]?
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

extension SequenceBreakers {
  /// What interrupts repetitions for some options.
  init(of options: GenerationOptions, for coder: some TextCoder, vocabularySize: Int) {
    guard let dry = options.sampling.dry, options.sampling.activeSteps.contains(.dry) else {
      self.init()
      return
    }
    self.init(
      dry.breakers, vocabularySize: vocabularySize, bytes: coder.bytes(of:),
      encode: { coder.encode($0, isWhole: false) })
  }
}
