import Testing
import TextGeneration

@Suite struct SamplingValidationTests {
  static let invalid: [(SamplingOptions, String)] = [
    (SamplingOptions(topNSigma: .nan), "top-n-sigma"), (SamplingOptions(topNSigma: .infinity), "top-n-sigma"),
    (SamplingOptions(xtc: XTC(probability: 1.1)), "xtc-probability"),
    (SamplingOptions(xtc: XTC(probability: 1, threshold: -0.1)), "xtc-threshold"),
    (SamplingOptions(dynamicTemperature: DynamicTemperature(range: -1)), "dynamic-temperature-range"),
    (SamplingOptions(dynamicTemperature: DynamicTemperature(range: 1, exponent: .nan)), "dynamic-temperature-exponent"),
    (SamplingOptions(mirostat: Mirostat(.one, tau: -1)), "mirostat-tau"),
    (SamplingOptions(mirostat: Mirostat(.two, eta: .infinity)), "mirostat-eta"),
    (SamplingOptions(dry: DRY(multiplier: .nan)), "dry-multiplier"),
    (SamplingOptions(dry: DRY(multiplier: 1, base: -2)), "dry-base"),
    (SamplingOptions(dry: DRY(multiplier: 1, allowedLength: -1)), "dry-allowed-length"),
    (SamplingOptions(dry: DRY(multiplier: 1, window: -2)), "dry-penalty-last-n"),
    (SamplingOptions(dry: DRY(multiplier: 1, breakers: [""])), "dry-sequence-breaker"),
    (SamplingOptions(dry: DRY(multiplier: 1, breakers: Array(repeating: "x", count: 129))), "dry-sequence-breaker"),
    (SamplingOptions(steps: Array(repeating: .topK, count: 33)), "samplers"),
  ]

  @Test(arguments: invalid) func outOfRangeIsATypedErrorThatNamesTheOption(_ options: SamplingOptions, name: String) {
    #expect { try options.validate(vocabularySize: 9) } throws: {
      guard let error = $0 as? GenerationError else { return false }
      return error.code == .invalidOption && error.message.contains(name)
    }
  }

  @Test func whatIsOffIsValid() throws {
    try SamplingOptions(
      topNSigma: -1, xtc: XTC(probability: 0, threshold: 1), dynamicTemperature: DynamicTemperature(range: 0),
      mirostat: Mirostat(.two, tau: 0, eta: 0), dry: DRY(multiplier: 0, base: 0, window: nil, breakers: []), steps: []
    ).validate(vocabularySize: 1)
  }
}
