import Foundation
import Tensors
import Testing
import TextGeneration

/// The steps as their definitions say, on all candidates with their probabilities, in double precision.
private struct Definition {
  var logits: [(token: Int, logit: Double)]

  var probabilities: [(token: Int, logit: Double, p: Double)] {
    let largest = logits.map(\.logit).max() ?? 0
    let total = logits.reduce(0) { $0 + exp($1.logit - largest) }
    return logits.map { ($0.token, $0.logit, exp($0.logit - largest) / total) }
      .sorted { ($1.logit, $0.token) < ($0.logit, $1.token) }
  }

  mutating func apply(_ step: SamplingStep, _ options: SamplingOptions) {
    let sorted = probabilities
    func keep(_ kept: some Sequence<(token: Int, logit: Double, p: Double)>) {
      logits = kept.map { ($0.token, $0.logit) }
    }
    switch step {
    case .penalties, .dry: break
    case .topNSigma:
      let mean = sorted.reduce(0) { $0 + $1.logit } / Double(sorted.count)
      let variance = sorted.reduce(0) { $0 + pow($1.logit - mean, 2) } / Double(sorted.count)
      keep(sorted.filter { $0.logit >= sorted[0].logit - Double(options.topNSigma) * variance.squareRoot() })
    case .topK: keep(sorted.prefix(options.topK))
    case .typicalP:
      let entropy = sorted.reduce(0) { $0 - $1.p * log($1.p) }
      keep(fewest(sorted.sorted { abs(-log($0.p) - entropy) < abs(-log($1.p) - entropy) }, options.typicalP))
    case .topP: keep(fewest(sorted, options.topP))
    case .minP: keep(sorted.filter { $0.p >= Double(options.minP) * sorted[0].p })
    case .xtc:
      let reaching = sorted.prefix { $0.p >= Double(options.xtc?.threshold ?? 1) }.count
      keep(sorted.dropFirst(max(0, reaching - 1)))
    case .temperature: logits = logits.map { ($0.token, $0.logit / Double(options.temperature)) }
    }
  }

  private func fewest(
    _ ranked: [(token: Int, logit: Double, p: Double)], _ mass: Float
  ) -> ArraySlice<(token: Int, logit: Double, p: Double)> {
    var sum = 0.0
    let cut = ranked.firstIndex {
      sum += $0.p
      return sum >= Double(mass)
    }
    return ranked[...(cut ?? ranked.count - 1)]
  }
}

@Suite struct SamplingByDefinitionTests {
  /// Steps in any order, on few scores and on many, on steep and on flat ones, do what their definitions say.
  @Test(arguments: 0..<60) func stepsDoAsDefined(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let count = [1, 2, 17, 300, 6_000][Int(seed % 5)]
    let spread = [0.5, 3, 12][Int(seed % 3)]
    var scores = (0..<count).map { _ in Float(spread * (random.nextUnit() + random.nextUnit() - random.nextUnit())) }
    // Some are no candidates.
    if count > 2 {
      for index in stride(from: 1, to: count, by: 7) { scores[index] = seed % 2 == 0 ? -.infinity : .nan }
    }
    let all: [SamplingStep] = [.topNSigma, .topK, .typicalP, .topP, .minP, .xtc, .temperature]
    let options = SamplingOptions(
      temperature: Float(0.5 + random.nextUnit()), topK: 1 + Int(random.next() % UInt64(2 * count)),
      topP: Float(random.nextUnit()), minP: Float(random.nextUnit() * 0.2), typicalP: Float(random.nextUnit()),
      topNSigma: Float(0.5 + random.nextUnit()), xtc: XTC(probability: 1, threshold: Float(random.nextUnit() * 0.2)),
      steps: Array(all.shuffled(using: &random).prefix(Int(seed % 4) + 1)), seed: 1)

    var definition = Definition(
      logits: scores.indices.filter { scores[$0] > -.infinity }.map { ($0, Double(scores[$0])) })
    for step in options.steps { definition.apply(step, options) }
    let expected = definition.probabilities
    let found = try Sampler(options, vocabularySize: count).distribution(of: scores)
    #expect(found.map(\.token) == expected.map(\.token), "\(options)")
    for (a, b) in zip(found, expected) { #expect(abs(Double(a.logProbability) - log(b.p)) < 1e-4) }
  }

  /// A nucleus that is most of a large vocabulary.
  @Test func wideNuclei() throws {
    var random = RandomSource(seed: 5)
    let scores = (0..<8_000).map { _ in Float((random.nextUnit() - 0.5) * 0.3) }
    let options = SamplingOptions(topP: 0.9)
    var definition = Definition(logits: scores.indices.map { ($0, Double(scores[$0])) })
    definition.apply(.topP, options)
    let found = try Sampler(options, vocabularySize: scores.count).distribution(of: scores).map(\.token)
    #expect(found.count > 7_000)
    // Single precision may count one more or fewer.
    let expected = definition.probabilities.map(\.token)
    #expect(abs(found.count - expected.count) <= 1)
    #expect(zip(found, expected).allSatisfy { $0 == $1 })
  }

  /// What is drawn from the whole vocabulary's scores comes as often as what is drawn from a list of them.
  @Test func drawsFromManyScores() throws {
    let count = 5_000
    let scores = (0..<count).map { Float(log(Double($0 % 100 == 3 ? 50 : 1))) }
    var sampler = try Sampler(SamplingOptions(seed: 2), vocabularySize: count)
    var (likely, halves) = (0, [0, 0])
    for _ in 0..<4_000 {
      let token = try sampler.sample(scores).token
      if token % 100 == 3 { likely += 1 }
      halves[token * 2 / count] += 1
    }
    // 50 · 50 of 50 · 50 + 4950.
    #expect(abs(Double(likely) / 4_000 - 2_500 / 7_450.0) < 0.03)
    #expect(abs(Double(halves[0]) / 4_000 - 0.5) < 0.03)
  }

  @Test func logProbabilitiesOfManyScores() {
    var random = RandomSource(seed: 8)
    let scores = (0..<4_001).map { _ in Float(random.nextUnit() * 20) }
    let sum = scores.reduce(0.0) { $0 + exp(Double($1)) }
    for token in [0, 1_000, 4_000] {
      #expect(abs(Double(Sampler.logProbability(of: token, in: scores)) - (Double(scores[token]) - log(sum))) < 1e-5)
    }
    #expect(Sampler.logProbability(of: 1, in: [.infinity, 0]) == -.infinity)
    #expect(Sampler.logProbability(of: 1, in: [.nan, 0]) == 0)
  }
}
