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

  @Flag(help: "Go on when the model ends the text.")
  var ignoreEndOfText = false

  /// The options in the library's terms, which checks them.
  var generationOptions: GenerationOptions {
    GenerationOptions(
      sampling: SamplingOptions(
        temperature: temperature, topK: topK, topP: topP, minP: minP, typicalP: typicalP,
        repetitionPenalty: repetitionPenalty, presencePenalty: presencePenalty, frequencyPenalty: frequencyPenalty,
        penaltyWindow: penaltyWindow, logitBias: logitBias.reduce(into: [:]) { $0[$1.token] = $1.bias }, seed: seed),
      maxTokens: maxTokens, stopStrings: stop.map { $0.replacing("\\n", with: "\n") },
      stopsAtEndOfText: !ignoreEndOfText)
  }

  func validate() throws {
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
