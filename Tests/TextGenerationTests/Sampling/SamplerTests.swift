import Foundation
import Tensors
import Testing
import TextGeneration

/// Scores whose softmax is the given distribution.
private func logits(_ probabilities: [Double]) -> [Float] { probabilities.map { Float(log($0)) } }

/// How often each token is drawn.
private func shares(_ options: SamplingOptions, _ scores: [Float], draws: Int = 20_000) throws -> [Double] {
  var options = options
  options.seed = options.seed ?? 11
  options.penaltyWindow = 0
  var sampler = try Sampler(options, vocabularySize: scores.count)
  var counts = [Int](repeating: 0, count: scores.count)
  for _ in 0..<draws { counts[try sampler.sample(scores).token] += 1 }
  return counts.map { Double($0) / Double(draws) }
}

private func expectShares(
  _ options: SamplingOptions, _ scores: [Float], _ expected: [Double], at location: SourceLocation = #_sourceLocation
) throws {
  let found = try shares(options, scores)
  for (index, (a, b)) in zip(found, expected).enumerated() {
    // Four standard deviations of 20,000 draws; what is excluded must never come.
    let slack = b == 0 ? 0 : 4 * (b * (1 - b) / 20_000).squareRoot()
    #expect(abs(a - b) <= slack, "token \(index): \(a), expected \(b)", sourceLocation: location)
  }
}

@Suite struct SamplerTests {
  let distribution = [0.1, 0.4, 0.2, 0.3]

  @Test func greedyTakesTheFirstOfTheLargest() throws {
    var sampler = try Sampler(.greedy, vocabularySize: 5)
    #expect(try sampler.sample([1, 3, 2, 3, .nan]).token == 1)
    #expect(try sampler.sample([.nan, -.infinity, -5, -5, -.infinity]).token == 2)
  }

  @Test func drawsFromTheModelsDistribution() throws {
    try expectShares(SamplingOptions(), logits(distribution), distribution)
  }

  @Test func temperatureSharpensAndFlattens() throws {
    // p² and √p, normalised.
    let squares = distribution.map { $0 * $0 }
    try expectShares(
      SamplingOptions(temperature: 0.5), logits(distribution), squares.map { $0 / squares.reduce(0, +) })
    let roots = distribution.map { $0.squareRoot() }
    try expectShares(SamplingOptions(temperature: 2), logits(distribution), roots.map { $0 / roots.reduce(0, +) })
  }

  @Test func tinyTemperatureDoesNotOverflow() throws {
    try expectShares(SamplingOptions(temperature: 1e-38), logits(distribution), [0, 1, 0, 0])
  }

  @Test func topKKeepsTheBest() throws {
    try expectShares(SamplingOptions(topK: 2), logits(distribution), [0, 4.0 / 7, 0, 3.0 / 7])
    try expectShares(SamplingOptions(topK: 1), logits(distribution), [0, 1, 0, 0])
    try expectShares(SamplingOptions(topK: 9), logits(distribution), distribution)
  }

  @Test func topKBreaksTiesByTheSmallerID() throws {
    try expectShares(SamplingOptions(topK: 2), [1, 1, 1, 1], [0.5, 0.5, 0, 0])
  }

  @Test func topPKeepsTheSmallestNucleus() throws {
    try expectShares(SamplingOptions(topP: 0.69), logits(distribution), [0, 4.0 / 7, 0, 3.0 / 7])
    try expectShares(SamplingOptions(topP: 0.71), logits(distribution), [0, 4.0 / 9, 2.0 / 9, 3.0 / 9])
    try expectShares(SamplingOptions(topP: 0), logits(distribution), [0, 1, 0, 0])
  }

  @Test func minPIsRelativeToTheBest() throws {
    // 0.6 × 0.4 = 0.24 excludes 0.2 and 0.1.
    try expectShares(SamplingOptions(minP: 0.6), logits(distribution), [0, 4.0 / 7, 0, 3.0 / 7])
    // 0.45 × 0.4 = 0.18 excludes 0.1 alone.
    try expectShares(SamplingOptions(minP: 0.45), logits(distribution), [0, 4.0 / 9, 2.0 / 9, 3.0 / 9])
    try expectShares(SamplingOptions(minP: 1), logits(distribution), [0, 1, 0, 0])
  }

  @Test func topPComesBeforeTemperature() throws {
    // Were the temperature first, the nucleus of 0.69 would hold more than two tokens.
    let roots = [(0.4).squareRoot(), (0.3).squareRoot()]
    let sum = roots[0] + roots[1]
    try expectShares(
      SamplingOptions(temperature: 2, topP: 0.69), logits(distribution), [0, roots[0] / sum, 0, roots[1] / sum])
  }

  @Test func typicalMayDropTheMostProbable() throws {
    // Entropy of [0.5, 0.125 × 4] is 2 bits, surprises are 1 and 3 bits: all are 1 bit off, so ids decide…
    let even = [0.5, 0.125, 0.125, 0.125, 0.125]
    try expectShares(SamplingOptions(typicalP: 0.5), logits(even), [1, 0, 0, 0, 0])
    // …but entropy of [0.6, 0.1 × 4] is 1.771 bits: 0.6 (0.737) is 1.034 off, 0.1 (3.322) is 1.551 off.
    try expectShares(SamplingOptions(typicalP: 0.65), logits([0.1, 0.6, 0.1, 0.1, 0.1]), [1.0 / 7, 6.0 / 7, 0, 0, 0])
    // Entropy of [0.4, 0.06 × 10] is 2.964 bits: 0.06 (4.059) is 1.095 off, 0.4 (1.322) is 1.642 off, so it goes.
    let long = [0.4] + [Double](repeating: 0.06, count: 10)
    try expectShares(SamplingOptions(typicalP: 0.59), logits(long), [0] + [Double](repeating: 0.1, count: 10))
  }

  @Test func penaltiesFollowTheFormula() throws {
    func greedy(_ options: SamplingOptions, after history: [Int], _ scores: [Float]) throws -> Int {
      var options = options
      options.temperature = 0
      var sampler = try Sampler(options, vocabularySize: scores.count)
      for token in history { sampler.accept(token) }
      return try sampler.sample(scores).token
    }
    // Positive scores are divided: 3 / 2 < 2. Negative ones multiplied: −1 × 2 < −1.5.
    #expect(try greedy(SamplingOptions(repetitionPenalty: 2), after: [0], [3, 2]) == 1)
    #expect(try greedy(SamplingOptions(repetitionPenalty: 1.4), after: [0], [3, 2]) == 0)
    #expect(try greedy(SamplingOptions(repetitionPenalty: 2), after: [0], [-1, -1.5]) == 1)
    // Presence counts once, frequency each time.
    #expect(try greedy(SamplingOptions(presencePenalty: 0.9), after: [0, 0, 0], [3, 2]) == 0)
    #expect(try greedy(SamplingOptions(presencePenalty: 1.1), after: [0], [3, 2]) == 1)
    #expect(try greedy(SamplingOptions(frequencyPenalty: 0.4), after: [0, 0], [3, 2]) == 0)
    #expect(try greedy(SamplingOptions(frequencyPenalty: 0.4), after: [0, 0, 0], [3, 2]) == 1)
    // What left the window is forgotten.
    let windowed = SamplingOptions(presencePenalty: 5, penaltyWindow: 2)
    #expect(try greedy(windowed, after: [0, 2, 2], [3, 2, 1]) == 0)
    #expect(try greedy(windowed, after: [2, 0, 2], [3, 2, 1]) == 1)
    #expect(try greedy(windowed, after: [0, 1, 2, 3], [0, 2, 3, 0]) == 1)
    #expect(
      try greedy(
        SamplingOptions(presencePenalty: 5, penaltyWindow: nil), after: [0] + Array(repeating: 2, count: 500),
        [3, 2, 1]) == 1)
  }

  @Test func penaltiesRememberTheSamplersOwnChoices() throws {
    var sampler = try Sampler(SamplingOptions(temperature: 0, frequencyPenalty: 1), vocabularySize: 2)
    let chosen = try (0..<6).map { _ in try sampler.sample([2.5, 1]).token }
    #expect(chosen == [0, 0, 1, 0, 1, 0])  // 2.5 | 1.5 | 0.5<1 | 0.5>0 | −0.5<0 | −0.5>−1
  }

  @Test func biasForbidsAndForces() throws {
    try expectShares(
      SamplingOptions(logitBias: [1: -.infinity]), logits(distribution), [0.1 / 0.6, 0, 0.2 / 0.6, 0.3 / 0.6])
    try expectShares(SamplingOptions(logitBias: [0: 100]), logits(distribution), [1, 0, 0, 0])
  }

  @Test func sameSeedSameTokens() throws {
    func tokens(seed: UInt64?) throws -> [Int] {
      var sampler = try Sampler(SamplingOptions(seed: seed), vocabularySize: 4)
      return try (0..<100).map { _ in try sampler.sample(logits(distribution)).token }
    }
    #expect(try tokens(seed: 5) == tokens(seed: 5))
    #expect(try tokens(seed: 5) != tokens(seed: 6))
    #expect(try tokens(seed: nil) != tokens(seed: nil))
    #expect(try tokens(seed: 5).prefix(8) == [1, 2, 2, 3, 2, 3, 2, 3])
  }

  @Test func logProbabilityIsTheModels() throws {
    var sampler = try Sampler(SamplingOptions(temperature: 0.1, topK: 1), vocabularySize: 4)
    let sample = try sampler.sample(logits(distribution).map { $0 + 7 }, wantsLogProbability: true)
    #expect(abs(try #require(sample.logProbability) - Float(log(0.4))) < 1e-6)
    #expect(try sampler.sample(logits(distribution)).logProbability == nil)
  }

  @Test func unusableScoresAreATypedError() throws {
    for options in [SamplingOptions.greedy, SamplingOptions()] {
      var sampler = try Sampler(options, vocabularySize: 2)
      #expect { try sampler.sample([.nan, -.infinity]) } throws: { ($0 as? GenerationError)?.code == .noCandidate }
      #expect { try sampler.sample([1]) } throws: { ($0 as? GenerationError)?.code == .noCandidate }
      #expect(try sampler.sample([.nan, .infinity]).token == 1)
    }
  }

  /// Candidate selection by quickselect agrees with sorting everything.
  @Test func largeVocabulariesSelectAsSortingWould() throws {
    var random = RandomSource(seed: 3)
    for round in 0..<20 {
      // Few distinct scores make many ties.
      let scores = (0..<3_000).map { _ in round % 2 == 0 ? Float(random.next() % 7) : Float(random.nextUnit()) }
      let k = 1 + Int(random.next() % 200)
      let best = Set(scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(k))
      let found = try shares(SamplingOptions(temperature: 100, topK: k), scores, draws: 40 * k)
      #expect(Set(found.indices.filter { found[$0] > 0 }).isSubset(of: best))
      #expect(found.count { $0 > 0 } > k * 9 / 10)
      // A nucleus that needs several rounds of ordering: with equal scores it keeps the first half of the ids.
      let half = try shares(SamplingOptions(topP: 0.5), [Float](repeating: 1, count: 3_000), draws: 300)
      #expect(half.lastIndex { $0 > 0 }! <= 1_500)
    }
  }
}

@Suite struct SamplingOptionsTests {
  static let invalid: [(SamplingOptions, String)] = [
    (SamplingOptions(temperature: -1), "temperature"), (SamplingOptions(temperature: .nan), "temperature"),
    (SamplingOptions(temperature: .infinity), "temperature"), (SamplingOptions(topK: -1), "top-k"),
    (SamplingOptions(topP: 1.5), "top-p"), (SamplingOptions(topP: .nan), "top-p"),
    (SamplingOptions(minP: -0.1), "min-p"), (SamplingOptions(typicalP: .nan), "typical-p"),
    (SamplingOptions(repetitionPenalty: 0), "repetition-penalty"),
    (SamplingOptions(presencePenalty: .infinity), "presence-penalty"),
    (SamplingOptions(frequencyPenalty: .nan), "frequency-penalty"),
    (SamplingOptions(penaltyWindow: -1), "penalty-window"), (SamplingOptions(logitBias: [9: 1]), "logit bias"),
    (SamplingOptions(logitBias: [-1: 1]), "logit bias"), (SamplingOptions(logitBias: [0: .nan]), "logit bias"),
    (SamplingOptions(logitBias: [0: .infinity]), "logit bias"),
  ]

  @Test(arguments: invalid) func outOfRangeIsATypedErrorThatNamesTheOption(_ options: SamplingOptions, name: String) {
    #expect { try Sampler(options, vocabularySize: 9) } throws: {
      guard let error = $0 as? GenerationError else { return false }
      return error.code == .invalidOption && error.message.contains(name)
    }
  }

  @Test func theDefaultsAreValid() throws { try SamplingOptions().validate(vocabularySize: 1) }
}
