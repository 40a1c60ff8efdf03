/// How the next token is chosen from a model's scores.
///
/// First the bias, then the steps in their order, then the draw. Every step keeps at least one token. The defaults
/// change nothing: they draw from the model's own distribution.
///
///     let options = SamplingOptions(temperature: 0.8, topP: 0.95, seed: 42)
public struct SamplingOptions: Sendable, Hashable {
  /// Scores are divided by this before the draw: below 1 bolder, above 1 more varied; 0 takes the best token that
  /// the steps before it left. (Typical sampling, which may remove the best, does not run then.)
  public var temperature: Float
  /// Keep only this many of the best tokens; 0 keeps all.
  public var topK: Int
  /// Keep the fewest best tokens whose probabilities sum to this (Holtzman et al. 2020); 1 keeps all.
  public var topP: Float
  /// Keep tokens at least this fraction as probable as the best (Nguyen et al. 2024); 0 keeps all.
  public var minP: Float
  /// Keep the tokens whose surprise is nearest the expected one, up to this mass (Meister et al. 2023); 1 keeps all.
  public var typicalP: Float
  /// Keep tokens whose scores lie at most this many standard deviations below the best (Tang et al. 2024); 0 or less
  /// keeps all.
  public var topNSigma: Float
  /// Now and then drop the most probable tokens; nil never does.
  public var xtc: XTC?
  /// A temperature that follows the distribution; nil keeps it fixed.
  public var dynamicTemperature: DynamicTemperature?
  /// Hold the text's surprise at a level instead of removing candidates by the steps above; nil does not.
  public var mirostat: Mirostat?
  /// A penalty for prolonging repetitions; nil gives none.
  public var dry: DRY?
  /// Scores of recent tokens are divided by this where positive, multiplied where negative (Keskar et al. 2019); 1 is off.
  public var repetitionPenalty: Float
  /// Subtracted from the score of every recent token.
  public var presencePenalty: Float
  /// Subtracted from the score of every recent token as often as it occurred.
  public var frequencyPenalty: Float
  /// How many of the latest tokens, the prompt's included, count as recent; nil counts all, 0 none.
  public var penaltyWindow: Int?
  /// The steps that run, in this order. What is left out is off, whatever its options are.
  public var steps: [SamplingStep]
  /// Added to the scores of these token ids; minus infinity forbids one.
  public var logitBias: [Int: Float]
  /// What determines the draw; nil takes a fresh seed each time.
  public var seed: UInt64?

  /// These options; what is left out is off.
  public init(
    temperature: Float = 1, topK: Int = 0, topP: Float = 1, minP: Float = 0, typicalP: Float = 1,
    topNSigma: Float = 0, xtc: XTC? = nil, dynamicTemperature: DynamicTemperature? = nil, mirostat: Mirostat? = nil,
    dry: DRY? = nil, repetitionPenalty: Float = 1, presencePenalty: Float = 0, frequencyPenalty: Float = 0,
    penaltyWindow: Int? = 64, steps: [SamplingStep] = SamplingStep.standardOrder, logitBias: [Int: Float] = [:],
    seed: UInt64? = nil
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.typicalP = typicalP
    self.topNSigma = topNSigma
    self.xtc = xtc
    self.dynamicTemperature = dynamicTemperature
    self.mirostat = mirostat
    self.dry = dry
    self.repetitionPenalty = repetitionPenalty
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.penaltyWindow = penaltyWindow
    self.steps = steps
    self.logitBias = logitBias
    self.seed = seed
  }

  /// Always the most probable token.
  public static let greedy = SamplingOptions(temperature: 0)
}
