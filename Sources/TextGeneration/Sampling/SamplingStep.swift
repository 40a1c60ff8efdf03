/// One of the steps by which a sampler changes scores and removes candidates before it draws.
///
/// The raw values are llama.cpp's names, which programs that call its server send.
public enum SamplingStep: String, Sendable, Hashable, CaseIterable {
  /// `repetitionPenalty`, `presencePenalty` and `frequencyPenalty`.
  case penalties
  /// `dry`.
  case dry
  /// `topNSigma`.
  case topNSigma = "top_n_sigma"
  /// `topK`.
  case topK = "top_k"
  /// `typicalP`.
  case typicalP = "typ_p"
  /// `topP`.
  case topP = "top_p"
  /// `minP`.
  case minP = "min_p"
  /// `xtc`.
  case xtc
  /// `temperature`, with `dynamicTemperature`.
  case temperature

  /// Every step, in llama.cpp's order.
  public static let standardOrder: [SamplingStep] = allCases

  /// The step with a name as llama.cpp takes it: capitals do not matter, nor whether words are joined by `_`, `-` or
  /// nothing, and `nucleus`, `typ`, `typical` and `temp` are known too.
  public init?(name: String) {
    let plain = name.lowercased().filter { $0 != "_" && $0 != "-" }
    let others: [String: SamplingStep] = [
      "nucleus": .topP, "typ": .typicalP, "typical": .typicalP, "typicalp": .typicalP, "temp": .temperature,
    ]
    guard let step = Self.allCases.first(where: { $0.rawValue.filter { $0 != "_" } == plain }) ?? others[plain] else {
      return nil
    }
    self = step
  }

  /// Whether it changes scores by what came before, and removes no candidate.
  var isAdjustment: Bool { self == .penalties || self == .dry }
}

extension SamplingOptions {
  /// The steps that change anything, in order.
  var activeSteps: [SamplingStep] {
    let active = steps.filter(isActive)
    // Mirostat takes the place of all that removes candidates.
    return mirostat == nil ? active : active.filter { $0.isAdjustment || $0 == .temperature }
  }

  /// Whether the active steps only ever leave the best token, which then need not be looked for step by step.
  var takesBest: Bool {
    let steps = activeSteps
    let removing = steps.drop { $0.isAdjustment }
    guard !removing.contains(where: { $0.isAdjustment || $0 == .xtc }) else { return false }
    if removing.contains(.temperature) && isCold { return true }
    // After typical sampling, the best of the whole vocabulary may be gone.
    return removing.prefix { $0 != .typicalP }.contains(.topK) && topK == 1
  }

  /// How far the temperature moves.
  var temperatureRange: Float { mirostat == nil ? dynamicTemperature?.range ?? 0 : 0 }

  private var isCold: Bool { temperature == 0 && temperatureRange == 0 }

  private func isActive(_ step: SamplingStep) -> Bool {
    switch step {
    case .penalties:
      (repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0) && penaltyWindow != 0
    case .dry: dry?.isActive ?? false
    case .topNSigma: topNSigma > 0
    case .topK: topK > 0
    case .typicalP: typicalP < 1 && !(isCold && steps.contains(.temperature))
    case .topP: topP < 1
    case .minP: minP > 0
    case .xtc: xtc?.isActive ?? false
    case .temperature: temperature != 1 || temperatureRange > 0
    }
  }
}
