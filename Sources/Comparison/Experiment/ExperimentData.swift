import Foundation
public import Tokenization
public import Training

/// What all arms learn from and are measured on.
public struct ExperimentData: Sendable {
  /// The loss that no model can beat on average, where it is known.
  public struct Floor: Sendable, Hashable {
    /// In nats per token.
    public let nats: Double
    /// In bits per byte.
    public let bitsPerByte: Double
  }

  /// What reports call it.
  public let name: String
  /// Its tokens' meaning, the same for all arms.
  public let tokenizer: Tokenizer
  /// The tokenizer's files, which stand beside the weights of every run.
  let tokenizerFiles: [String: [UInt8]]
  /// What is learned from.
  let training: TokenSource
  /// What is measured on: documents of their own, or one text.
  let heldOut: TokenSource
  /// The bytes of text that one prediction on it stands for.
  let bytesPerPrediction: Double
  /// The same text as one, for looking at far positions.
  let continuous: TokenSource
  /// The lowest possible loss, if known.
  public let floor: Floor?
  /// What models are asked to continue.
  let prompts: [String]
  /// What models are watched reading, as ids.
  let sentences: [[Int]]

  /// A hash of all of it.
  var fingerprint: String {
    let sources = [training, heldOut, continuous].flatMap(\.fingerprint)
    return SHA256.hash(sources + tokenizer.fingerprint + Array(prompts.joined(separator: "\n").utf8)).hexadecimal
  }

  // MARK: - Stories

  /// Stories by the grammar that is part of Swiftlet, of which the lowest possible loss is known exactly.
  ///
  /// A held-out story begins after the token that ends the one before, so every token of it is predicted, and its end.
  /// - Parameters:
  ///   - tokenCount: How many tokens there are to learn from, at least.
  ///   - heldOutCount: How many other stories there are to measure on.
  /// - Throws: `ComparisonError` when the tokenizer has no token that ends a text.
  public static func stories(
    tokenCount: Int, heldOutCount: Int = 400, tokenizer: Tokenizer, tokenizerFiles: [String: [UInt8]]
  ) throws -> ExperimentData {
    guard let end = tokenizer.eosIDs.first else {
      throw ComparisonError(.invalidPlan, "the tokenizer has no token that ends a text; give another --tokenizer.")
    }
    let grammar = try StoryGrammar.standard()
    func documents(seed: UInt64, while goesOn: (_ stories: Int, _ tokens: Int) -> Bool) -> (ids: [[Int]], bytes: Int) {
      var (ids, bytes, tokens) = ([[Int]](), 0, 0)
      for story in grammar.stories(seed: seed) {
        guard goesOn(ids.count, tokens) else { break }
        ids.append(tokenizer.encode(story.text) + [end])
        bytes += story.text.utf8.count
        tokens += ids[ids.count - 1].count
      }
      return (ids, bytes)
    }
    func source(
      _ documents: [[Int]], _ bytes: Int, _ name: String, _ arrangement: TokenSource.Arrangement
    ) throws -> TokenSource {
      try TokenSource(
        documents: documents, name: name, vocabularySize: tokenizer.vocabularySize, textByteCount: bytes,
        arrangement: arrangement)
    }
    let learned = documents(seed: 1) { _, tokens in tokens <= tokenCount }
    let others = documents(seed: 2) { stories, _ in stories < heldOutCount }
    var counter = StoryTokenCounter(tokenizer)
    let expectation = grammar.expectation
    let expectedTokens = expectation.tokenCount(&counter) + 1
    let texts = Array(grammar.stories(seed: 3).prefix(3).map(\.text))
    return ExperimentData(
      name: "stories by Swiftlet's grammar", tokenizer: tokenizer, tokenizerFiles: tokenizerFiles,
      training: try source(learned.ids, learned.bytes, "stories", .packed),
      heldOut: try source(others.ids.map { [end] + $0 }, others.bytes, "held-out stories", .documents),
      bytesPerPrediction: Double(others.bytes) / Double(others.ids.reduce(0) { $0 + $1.count }),
      continuous: try source(others.ids, others.bytes, "held-out stories", .packed),
      floor: Floor(nats: expectation.bits * log(2) / expectedTokens, bitsPerByte: expectation.bitsPerByte),
      prompts: ["Once upon a time", "One day"],
      sentences: texts.map { Array((tokenizer.encode($0)).prefix(28)) })
  }

  // MARK: - Any text

  /// Text of one's own.
  /// - Throws: `TrainingError` when there is too little to measure on.
  public static func text(
    training: TokenSource, heldOut: TokenSource, tokenizer: Tokenizer, tokenizerFiles: [String: [UInt8]]
  ) throws -> ExperimentData {
    // Sentences and prompts from places that lie apart.
    func excerpt(_ place: Int, of count: Int, length: Int) throws -> [Int] {
      let first = heldOut.range.lowerBound + max(0, heldOut.tokenCount - length) * place / count
      return try heldOut.ids(first..<min(first + length, heldOut.range.upperBound))
    }
    return ExperimentData(
      name: training.name, tokenizer: tokenizer, tokenizerFiles: tokenizerFiles, training: training, heldOut: heldOut,
      bytesPerPrediction: Double(heldOut.textByteCount) / Double(max(1, heldOut.tokenCount)), continuous: heldOut,
      floor: nil, prompts: try (0..<2).map { try tokenizer.decode(excerpt($0, of: 2, length: 8)) },
      sentences: try (0..<3).map { try excerpt($0, of: 3, length: 28) })
  }
}
