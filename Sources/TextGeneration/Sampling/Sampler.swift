import Foundation
import Tensors

/// Chooses tokens from scores, one after another.
///
///     var sampler = try Sampler(SamplingOptions(temperature: 0.8, seed: 42), vocabularySize: 50_257)
///     sampler.accept(promptToken)                      // what penalties should know about
///     let next = try sampler.sample(logits).token      // remembers its own choice
///
/// A copy goes on from where the original stands, on its own.
public struct Sampler: Sendable {
  /// How it chooses.
  public let options: SamplingOptions
  /// The seed in use: the one in the options, or the fresh one that was taken, short enough to type again.
  public let seed: UInt64
  private let vocabularySize: Int
  private let breakers: SequenceBreakers
  /// The adjustments that come before anything is removed, and the steps after them.
  private let (adjustments, steps): ([SamplingStep], [SamplingStep])
  private let takesBest: Bool
  private var random: RandomSource
  private var recent: RecentTokens
  private var repeatable: RecentTokens
  private var mirostat: MirostatState?

  /// A sampler at the beginning of its random sequence.
  /// - Parameter breakers: `DRY.breakers` in the vocabulary's terms.
  /// - Throws: `GenerationError` when an option lies outside its range.
  public init(
    _ options: SamplingOptions, vocabularySize: Int, breakers: SequenceBreakers = SequenceBreakers()
  ) throws(GenerationError) {
    try options.validate(vocabularySize: vocabularySize)
    self.options = options
    self.vocabularySize = vocabularySize
    self.breakers = breakers
    let active = options.activeSteps
    adjustments = Array(active.prefix { $0.isAdjustment })
    steps = Array(active.dropFirst(adjustments.count))
    takesBest = options.takesBest
    seed = options.seed ?? UInt64(UInt32.random(in: .min ... .max))
    random = RandomSource(seed: seed)
    recent = RecentTokens(window: active.contains(.penalties) ? options.penaltyWindow : 0)
    repeatable = RecentTokens(window: active.contains(.dry) ? options.dry?.window : 0)
    mirostat = options.mirostat.map { MirostatState($0, vocabularySize: vocabularySize) }
  }

  /// Remembers a token that was not sampled here, such as one of the prompt.
  public mutating func accept(_ token: Int) {
    recent.append(token)
    repeatable.append(token)
  }

  /// Chooses the next token and remembers it.
  /// - Parameters:
  ///   - logits: One score per token of the vocabulary.
  ///   - wantsLogProbability: Whether to compute `Sample.logProbability`, which costs a pass over the vocabulary.
  ///   - topLogProbabilities: How many `Sample.alternatives` to find, and the log probability with them; nil for none.
  ///   - mask: Sets the scores of tokens that must not come to minus infinity, before anything else happens to them;
  ///     log probabilities are those of the scores as they were.
  ///   - isForbidden: Asked about the token that was chosen. If it must not come either, it is masked too and the choice
  ///     made again. After a few such choices it is asked about every token.
  /// - Throws: `GenerationError` when no token is left that has a usable score, or there is not one score per token.
  public mutating func sample(
    _ logits: [Float], wantsLogProbability: Bool = false, topLogProbabilities: Int? = nil,
    mask: (inout [Float]) -> Void = { _ in }, isForbidden: (Int) -> Bool = { _ in false }
  ) throws(GenerationError) -> Sample {
    try checkCount(of: logits)
    var scores = logits
    mask(&scores)
    try checkCount(of: scores)
    adjust(&scores)
    let token = try choose(&scores, isForbidden)
    accept(token)
    guard wantsLogProbability || topLogProbabilities != nil else {
      return Sample(token: token, logProbability: nil, alternatives: [])
    }
    return Sample(
      token: token, logProbability: Self.logProbability(of: token, in: logits),
      alternatives: Self.mostProbable(max(0, topLogProbabilities ?? 0), in: logits))
  }

  /// The tokens among which `sample` would draw, with their probabilities after all options, best first.
  /// - Throws: `GenerationError` as `sample`.
  public func distribution(of logits: [Float]) throws(GenerationError) -> [TokenLogProbability] {
    try checkCount(of: logits)
    var (copy, scores) = (self, logits)
    copy.adjust(&scores)
    return copy.candidates(from: scores).probabilities.filter { $0.probability > 0 }
      .sorted { ($1.probability, $0.token) < ($0.probability, $1.token) }
      .map { TokenLogProbability(token: $0.token, logProbability: Float(log($0.probability))) }
  }

  // MARK: Choosing

  private mutating func choose(
    _ scores: inout [Float], _ isForbidden: (Int) -> Bool
  ) throws(GenerationError) -> Int {
    var refusals = 0
    while let token = draw(from: scores) {
      if !isForbidden(token) { return token }
      scores[token] = -.infinity
      refusals += 1
      // However many are forbidden, the time that it takes is bounded.
      if refusals == 8 {
        for token in scores.indices where scores[token] > -.infinity && isForbidden(token) {
          scores[token] = -.infinity
        }
      }
    }
    throw GenerationError(
      .noCandidate,
      refusals > 0
        ? "every token that may come next is forbidden; ban less, or allow more."
        : "the model's scores are all NaN or minus infinity; its weights may be damaged, or every token is forbidden.")
  }

  private mutating func draw(from scores: [Float]) -> Int? {
    if takesBest { return scores.indexOfLargest }
    let candidates = candidates(from: scores)
    guard let token = candidates.draw(unit: random.nextUnit()) else { return nil }
    mirostat?.observe(probability: candidates.probability(of: token))
    return token
  }

  /// What the steps leave.
  private mutating func candidates(from scores: [Float]) -> Candidates {
    var candidates = Candidates(scores)
    for step in steps { apply(step, to: &candidates) }
    mirostat?.cut(&candidates)
    if takesBest { candidates.keepBest(1) }
    return candidates
  }

  private mutating func apply(_ step: SamplingStep, to candidates: inout Candidates) {
    switch step {
    case .penalties:
      candidates.adjust { token, logit in recent.counts[token].map { penalized(logit, count: $0) } ?? logit }
    case .dry:
      let penalties = repetitionPenalties
      candidates.adjust { token, logit in penalties[token].map { logit - $0 } ?? logit }
    case .topNSigma: candidates.keepTopSigma(options.topNSigma)
    case .topK: candidates.keepBest(options.topK)
    case .typicalP: candidates.keepTypical(options.typicalP)
    case .topP: candidates.keepNucleus(options.topP)
    case .minP: candidates.keepAbove(fraction: options.minP)
    case .xtc:
      if let xtc = options.xtc, random.nextUnit() <= Double(xtc.probability) {
        candidates.excludeTopChoices(xtc.threshold)
      }
    case .temperature: if let temperature = temperature(for: candidates) { candidates.heat(temperature) }
    }
  }

  private func temperature(for candidates: Candidates) -> Double? {
    let (middle, range) = (Double(options.temperature), Double(options.temperatureRange))
    guard range > 0, let dynamic = options.dynamicTemperature else { return middle }
    return candidates.dynamicTemperature(
      from: max(0, middle - range), to: middle + range, exponent: Double(dynamic.exponent))
  }

  // MARK: Adjusting

  /// Bias, and the adjustments that come first.
  private func adjust(_ scores: inout [Float]) {
    for (token, bias) in options.logitBias { scores[token] += bias }
    for step in adjustments {
      switch step {
      case .penalties:
        for (token, count) in recent.counts where scores.indices.contains(token) {
          scores[token] = penalized(scores[token], count: count)
        }
      case .dry:
        for (token, penalty) in repetitionPenalties where scores.indices.contains(token) { scores[token] -= penalty }
      default: break
      }
    }
  }

  private func penalized(_ logit: Float, count: Int) -> Float {
    (logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty)
      - options.presencePenalty - Float(count) * options.frequencyPenalty
  }

  private var repetitionPenalties: [Int: Float] {
    options.dry?.penalties(after: repeatable.latestFirst, breakers: breakers) ?? [:]
  }

  private func checkCount(of scores: [Float]) throws(GenerationError) {
    guard scores.count == vocabularySize else {
      throw GenerationError(
        .noCandidate, "\(scores.count) scores for a vocabulary of \(vocabularySize); give one per token.")
    }
  }
}

// MARK: - The model's own probabilities

extension Sampler {
  /// The first index of the largest number, ignoring NaN and minus infinity; nil where nothing else is there.
  public static func indexOfLargest(_ logits: [Float]) -> Int? { logits.indexOfLargest }

  /// The natural logarithm of a token's probability under softmax(logits).
  public static func logProbability(of token: Int, in logits: [Float]) -> Float {
    logProbabilities(of: [token], in: logits)[0]
  }

  /// The most probable tokens under softmax(logits), best first.
  public static func mostProbable(_ count: Int, in logits: [Float]) -> [TokenLogProbability] {
    guard count > 0 else { return [] }
    let best = Candidates(logits).best(count).map(\.token)
    return zip(best, logProbabilities(of: best, in: logits)).map { TokenLogProbability(token: $0, logProbability: $1) }
  }

  /// The same for several tokens.
  public static func logProbabilities(of tokens: [Int], in logits: [Float]) -> [Float] {
    guard let index = logits.indexOfLargest, logits[index].isFinite else {
      return tokens.map { _ in -.infinity }
    }
    let largest = logits[index]
    let sum = logits.exponentialSums(in: 0..<logits.count, largest: largest, scale: 1).weights
    return tokens.map { token in
      logits.indices.contains(token) ? Float(Double(logits[token]) - Double(largest) - log(sum)) : -.infinity
    }
  }
}
