import Foundation
import Testing
import TextGeneration

@Suite struct MirostatTests {
  /// What llama.cpp left at each step, how probable the token was that it drew, for scores that change by the step.
  struct Run: Sendable {
    let options: Mirostat
    let temperature: Double
    let steps: [(count: Int, probability: Double)]
  }

  static let runs = [
    Run(
      options: Mirostat(.two, tau: 2, eta: 0.3), temperature: 1,
      steps: [
        (5, 0.34948), (6, 0.24369), (5, 0.09212), (4, 0.27582), (6, 0.24369), (4, 0.38494), (5, 0.34948), (6, 0.24369),
        (5, 0.34948), (5, 0.25041), (6, 0.08965), (5, 0.34948), (5, 0.25041), (6, 0.24369),
      ]),
    Run(
      options: Mirostat(.two, tau: 2, eta: 0.3), temperature: 3,
      steps: [
        (6, 0.19339), (6, 0.19419), (4, 0.21), (4, 0.26225), (3, 0.33333), (5, 0.22077), (5, 0.24671), (6, 0.19419),
        (4, 0.29307), (4, 0.26225),
      ]),
    Run(
      options: Mirostat(.one, tau: 2, eta: 0.3), temperature: 1,
      steps: [
        (4, 0.38494), (5, 0.26768), (5, 0.09212), (4, 0.27582), (4, 0.29692), (4, 0.38494), (5, 0.34948), (6, 0.24369),
        (5, 0.34948), (6, 0.23491), (6, 0.08965), (4, 0.38494), (5, 0.25041), (5, 0.26768),
      ]),
    Run(
      options: Mirostat(.one, tau: 3, eta: 0.3), temperature: 3,
      steps: [
        (24, 0.09049), (24, 0.07276), (24, 0.01096), (9, 0.1192), (10, 0.14169), (10, 0.14028), (11, 0.14907),
        (15, 0.08347), (9, 0.16636), (12, 0.09156),
      ]),
  ]

  @Test(arguments: runs) func theBoundMovesAsLlamaCpps(_ run: Run) {
    var state = MirostatState(run.options, vocabularySize: 24)
    for (step, expected) in run.steps.enumerated() {
      var candidates = Candidates((0..<24).map { Float(($0 * (37 + 2 * step)) % 24) / 3 - 3 })
      candidates.heat(run.temperature)
      state.cut(&candidates)
      let kept = candidates.probabilities
      #expect(kept.count == expected.count, "step \(step)")
      #expect(kept.contains { abs($0.probability - expected.probability) < 2e-5 }, "step \(step)")
      state.observe(probability: expected.probability)
    }
  }

  @Test func itHoldsTheSurprise() throws {
    let scores = (0..<500).map { -Float(log(Double($0 + 1))) }
    for version in Mirostat.Version.allCases {
      var sampler = try Sampler(
        SamplingOptions(topK: 1, mirostat: Mirostat(version, tau: 3), seed: 5), vocabularySize: 500)
      var surprise = 0.0
      for _ in 0..<1_500 {
        let left = try sampler.distribution(of: scores)
        let token = try sampler.sample(scores).token
        surprise -= Double(left.first { $0.token == token }?.logProbability ?? 0) / log(2)
      }
      #expect(abs(surprise / 1_500 - 3) < 0.1)
    }
  }

  @Test func oneCandidateAndTemperatureZero() throws {
    for version in Mirostat.Version.allCases {
      let scores: [Float] = [-.infinity, 2, .nan]
      var sampler = try Sampler(SamplingOptions(mirostat: Mirostat(version), seed: 1), vocabularySize: 3)
      for _ in 0..<200 { #expect(try sampler.sample(scores).token == 1) }
      let cold = SamplingOptions(
        temperature: 0, dynamicTemperature: DynamicTemperature(range: 1), mirostat: Mirostat(version))
      sampler = try Sampler(cold, vocabularySize: 3)
      #expect(try sampler.sample([1, 2, 1.9]).token == 1)
    }
  }
}
