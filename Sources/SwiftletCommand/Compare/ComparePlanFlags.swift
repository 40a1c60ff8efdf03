import ArgumentParser
import Swiftlet

/// How large a comparison's models are, how long they learn, and how carefully they are judged.
struct ComparePlanFlags: ParsableArguments {
  @Flag(help: "About a minute of two cores: less learning, one learning rate for all.")
  var quick = false

  @Flag(help: "A night of two cores: larger models, both directions, five rates and five seeds.")
  var full = false

  @Option(help: "gpt-to-llama, llama-to-gpt, or both. (default: gpt-to-llama)")
  var ladder: LadderName?

  @Option(help: ArgumentHelp("How many times an arm is trained to be judged. (default: 3)", valueName: "n"))
  var seeds: Int?

  @Option(
    help: ArgumentHelp(
      "The rates that every arm tries first, with commas; one alone is taken for all. (default: \(Self.rates(Scale.usual)))",
      valueName: "x,…"))
  var learningRates: RateList?

  @Option(help: ArgumentHelp("Steps of a run. (default: \(Scale.usual.steps))", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("Samples of a step. (default: \(Scale.usual.batchSize))", valueName: "n"))
  var batchSize: Int?

  @Option(help: ArgumentHelp("Tokens of a sample. (default: \(Scale.usual.contextLength))", valueName: "n"))
  var contextLength: Int?

  @Option(help: ArgumentHelp("Steps in which the learning rate rises. (default: a twentieth of all)", valueName: "n"))
  var warmup: Int?

  @Option(help: "adamw, muon or sgd. (default: adamw)")
  var optimizer: OptimizerName?

  @Option(help: "constant, linear, cosine or wsd. (default: cosine)")
  var schedule: ScheduleName?

  @Option(help: ArgumentHelp("Layers of an arm. (default: \(Scale.usual.layers))", valueName: "n"))
  var layers: Int?

  @Option(help: ArgumentHelp("Query heads of an arm. (default: \(Scale.usual.heads))", valueName: "n"))
  var heads: Int?

  @Option(help: ArgumentHelp("The width of an arm. (default: \(Scale.usual.hiddenSize))", valueName: "n"))
  var hiddenSize: Int?

  @Flag(help: "Let named arms differ in their number of parameters.")
  var anySize = false

  @Option(help: ArgumentHelp("Runs at once, each on one thread. (default: the processor's cores)", valueName: "n"))
  var jobs: Int?

  func validate() throws {
    if quick, full { throw ValidationError("give either --quick or --full.") }
    if let jobs, !(1...1024).contains(jobs) {
      throw ValidationError("--jobs is \(jobs); give a number from 1 to 1024.")
    }
  }

  /// The sizes between which `--quick` and `--full` choose.
  struct Scale {
    var layers = 4
    var heads = 4
    var hiddenSize = 64
    var contextLength = 192
    var batchSize = 4
    var steps = 1000
    var seeds = 3
    var learningRates = [6e-3, 1.2e-2, 2.4e-2]

    static let usual = Scale()
    static let quick = Scale(steps: 250, learningRates: [8e-3])
    static let full = Scale(
      hiddenSize: 128, contextLength: 256, batchSize: 8, steps: 2500, seeds: 5,
      learningRates: [1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2])
  }

  private var scale: Scale { quick ? .quick : full ? .full : .usual }

  /// The conditions.
  var plan: ExperimentPlan {
    var plan = ExperimentPlan()
    plan.training.steps = steps ?? scale.steps
    plan.training.batchSize = batchSize ?? scale.batchSize
    plan.training.contextLength = contextLength ?? scale.contextLength
    plan.training.warmup = warmup ?? plan.training.steps / 20
    plan.training.schedule = schedule?.schedule ?? .cosine
    if plan.training.schedule == .wsd { plan.training.decay = plan.training.steps / 5 }
    plan.training.optimizer = optimizer?.settings ?? .adamW(AdamW.Settings())
    plan.learningRates = learningRates?.rates ?? scale.learningRates
    plan.seeds = seeds ?? scale.seeds
    return plan
  }

  /// The size that presets take.
  func size(vocabularySize: Int) -> DecoderSize {
    var size = DecoderSize()
    (size.layerCount, size.headCount) = (layers ?? scale.layers, heads ?? scale.heads)
    (size.hiddenSize, size.contextLength) = (hiddenSize ?? scale.hiddenSize, contextLength ?? scale.contextLength)
    size.vocabularySize = vocabularySize
    return size
  }

  /// What is climbed without arms.
  var ladders: [Ladder] {
    let directions: [Ladder] =
      switch ladder ?? (full ? .both : .gptToLLaMA) {
      case .gptToLLaMA: [.gptToLLaMA]
      case .llamaToGPT: [.llamaToGPT]
      case .both: [.gptToLLaMA, .llamaToGPT]
      }
    return quick ? directions : directions + [.gpt3, .warmup]
  }

  private static func rates(_ scale: Scale) -> String { RateList(rates: scale.learningRates).description }
}

/// The directions in which a ladder can be climbed.
enum LadderName: String, ExpressibleByArgument, CaseIterable {
  case gptToLLaMA = "gpt-to-llama"
  case llamaToGPT = "llama-to-gpt"
  case both
}

/// Learning rates as they are typed: 1e-3,2e-3.
struct RateList: ExpressibleByArgument, CustomStringConvertible {
  let rates: [Double]

  init(rates: [Double]) { self.rates = rates }

  init?(argument: String) {
    let fields = argument.split(separator: ",", omittingEmptySubsequences: false)
    rates = fields.compactMap { Double($0) }.filter { $0 > 0 && $0.isFinite }
    guard rates.count == fields.count else { return nil }
  }

  var description: String { rates.map { "\($0)" }.joined(separator: ",") }
}
