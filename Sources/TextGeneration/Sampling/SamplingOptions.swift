/// How the next token is chosen from a model's scores.
///
/// The steps run in llama.cpp's order: bias, penalties, top-k, typical, top-p, min-p, temperature, draw. Every step
/// keeps at least one token. The defaults change nothing: they draw from the model's own distribution.
///
///     let options = SamplingOptions(temperature: 0.8, topP: 0.95, seed: 42)
public struct SamplingOptions: Sendable, Hashable {
  /// Scores are divided by this before the draw: below 1 bolder, above 1 more varied; 0 always takes the best token.
  public var temperature: Float
  /// Keep only this many of the best tokens; 0 keeps all.
  public var topK: Int
  /// Keep the fewest best tokens whose probabilities sum to this (Holtzman et al. 2020); 1 keeps all.
  public var topP: Float
  /// Keep tokens at least this fraction as probable as the best (Nguyen et al. 2024); 0 keeps all.
  public var minP: Float
  /// Keep the tokens whose surprise is nearest the expected one, up to this mass (Meister et al. 2023); 1 keeps all.
  public var typicalP: Float
  /// Scores of recent tokens are divided by this where positive, multiplied where negative (Keskar et al. 2019); 1 is off.
  public var repetitionPenalty: Float
  /// Subtracted from the score of every recent token.
  public var presencePenalty: Float
  /// Subtracted from the score of every recent token as often as it occurred.
  public var frequencyPenalty: Float
  /// How many of the latest tokens, the prompt's included, count as recent; nil counts all, 0 none.
  public var penaltyWindow: Int?
  /// Added to the scores of these token ids; minus infinity forbids one.
  public var logitBias: [Int: Float]
  /// What determines the draw; nil takes a fresh seed each time.
  public var seed: UInt64?

  /// These options; what is left out is off.
  public init(
    temperature: Float = 1, topK: Int = 0, topP: Float = 1, minP: Float = 0, typicalP: Float = 1,
    repetitionPenalty: Float = 1, presencePenalty: Float = 0, frequencyPenalty: Float = 0,
    penaltyWindow: Int? = 64, logitBias: [Int: Float] = [:], seed: UInt64? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.typicalP = typicalP
    self.repetitionPenalty = repetitionPenalty
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.penaltyWindow = penaltyWindow
    self.logitBias = logitBias
    self.seed = seed
  }

  /// Always the most probable token.
  public static let greedy = SamplingOptions(temperature: 0)

  /// Checks every option against its range and the vocabulary.
  /// - Throws: `GenerationError` naming the option, its value and its range. NaN is in no range.
  public func validate(vocabularySize: Int) throws(GenerationError) {
    func check(_ name: String, _ value: some Any, _ isValid: Bool, _ range: String) throws(GenerationError) {
      guard isValid else { throw GenerationError(.invalidOption, "\(name) is \(value); give \(range).") }
    }
    try check("temperature", temperature, temperature >= 0 && temperature.isFinite, "a finite number, 0 or more")
    try check("top-k", topK, topK >= 0, "a whole number, 0 or more (0 keeps all tokens)")
    try check("top-p", topP, (0...1).contains(topP), "a number from 0 to 1")
    try check("min-p", minP, (0...1).contains(minP), "a number from 0 to 1")
    try check("typical-p", typicalP, (0...1).contains(typicalP), "a number from 0 to 1")
    try check(
      "repetition-penalty", repetitionPenalty, repetitionPenalty > 0 && repetitionPenalty.isFinite,
      "a finite number above 0 (1 is off)")
    try check("presence-penalty", presencePenalty, presencePenalty.isFinite, "a finite number")
    try check("frequency-penalty", frequencyPenalty, frequencyPenalty.isFinite, "a finite number")
    try check("penalty-window", penaltyWindow ?? 0, (penaltyWindow ?? 0) >= 0, "a whole number, 0 or more")
    for (id, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
      try check("the token of a logit bias", id, (0..<vocabularySize).contains(id), "an id in 0..<\(vocabularySize)")
      try check("the logit bias of token \(id)", bias, bias < .infinity, "a finite number or minus infinity")
    }
  }

  /// Whether some step looks at the tokens that came before.
  var hasPenalties: Bool {
    (repetitionPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0) && penaltyWindow != 0
  }
}
