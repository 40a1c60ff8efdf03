import Foundation
import Tensors

/// A token that a sampler chose.
public struct Sample: Sendable, Hashable {
  /// Its id.
  public let token: Int
  /// The natural logarithm of the probability that the model itself gives the token, before any option changes it;
  /// nil where it was not asked for.
  public let logProbability: Float?
}

/// Chooses tokens from scores, one after another.
///
///     var sampler = try Sampler(SamplingOptions(temperature: 0.8, seed: 42), vocabularySize: 50_257)
///     sampler.accept(promptToken)                      // what penalties should know about
///     let next = try sampler.sample(logits).token      // remembers its own choice
public struct Sampler: Sendable {
  /// How it chooses.
  public let options: SamplingOptions
  /// The seed in use: the one in the options, or the fresh one that was taken, short enough to type again.
  public let seed: UInt64
  private let vocabularySize: Int
  private var random: RandomSource
  private var recent: RecentTokens

  /// A sampler at the beginning of its random sequence.
  /// - Throws: `GenerationError` when an option lies outside its range.
  public init(_ options: SamplingOptions, vocabularySize: Int) throws(GenerationError) {
    try options.validate(vocabularySize: vocabularySize)
    self.options = options
    self.vocabularySize = vocabularySize
    seed = options.seed ?? UInt64(UInt32.random(in: .min ... .max))
    random = RandomSource(seed: seed)
    recent = RecentTokens(window: options.penaltyWindow)
  }

  /// Remembers a token that was not sampled here, such as one of the prompt.
  public mutating func accept(_ token: Int) {
    if options.hasPenalties { recent.append(token) }
  }

  /// Chooses the next token and remembers it.
  /// - Parameters:
  ///   - logits: One score per token of the vocabulary.
  ///   - wantsLogProbability: Whether to compute `Sample.logProbability`, which costs a pass over the vocabulary.
  /// - Throws: `GenerationError` when no token has a usable score, or there is not one score per token.
  public mutating func sample(_ logits: [Float], wantsLogProbability: Bool = false) throws(GenerationError) -> Sample {
    guard logits.count == vocabularySize else {
      throw GenerationError(
        .noCandidate, "\(logits.count) scores for a vocabulary of \(vocabularySize); give one per token.")
    }
    let token = try choose(adjusted(logits))
    accept(token)
    return Sample(
      token: token, logProbability: wantsLogProbability ? Self.logProbability(of: token, in: logits) : nil)
  }

  private mutating func choose(_ logits: [Float]) throws(GenerationError) -> Int {
    if options.temperature == 0 || options.topK == 1 {
      if let best = Self.indexOfLargest(logits) { return best }
    } else {
      var candidates = Candidates(logits: logits)
      candidates.keepBest(options.topK)
      candidates.keepTypical(options.typicalP)
      candidates.keepNucleus(options.topP)
      candidates.keepAbove(fraction: options.minP)
      if let drawn = candidates.draw(temperature: options.temperature, unit: random.nextUnit()) { return drawn }
    }
    throw GenerationError(
      .noCandidate,
      "the model's scores are all NaN or minus infinity; its weights may be damaged, or every token is forbidden.")
  }

  /// The scores after bias and penalties.
  private func adjusted(_ logits: [Float]) -> [Float] {
    guard !options.logitBias.isEmpty || options.hasPenalties else { return logits }
    var logits = logits
    for (token, bias) in options.logitBias { logits[token] += bias }
    for (token, count) in recent.counts where logits.indices.contains(token) {
      let logit = logits[token]
      logits[token] =
        (logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty)
        - options.presencePenalty - Float(count) * options.frequencyPenalty
    }
    return logits
  }

  /// The first index of the largest number, ignoring NaN and minus infinity; nil where nothing else is there.
  public static func indexOfLargest(_ logits: [Float]) -> Int? {
    var (best, largest) = (-1, -Float.infinity)
    for (index, logit) in logits.enumerated() where logit > largest { (best, largest) = (index, logit) }
    return best >= 0 ? best : nil
  }

  /// The natural logarithm of a token's probability under softmax(logits).
  public static func logProbability(of token: Int, in logits: [Float]) -> Float {
    let largest = Double(logits.reduce(-.infinity) { $1 > $0 ? $1 : $0 })
    guard largest.isFinite, logits.indices.contains(token) else { return -.infinity }
    let sum = logits.reduce(0.0) { $1.isNaN ? $0 : $0 + exp(Double($1) - largest) }
    return Float(Double(logits[token]) - largest - log(sum))
  }
}
