import ArgumentParser
import Swiftlet

/// How tokens are chosen and when the text ends.
struct SamplingFlags: ParsableArguments {
  @Option(help: ArgumentHelp("The most tokens to generate.", valueName: "n"))
  var maxTokens: Int = 200

  @Option(help: ArgumentHelp("Below 1 bolder, above 1 more varied; 0 always takes the best token.", valueName: "t"))
  var temperature: Float = 0.8

  @Option(help: ArgumentHelp("Choose among the k best tokens; 0 for all.", valueName: "k"))
  var topK: Int = 0

  @Option(help: ArgumentHelp("Choose among the fewest best tokens with this probability together.", valueName: "p"))
  var topP: Float = 0.95

  @Option(help: ArgumentHelp("Choose among tokens at least this fraction as probable as the best.", valueName: "p"))
  var minP: Float = 0

  @Option(help: ArgumentHelp("Choose among the most typical tokens with this probability together.", valueName: "p"))
  var typicalP: Float = 1

  @Option(
    help: ArgumentHelp("Choose among tokens this many standard deviations below the best; 0 for all.", valueName: "n"))
  var topNSigma: Float = 0

  @Option(help: ArgumentHelp("How often to drop the most probable tokens but one; 0 is off.", valueName: "p"))
  var xtcProbability: Float = 0

  @Option(help: ArgumentHelp("From which probability a token counts as one to drop; above 0.5 is off.", valueName: "p"))
  var xtcThreshold: Float = 0.1

  @Option(
    help: ArgumentHelp(
      "Vary the temperature by this, down where the model is certain and up where it is not; 0 is off.", valueName: "t")
  )
  var dynamicTemperatureRange: Float = 0

  @Option(help: ArgumentHelp("Above 1, the temperature rises only where the model is very uncertain.", valueName: "x"))
  var dynamicTemperatureExponent: Float = 1

  @Option(
    help: ArgumentHelp(
      "Hold the text's surprise at a level instead of choosing among the best; 1 and 2 are ways to do it, 0 is off.",
      valueName: "0|1|2"))
  var mirostat: Int = 0

  @Option(help: ArgumentHelp("The level of surprise that mirostat holds, in bits.", valueName: "x"))
  var mirostatTau: Float = 5

  @Option(help: ArgumentHelp("How quickly mirostat adapts.", valueName: "x"))
  var mirostatEta: Float = 0.1

  @Option(
    help: ArgumentHelp("Subtract this from the score of a token that prolongs a repetition; 0 is off.", valueName: "x"))
  var dryMultiplier: Float = 0

  @Option(help: ArgumentHelp("Multiply that by this for each further token of the repetition.", valueName: "x"))
  var dryBase: Float = 1.75

  @Option(help: ArgumentHelp("How many tokens may be repeated freely.", valueName: "n"))
  var dryAllowedLength: Int = 2

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How many of the latest tokens are searched for repetitions; -1 for all.", valueName: "n"))
  var dryPenaltyLastN: Int = 64

  @Option(
    help: ArgumentHelp(
      "A text across which nothing counts as repeated; none for no such text. \\n is a line break. Repeatable. "
        + "(default: a line break, :, \" and *)", valueName: "text"))
  var drySequenceBreaker: [String] = []

  @Option(
    help: ArgumentHelp(
      "The steps of the choice, in order and separated by commas; what is left out is off. (default: "
        + "\(SamplingStep.standardOrder.map(\.rawValue).joined(separator: ",")))", valueName: "names"))
  var samplers: SamplerOrder?

  @Option(help: ArgumentHelp("Divide the scores of recent tokens by this; 1 is off.", valueName: "x"))
  var repetitionPenalty: Float = 1

  @Option(help: ArgumentHelp("Subtract this from the scores of recent tokens.", valueName: "x"))
  var presencePenalty: Float = 0

  @Option(help: ArgumentHelp("Subtract this from the scores of recent tokens as often as they occur.", valueName: "x"))
  var frequencyPenalty: Float = 0

  @Option(help: ArgumentHelp("How many of the latest tokens the penalties look at.", valueName: "n"))
  var penaltyWindow: Int = 64

  @Option(help: ArgumentHelp("Add to a token's score, or forbid it with -inf: 42=-1.5. Repeatable.", valueName: "id=x"))
  var logitBias: [LogitBias] = []

  @Option(help: ArgumentHelp("The same seed gives the same text. (default: a fresh one)", valueName: "s"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("A text that ends the generation. \\n is a line break. Repeatable.", valueName: "text"))
  var stop: [String] = []

  @Option(help: ArgumentHelp("The fewest tokens to generate, unless a stop text ends them.", valueName: "n"))
  var minTokens: Int = 0

  @Option(
    name: .customLong("ban"),
    help: ArgumentHelp("A text that must not occur. \\n is a line break. Repeatable.", valueName: "text"))
  var bannedStrings: [String] = []

  @Flag(help: "Go on when the model ends the text.")
  var ignoreEndOfText = false

  /// The options in the library's terms, which checks them.
  var generationOptions: GenerationOptions {
    GenerationOptions(
      sampling: samplingOptions, maxTokens: maxTokens, stopStrings: stop.map(Self.unescaped),
      stopsAtEndOfText: !ignoreEndOfText, minTokens: minTokens, bannedStrings: bannedStrings.map(Self.unescaped))
  }

  private var samplingOptions: SamplingOptions {
    SamplingOptions(
      temperature: temperature, topK: topK, topP: topP, minP: minP, typicalP: typicalP, topNSigma: topNSigma,
      xtc: XTC(probability: xtcProbability, threshold: xtcThreshold),
      dynamicTemperature: DynamicTemperature(range: dynamicTemperatureRange, exponent: dynamicTemperatureExponent),
      mirostat: Mirostat.Version(rawValue: mirostat).map { Mirostat($0, tau: mirostatTau, eta: mirostatEta) },
      dry: DRY(
        multiplier: dryMultiplier, base: dryBase, allowedLength: dryAllowedLength,
        window: dryPenaltyLastN == -1 ? nil : dryPenaltyLastN, breakers: dryBreakers),
      repetitionPenalty: repetitionPenalty, presencePenalty: presencePenalty, frequencyPenalty: frequencyPenalty,
      penaltyWindow: penaltyWindow, steps: samplers?.steps ?? SamplingStep.standardOrder,
      logitBias: logitBias.reduce(into: [:]) { $0[$1.token] = $1.bias }, seed: seed)
  }

  private var dryBreakers: [String] {
    guard !drySequenceBreaker.isEmpty else { return DRY.standardBreakers }
    return drySequenceBreaker.filter { $0 != "none" }.map(Self.unescaped)
  }

  private static func unescaped(_ text: String) -> String { text.replacing("\\n", with: "\n") }

  func validate() throws {
    guard (0...2).contains(mirostat) else { throw ValidationError("--mirostat is \(mirostat); give 0, 1 or 2.") }
    // What needs no vocabulary is checked before a model is loaded.
    var options = generationOptions
    options.sampling.logitBias = [:]
    do { try options.validate(vocabularySize: 1) } catch { throw ValidationError("--\(error.message)") }
  }
}

/// A token id and what is added to its score, written `42=-1.5`.
struct LogitBias: ExpressibleByArgument {
  let token: Int
  let bias: Float

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let token = Int(parts[0]), let bias = Float(parts[1]) else { return nil }
    self.token = token
    self.bias = bias
  }
}

/// The steps of a sampler, written `top_k,temperature`.
struct SamplerOrder: ExpressibleByArgument {
  let steps: [SamplingStep]

  init?(argument: String) {
    var steps: [SamplingStep] = []
    for name in argument.split(whereSeparator: { $0 == "," || $0 == ";" }) {
      guard let step = SamplingStep(name: String(name.filter { !$0.isWhitespace })) else { return nil }
      steps.append(step)
    }
    self.steps = steps
  }
}
