import Foundation
import Testing
import TextGeneration

@Suite struct SamplerConstraintTests {
  static let scores = [0.1, 0.4, 0.2, 0.3].map { Float(log($0)) }
  static let samplings = [
    SamplingOptions.greedy, SamplingOptions(topK: 1), SamplingOptions(topK: 2, seed: 1),
    SamplingOptions(temperature: 0.7, topP: 0.9, seed: 1), SamplingOptions(seed: 1),
    SamplingOptions(mirostat: Mirostat(.two), seed: 1),
  ]

  @Test(arguments: samplings) func whatIsMaskedNeverComes(_ options: SamplingOptions) throws {
    var sampler = try Sampler(options, vocabularySize: 4)
    for _ in 0..<200 {
      let sample = try sampler.sample(Self.scores, wantsLogProbability: true, mask: { $0[1] = -.infinity })
      #expect(sample.token != 1)
      // Still the model's own probability.
      #expect(abs(try #require(sample.logProbability) - Self.scores[sample.token]) < 1e-5)
    }
    #expect(throws: GenerationError.self) {
      try sampler.sample(Self.scores, mask: { for index in $0.indices { $0[index] = -.infinity } })
    }
    #expect(throws: GenerationError.self) { try sampler.sample(Self.scores, mask: { $0.removeLast() }) }
  }

  @Test(arguments: samplings) func whatIsForbiddenNeverComes(_ options: SamplingOptions) throws {
    var sampler = try Sampler(options, vocabularySize: 4)
    for _ in 0..<200 {
      #expect(try sampler.sample(Self.scores, isForbidden: { $0 == 1 || $0 == 3 }).token % 2 == 0)
    }
    #expect { try sampler.sample(Self.scores, isForbidden: { _ in true }) } throws: {
      ($0 as? GenerationError)?.code == .noCandidate
    }
  }

  @Test func greedyTakesTheBestThatIsAllowed() throws {
    var sampler = try Sampler(.greedy, vocabularySize: 4)
    #expect(try sampler.sample(Self.scores, isForbidden: { $0 == 1 }).token == 3)
    #expect(try sampler.sample(Self.scores, mask: { $0[1] = -.infinity }, isForbidden: { $0 == 3 }).token == 2)
  }

  @Test func whatRemainsKeepsItsShares() throws {
    var sampler = try Sampler(SamplingOptions(seed: 3), vocabularySize: 4)
    let threes = try (0..<5_000).count { _ in try sampler.sample(Self.scores, isForbidden: { $0 == 1 }).token == 3 }
    #expect(abs(Double(threes) / 5_000 - 0.5) < 0.03)
  }

  /// After a few refusals all tokens are asked about in one pass, instead of a choice among all for each refusal.
  @Test func forbiddingAlmostEverythingStaysCheap() throws {
    let size = 20_000
    let scores = (0..<size).map { Float($0 % 97) }
    for options in [SamplingOptions.greedy, SamplingOptions(topK: 5, seed: 1)] {
      var (sampler, asked) = (try Sampler(options, vocabularySize: size), [Int]())
      let sample = try sampler.sample(
        scores,
        isForbidden: {
          asked.append($0)
          return $0 != 4_321
        })
      #expect(sample.token == 4_321)
      #expect(asked.count == size + 1)
      #expect(asked.dropFirst(8).dropLast() == (0..<size).filter { !asked.prefix(8).contains($0) }[...])
    }
  }

  @Test func refusedTokensAreNotRemembered() throws {
    var sampler = try Sampler(SamplingOptions(temperature: 0, presencePenalty: 5), vocabularySize: 4)
    #expect(try sampler.sample(Self.scores, isForbidden: { $0 == 1 }).token == 3)
    #expect(try sampler.sample(Self.scores).token == 1)
  }

  @Test func alternativesAreTheModelsBest() throws {
    var sampler = try Sampler(SamplingOptions(temperature: 0, logitBias: [0: 50]), vocabularySize: 4)
    let sample = try sampler.sample(Self.scores, topLogProbabilities: 3, mask: { $0[1] = -.infinity })
    #expect(sample.token == 0)
    #expect(abs(try #require(sample.logProbability) - Float(log(0.1))) < 1e-5)
    #expect(sample.alternatives.map(\.token) == [1, 3, 2])
    for (found, expected) in zip(sample.alternatives, [0.4, 0.3, 0.2]) {
      #expect(abs(found.logProbability - Float(log(expected))) < 1e-5)
    }
    #expect(try sampler.sample(Self.scores, topLogProbabilities: 9).alternatives.count == 4)
    #expect(try sampler.sample(Self.scores, topLogProbabilities: 0).alternatives.isEmpty)
    #expect(try sampler.sample(Self.scores, topLogProbabilities: -1).logProbability != nil)
    #expect(try sampler.sample(Self.scores).alternatives.isEmpty)
    // Among many, equals by the smaller id.
    let many = (0..<3_000).map { Float($0 % 1_000) }
    var large = try Sampler(.greedy, vocabularySize: 3_000)
    #expect(try large.sample(many, topLogProbabilities: 4).alternatives.map(\.token) == [999, 1_999, 2_999, 998])
  }

  @Test func aCopyGoesOnAsTheOriginalWould() throws {
    let options = SamplingOptions(
      xtc: XTC(probability: 0.5), mirostat: Mirostat(.two, tau: 1), dry: DRY(multiplier: 1), seed: 9)
    var sampler = try Sampler(options, vocabularySize: 4)
    for _ in 0..<5 { _ = try sampler.sample(Self.scores) }
    var copy = sampler
    let ahead = try (0..<20).map { _ in try copy.sample(Self.scores).token }
    #expect(try (0..<20).map { _ in try sampler.sample(Self.scores).token } == ahead)
  }
}
