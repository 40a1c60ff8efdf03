extension SamplingOptions {
  /// The most steps, and the most sequence breakers: more than anybody wants, few enough to cost nothing.
  private static let (mostSteps, mostBreakers) = (32, 128)

  /// Checks every option against its range and the vocabulary.
  /// - Throws: `GenerationError` naming the option, its value and its range. NaN is in no range.
  public func validate(vocabularySize: Int) throws(GenerationError) {
    try check("temperature", temperature, temperature >= 0 && temperature.isFinite, "a finite number, 0 or more")
    try check("top-k", topK, topK >= 0, "a whole number, 0 or more (0 keeps all tokens)")
    try check("top-p", topP, (0...1).contains(topP), "a number from 0 to 1")
    try check("min-p", minP, (0...1).contains(minP), "a number from 0 to 1")
    try check("typical-p", typicalP, (0...1).contains(typicalP), "a number from 0 to 1")
    try check("top-n-sigma", topNSigma, topNSigma.isFinite, "a finite number (0 or less keeps all tokens)")
    try validateNested()
    try check(
      "repetition-penalty", repetitionPenalty, repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "a finite number above 0 (1 is off)")
    try check("presence-penalty", presencePenalty, presencePenalty.isFinite, "a finite number")
    try check("frequency-penalty", frequencyPenalty, frequencyPenalty.isFinite, "a finite number")
    try check("penalty-window", penaltyWindow ?? 0, (penaltyWindow ?? 0) >= 0, "a whole number, 0 or more")
    try check("samplers", "a list of \(steps.count)", steps.count <= Self.mostSteps, "at most \(Self.mostSteps)")
    for (id, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
      try check("the token of a logit bias", id, (0..<vocabularySize).contains(id), "an id in 0..<\(vocabularySize)")
      try check("the logit bias of token \(id)", bias, bias < .infinity, "a finite number or minus infinity")
    }
  }

  private func validateNested() throws(GenerationError) {
    func checkNumber(_ name: String, _ value: Float) throws(GenerationError) {
      try check(name, value, value >= 0 && value.isFinite, "a finite number, 0 or more")
    }
    if let xtc {
      try check("xtc-probability", xtc.probability, (0...1).contains(xtc.probability), "a number from 0 to 1")
      try check("xtc-threshold", xtc.threshold, (0...1).contains(xtc.threshold), "a number from 0 to 1")
    }
    if let dynamicTemperature {
      try checkNumber("dynamic-temperature-range", dynamicTemperature.range)
      try checkNumber("dynamic-temperature-exponent", dynamicTemperature.exponent)
    }
    if let mirostat {
      try checkNumber("mirostat-tau", mirostat.tau)
      try checkNumber("mirostat-eta", mirostat.eta)
    }
    if let dry {
      try checkNumber("dry-multiplier", dry.multiplier)
      try checkNumber("dry-base", dry.base)
      try check("dry-allowed-length", dry.allowedLength, dry.allowedLength >= 0, "a whole number, 0 or more")
      try check("dry-penalty-last-n", dry.window ?? 0, (dry.window ?? 0) >= 0, "a whole number, 0 or more")
      let count = dry.breakers.count
      try check(
        "dry-sequence-breaker", "a list of \(count)", count <= Self.mostBreakers, "at most \(Self.mostBreakers)")
      try check("dry-sequence-breaker", "empty", !dry.breakers.contains(""), "some characters")
    }
  }

  private func check(
    _ name: String, _ value: some Any, _ isValid: Bool, _ range: String
  ) throws(GenerationError) {
    guard isValid else { throw GenerationError(.invalidOption, "\(name) is \(value); give \(range).") }
  }
}
