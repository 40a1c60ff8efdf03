import Foundation
import Testing
import TextGeneration

/// What llama.cpp leaves and how probable it makes it, by its own tests and by its library on the same scores.
@Suite struct SamplingStepTests {
  /// Twenty-four scores, a third apart, shuffled.
  static let ladder = (0..<24).map { Float(($0 * 37) % 24) / 3 - 3 }

  private func expect(
    _ options: SamplingOptions, after history: [Int] = [], on scores: [Float] = ladder, _ expected: [Int: Double],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    var options = options
    options.seed = 1
    var sampler = try Sampler(options, vocabularySize: scores.count)
    for token in history { sampler.accept(token) }
    let found = try sampler.distribution(of: scores)
    #expect(Set(found.map(\.token)) == Set(expected.keys), sourceLocation: location)
    for choice in found {
      let probability = exp(Double(choice.logProbability))
      #expect(
        abs(probability - (expected[choice.token] ?? 0)) < 1e-5, "token \(choice.token)", sourceLocation: location)
    }
    let drawn = try sampler.sample(scores).token
    #expect(expected[drawn] != nil, "drew \(drawn)", sourceLocation: location)
  }

  @Test func topNSigma() throws {
    let four = [0.1, 0.2, 0.3, 0.4].map { Float(log($0)) }
    try expect(SamplingOptions(topNSigma: 1), on: four, [2: 0.428571, 3: 0.571429])
    for off in [0, -1, 3] as [Float] {
      try expect(SamplingOptions(topNSigma: off), on: four, [0: 0.1, 1: 0.2, 2: 0.3, 3: 0.4])
    }
    try expect(
      SamplingOptions(topNSigma: 1),
      [11: 0.313909, 22: 0.224926, 9: 0.161166, 20: 0.115481, 7: 0.082746, 18: 0.05929, 5: 0.042483])
    // Among the tokens that are left, not among all.
    try expect(SamplingOptions(topK: 3, topNSigma: 1.5, steps: [.topK, .topNSigma]), [11: 0.582570, 22: 0.417430])
  }

  @Test func exclusionOfTopChoices() throws {
    let four = [0.4, 0.3, 0.2, 0.1].map { Float(log($0)) }
    try expect(SamplingOptions(xtc: XTC(probability: 1, threshold: 0.09)), on: four, [3: 1])
    try expect(SamplingOptions(xtc: XTC(probability: 1, threshold: 0.19)), on: four, [2: 2 / 3.0, 3: 1 / 3.0])
    try expect(
      SamplingOptions(xtc: XTC(probability: 1, threshold: 0.29)), on: four, [1: 0.5, 2: 1 / 3.0, 3: 1 / 6.0])
    let all = [0: 0.4, 1: 0.3, 2: 0.2, 3: 0.1]
    try expect(SamplingOptions(xtc: XTC(probability: 1, threshold: 0.39)), on: four, all)
    try expect(SamplingOptions(xtc: XTC(probability: 1, threshold: 0.51)), on: four, all)
    try expect(SamplingOptions(xtc: XTC(probability: 0, threshold: 0.09)), on: four, all)
    // The same from a list as from the whole vocabulary, and at temperature 0 the best of what is left.
    try expect(
      SamplingOptions(topK: 4, xtc: XTC(probability: 1, threshold: 0.19)), on: four + [-9], [2: 2 / 3.0, 3: 1 / 3.0])
    try expect(SamplingOptions(temperature: 0, xtc: XTC(probability: 1, threshold: 0.19)), on: four, [2: 1])
  }

  @Test func exclusionHappensAsOftenAsAsked() throws {
    var sampler = try Sampler(SamplingOptions(xtc: XTC(probability: 0.3), seed: 4), vocabularySize: 2)
    let scores = [Float(log(0.8)), Float(log(0.2))]
    let second = try (0..<5_000).count { _ in try sampler.sample(scores).token == 1 }
    // 0.3 · 1 + 0.7 · 0.2
    #expect(abs(Double(second) / 5_000 - 0.44) < 0.03)
  }

  @Test func dynamicTemperature() throws {
    let best = [11: 0.293206, 22: 0.207257, 9: 0.146503, 20: 0.103558, 7: 0.073201, 18: 0.051743, 5: 0.036576]
    let rest = [
      16: 0.025854, 3: 0.018275, 14: 0.012918, 1: 0.009131, 12: 0.006455, 23: 0.004563, 10: 0.003225, 21: 0.00228,
      8: 0.001611, 19: 0.001139, 6: 0.000805, 17: 0.000569, 4: 0.000402, 15: 0.000284, 2: 0.000201, 13: 0.000142,
      0: 0.0001,
    ]
    try expect(
      SamplingOptions(temperature: 0.8, dynamicTemperature: DynamicTemperature(range: 0.5)),
      best.merging(rest) { a, _ in a })
    // A range that would reach below 0, an exponent, and a list.
    try expect(
      SamplingOptions(topK: 10, dynamicTemperature: DynamicTemperature(range: 1.5, exponent: 2)),
      [
        11: 0.201717, 22: 0.16729, 9: 0.138738, 20: 0.11506, 7: 0.095423, 18: 0.079137, 5: 0.065631, 16: 0.054429,
        3: 0.04514, 14: 0.037436,
      ])
    try expect(SamplingOptions(temperature: 0, dynamicTemperature: DynamicTemperature(range: 0)), [11: 1])
  }

  @Test func stepsRunInTheOrderGiven() throws {
    func options(_ steps: [SamplingStep]) -> SamplingOptions {
      SamplingOptions(temperature: 2, topP: 0.7, minP: 0.4, typicalP: 0.5, steps: steps)
    }
    try expect(options([.topP, .temperature]), [11: 0.315503, 22: 0.267067, 9: 0.226068, 20: 0.191362])
    try expect(
      options([.temperature, .topP]),
      [11: 0.222944, 22: 0.188718, 9: 0.159746, 20: 0.135222, 7: 0.114463, 18: 0.096891, 5: 0.082016])
    try expect(options([.minP, .temperature]), [11: 0.390166, 22: 0.330268, 9: 0.279566])
    try expect(
      options([.temperature, .minP]), [11: 0.242862, 22: 0.205579, 9: 0.174018, 20: 0.147303, 7: 0.12469, 18: 0.105548])
    try expect(options([.typicalP, .temperature]), [22: 0.315503, 9: 0.267067, 20: 0.226068, 7: 0.191362])
    try expect(
      options([.temperature, .typicalP]),
      [9: 0.222944, 20: 0.188718, 7: 0.159746, 18: 0.135222, 5: 0.114463, 16: 0.096891, 3: 0.082016])
    var halved = SamplingOptions(temperature: 2, topP: 0.7, topNSigma: 1.5, steps: [.temperature, .topNSigma])
    halved.temperature = 3
    try expect(
      halved,
      [
        11: 0.149074, 22: 0.133397, 9: 0.119369, 20: 0.106816, 7: 0.095583, 18: 0.085532, 5: 0.076537, 16: 0.068489,
        3: 0.061286, 14: 0.054841, 1: 0.049074,
      ])
  }

  @Test func penaltiesMayComeLater() throws {
    let history = [11, 11, 22, 3]
    func options(_ steps: [SamplingStep]) -> SamplingOptions {
      SamplingOptions(
        temperature: 2, topK: 4, repetitionPenalty: 1.5, presencePenalty: 0.5, frequencyPenalty: 0.25, steps: steps)
    }
    try expect(
      options([.topK, .penalties]), after: history, [9: 0.494249, 20: 0.354145, 22: 0.076856, 11: 0.07475])
    try expect(
      options([.penalties, .topK]), after: history, [9: 0.384937, 20: 0.275819, 7: 0.197633, 18: 0.14161])
    try expect(
      options([.temperature, .penalties, .topK]), after: history,
      [9: 0.315503, 20: 0.267067, 7: 0.226068, 18: 0.191362])
  }

  @Test func allStepsTogether() throws {
    try expect(
      SamplingOptions(
        temperature: 0.8, topK: 12, topP: 0.9, minP: 0.05, typicalP: 0.95, topNSigma: 2,
        xtc: XTC(probability: 1, threshold: 0.2), dynamicTemperature: DynamicTemperature(range: 0.3, exponent: 1.2),
        repetitionPenalty: 1.1, presencePenalty: 0.1, frequencyPenalty: 0.1),
      after: [11, 22, 3],
      [9: 0.268434, 22: 0.210147, 20: 0.19627, 7: 0.143505, 18: 0.104926, 5: 0.076718])
  }

  @Test func extremeTemperaturesAreNumbers() throws {
    let many = Self.ladder + [Float](repeating: -5, count: 500)
    for steps in [[.temperature], Array(repeating: .temperature, count: 31)] as [[SamplingStep]] {
      try expect(SamplingOptions(temperature: .leastNonzeroMagnitude, steps: steps), [11: 1])
      var sampler = try Sampler(
        SamplingOptions(temperature: .leastNonzeroMagnitude, steps: steps, seed: 1), vocabularySize: many.count)
      #expect(try sampler.sample(many).token == 11)
      sampler = try Sampler(SamplingOptions(temperature: 3e38, minP: 0.1, steps: steps + [.minP]), vocabularySize: 24)
      #expect(try sampler.distribution(of: Self.ladder).allSatisfy { abs($0.logProbability + Float(log(24.0))) < 1e-5 })
    }
    try expect(
      SamplingOptions(temperature: .leastNonzeroMagnitude, presencePenalty: 1, steps: [.temperature, .penalties]),
      on: [-3, -2],
      [0: 0.5, 1: 0.5])
  }

  @Test func atTemperatureZeroTypicalSamplingLeavesTheBest() throws {
    let scores = ([0.4] + [Double](repeating: 0.06, count: 10)).map { Float(log($0)) }
    try expect(SamplingOptions(temperature: 0, typicalP: 0.59), on: scores, [0: 1])
    // Where nothing takes the best, typical sampling removes it.
    try expect(SamplingOptions(temperature: 0, topK: 1, typicalP: 0.05, steps: [.typicalP, .topK]), on: scores, [1: 1])
  }

  @Test func whatIsLeftOutOfTheOrderIsOff() throws {
    let options = SamplingOptions(temperature: 0, topK: 1, presencePenalty: 100, steps: [])
    var sampler = try Sampler(options, vocabularySize: 24)
    sampler.accept(11)
    #expect(try sampler.distribution(of: Self.ladder).count == 24)
    // Where temperature 0 comes after penalties on few, the best of those few is meant.
    try expect(
      SamplingOptions(temperature: 0, topK: 2, presencePenalty: 100, steps: [.topK, .penalties, .temperature]),
      after: [11], [22: 1])
  }

  @Test func namesAreLlamaCpps() {
    let order = "penalties;dry;top_n_sigma;top_k;typ_p;top_p;min_p;xtc;temperature"
    #expect(order.split(separator: ";").map { SamplingStep(name: String($0)) } == SamplingStep.standardOrder)
    #expect(SamplingStep(name: "Top-N-Sigma") == .topNSigma)
    #expect(SamplingStep(name: "topk") == .topK)
    #expect(SamplingStep(name: "nucleus") == .topP)
    #expect(SamplingStep(name: "temp") == .temperature)
    #expect(SamplingStep(name: "typical") == .typicalP)
    #expect(SamplingStep(name: "top") == nil)
  }
}
