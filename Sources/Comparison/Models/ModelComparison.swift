import Foundation
public import LanguageModels
import Tensors
public import Tokenization
import Training

/// Models that are trained already, measured on the same texts. Each may have a tokenizer of its own: bits per byte do
/// not depend on it.
///
///     let comparison = try ModelComparison(models, texts: ModelComparison.stories(count: 200))
///     let outcomes = try comparison.measure()
public struct ModelComparison: Sendable {
  /// A model with its name and its tokenizer.
  public struct Subject: Sendable {
    /// What tables call it.
    public let name: String
    /// The weights.
    public let model: LanguageModel
    /// What cuts texts for it.
    public let tokenizer: Tokenizer

    /// A model to measure.
    public init(name: String, model: LanguageModel, tokenizer: Tokenizer) {
      self.name = name
      self.model = model
      self.tokenizer = tokenizer
    }
  }

  /// What was measured on a model.
  public struct Outcome: Sendable {
    /// The model.
    public let subject: Subject
    /// The bits of each text.
    let bits: [Double]
    /// How many tokens the texts are for it.
    public let tokenCount: Int
    /// In bits per byte, all texts together, with the interval that the texts leave.
    public let bitsPerByte: Estimate
    /// Tokens read and written per second.
    public let readingTokensPerSecond, writingTokensPerSecond: Double
  }

  /// The models, the first of which others are held against.
  public let subjects: [Subject]
  /// What they are measured on.
  public let texts: [String]
  /// What the texts' source holds at least, in bits per byte, where it is known.
  public let floor: Double?

  /// The longest text; longer ones are cut, so that there are several to judge chance by.
  private static let longestText = 2000

  /// - Parameters:
  ///   - texts: What to measure on; long ones are cut.
  ///   - maximumTexts: Takes so many, evenly spaced, when there are more.
  /// - Throws: `ComparisonError` for fewer than two models or texts.
  public init(_ subjects: [Subject], texts: [String], maximumTexts: Int = 200, floor: Double? = nil) throws {
    guard subjects.count > 1 else {
      throw ComparisonError(.invalidPlan, "one model is no comparison; give two or more.")
    }
    for (index, subject) in subjects.enumerated() where subjects[..<index].contains(where: { $0.name == subject.name })
    {
      throw ComparisonError(.invalidPlan, "two models are called \(subject.name); name one NAME=\(subject.name).")
    }
    let pieces = texts.flatMap(Self.cut).filter { $0.utf8.count > 1 }
    guard pieces.count > 1 else {
      throw ComparisonError(.invalidPlan, "there are \(pieces.count) texts to measure on; give two or more.")
    }
    self.subjects = subjects
    let count = min(maximumTexts, pieces.count)
    self.texts = (0..<count).map { pieces[$0 * pieces.count / count] }
    self.floor = floor
  }

  /// Stories by the grammar that is part of Swiftlet, which the built-in models were not trained on.
  public static func stories(count: Int) throws -> (texts: [String], floor: Double) {
    let grammar = try StoryGrammar.standard()
    return (grammar.stories(seed: 2).prefix(count).map(\.text), grammar.expectation.bitsPerByte)
  }

  /// A text in pieces that end between words.
  private static func cut(_ text: String) -> [String] {
    guard text.utf8.count > longestText else { return [text] }
    var pieces: [String] = []
    var piece = ""
    var size = 0
    for character in text {
      piece.append(character)
      size += character.utf8.count
      if size >= longestText, character.isWhitespace || size >= 2 * longestText {
        pieces.append(piece)
        (piece, size) = ("", 0)
      }
    }
    if size > longestText / 2 { pieces.append(piece) }
    return pieces
  }

  // MARK: - Measuring

  /// Measures every model on every text, then their speeds in turn.
  /// - Parameter onProgress: Told how many of how many texts are done.
  /// - Returns: nil when it was cancelled.
  public func measure(
    isCancelled: () -> Bool = { false }, onProgress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> [Outcome]? {
    var bits = subjects.map { _ in [Double]() }
    var tokens = subjects.map { _ in 0 }
    for (index, text) in texts.enumerated() {
      for place in subjects.indices {
        if isCancelled() { return nil }
        let measured = try subjects[place].bits(of: text)
        bits[place].append(measured.bits)
        tokens[place] += measured.tokenCount
        onProgress(index * subjects.count + place + 1, texts.count * subjects.count)
      }
    }
    var speeds = subjects.map { _ in (reading: [Double](), writing: [Double]()) }
    for _ in 0..<3 {
      for place in subjects.indices {
        if isCancelled() { return nil }
        let speed = try subjects[place].speed()
        speeds[place].reading.append(speed.reading)
        speeds[place].writing.append(speed.writing)
      }
    }
    return subjects.indices.compactMap { place in
      guard let loss = perByte(bits[place]) else { return nil }
      return Outcome(
        subject: subjects[place], bits: bits[place], tokenCount: tokens[place], bitsPerByte: loss,
        readingTokensPerSecond: speeds[place].reading.sorted()[1],
        writingTokensPerSecond: speeds[place].writing.sorted()[1])
    }
  }

  /// How many more bits per byte one model needs than another, text by text.
  public func difference(_ outcome: Outcome, from other: Outcome) -> Estimate? {
    perByte(zip(outcome.bits, other.bits).map { $0 - $1 })
  }

  /// A sum over texts by the bytes of them all, with the interval that the texts leave.
  private func perByte(_ bits: [Double]) -> Estimate? {
    let meanBytes = Double(texts.reduce(0) { $0 + $1.utf8.count }) / Double(max(1, texts.count))
    return Estimate(bits.map { $0 / meanBytes })
  }
}

extension ModelComparison.Subject {
  /// The information of a text to this model. It begins after the token that begins or ends texts; windows of the
  /// model's context follow each other.
  package func bits(of text: String) throws -> (bits: Double, tokenCount: Int) {
    let ids = tokenizer.encode(text)
    var start = tokenizer.prefixIDs
    if start.isEmpty, let end = tokenizer.eosIDs.first { start = [end] }
    // Without such a token nothing predicts the first one; it then counts as known.
    let all = start + ids
    var nats = 0.0
    var place = max(0, start.count - 1)
    var first = 0
    while place + 1 < all.count {
      let end = min(all.count - 1, first + model.configuration.contextLength)
      let targets = (first..<end).map { $0 < place ? -1 : all[$0 + 1] }
      nats += try model.loss([Array(all[first..<end])], targets: [targets]).rows.reduce(0) { $0 + Double($1) }
      (place, first) = (end, end)
    }
    return (nats / log(2), ids.count)
  }

  /// Tokens per second, read at once and written one by one.
  fileprivate func speed() throws -> (reading: Double, writing: Double) {
    let context = model.configuration.contextLength
    let prompt = (0..<max(1, min(128, context / 2))).map { $0 % model.configuration.vocabularySize }
    let cache = model.makeCache()
    let clock = ContinuousClock()
    var start = clock.now
    _ = try model.forward(prompt, cache: cache)
    let reading = Double(prompt.count) / max((clock.now - start) / .seconds(1), 1e-9)
    let count = min(32, context - cache.count)
    start = clock.now
    for id in 0..<count { _ = try model.forward([id % model.configuration.vocabularySize], cache: cache) }
    return (reading, Double(count) / max((clock.now - start) / .seconds(1), 1e-9))
  }
}
