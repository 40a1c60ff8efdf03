import ArgumentParser
import Swiftlet

/// What decides a run's course. Flags that are not given keep the plan's value: the default of a new run, or what the
/// run that goes on began with.
struct TrainPlanFlags: ParsableArguments {
  @Option(help: ArgumentHelp("How many steps to take in all. (default: 1000)", valueName: "n"))
  var steps: Int?

  @Option(help: ArgumentHelp("The samples computed together. (default: 8)", valueName: "n"))
  var batchSize: Int?

  @Option(
    help: ArgumentHelp(
      "The batches that make one step, for more samples than memory holds. (default: 1)", valueName: "n"))
  var accumulate: Int?

  @Option(help: ArgumentHelp("The tokens of a sample. (default: the model's context, at most 1024)", valueName: "n"))
  var contextLength: Int?

  @Option(help: "adamw, muon (hidden matrices; AdamW for the rest) or sgd. (default: adamw)")
  var optimizer: OptimizerName?

  @Option(
    help: ArgumentHelp("The highest learning rate. (default: 6e-4; 3e-5 for a model that was trained)", valueName: "x"))
  var learningRate: Double?

  @Option(help: ArgumentHelp("The last learning rate. (default: a tenth of the highest)", valueName: "x"))
  var finalLearningRate: Double?

  @Option(help: "constant, linear, cosine or wsd (warmup, stable, decay). (default: cosine)")
  var schedule: ScheduleName?

  @Option(
    help: ArgumentHelp(
      "Steps in which the learning rate rises. (default: a fiftieth of all; 0 when constant)", valueName: "n"))
  var warmup: Int?

  @Option(help: ArgumentHelp("The last steps, in which wsd falls. (default: a fifth of all)", valueName: "n"))
  var decay: Int?

  @Option(
    help: ArgumentHelp(
      "AdamW's memory of gradients, or the momentum of muon and sgd. (default: 0.9; muon 0.95)", valueName: "x"))
  var beta1: Double?

  @Option(help: ArgumentHelp("AdamW's memory of squared gradients. (default: 0.95)", valueName: "x"))
  var beta2: Double?

  @Option(help: ArgumentHelp("Keeps AdamW's division finite. (default: 1e-8)", valueName: "x"))
  var epsilon: Double?

  @Option(
    help: ArgumentHelp("The share that matrices lose a step, times the learning rate. (default: 0.1)", valueName: "x"))
  var weightDecay: Double?

  @Option(help: ArgumentHelp("The norm that all gradients together may have; 0 for any. (default: 1)", valueName: "x"))
  var clip: Double?

  @Option(
    help: ArgumentHelp("The part left out at random, as GPT-1 and GPT-2 had it: 0.1. (default: 0)", valueName: "x"))
  var dropout: Float?

  @Option(help: ArgumentHelp("The same seed gives the same run. (default: 0)", valueName: "s"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Train on the first n steps' samples again and again, in order.", valueName: "n"))
  var overfit: Int?

  @Flag(help: "Let tokens see their own document only.")
  var maskDocuments = false

  @Option(help: "f32, or bf16 for weights and kept activations, with float32 masters. (default: f32)")
  var precision: TrainPrecision?

  @Flag(help: "Compute blocks again going backward: far less memory for a third more time.")
  var checkpointActivations = false

  /// A new run's plan.
  func plan(contextLength: Int, isTrained: Bool) -> TrainingPlan {
    var plan = TrainingPlan()
    plan.steps = steps ?? plan.steps
    plan.contextLength = min(contextLength, 1024)
    plan.learningRate = learningRate ?? (isTrained ? 3e-5 : 6e-4)
    plan.finalLearningRate = plan.learningRate / 10
    let rate = schedule?.schedule ?? plan.schedule
    plan.warmup = rate == .constant ? 0 : plan.steps / 50
    plan.decay = rate == .wsd ? plan.steps / 5 : 0
    return applied(to: plan)
  }

  /// A plan with what was given in place of what it had.
  func applied(to plan: TrainingPlan) -> TrainingPlan {
    var plan = plan
    func set<Value>(_ path: WritableKeyPath<TrainingPlan, Value>, _ value: Value?) {
      if let value { plan[keyPath: path] = value }
    }
    set(\.steps, steps)
    set(\.batchSize, batchSize)
    set(\.accumulation, accumulate)
    set(\.contextLength, contextLength)
    set(\.learningRate, learningRate)
    set(\.finalLearningRate, finalLearningRate)
    set(\.schedule, schedule?.schedule)
    set(\.warmup, warmup)
    set(\.decay, decay)
    set(\.clip, clip)
    set(\.dropout, dropout)
    set(\.seed, seed)
    if let overfit { plan.overfit = overfit }
    set(\.precision, precision?.precision)
    if maskDocuments { plan.masksDocuments = true }
    if checkpointActivations { plan.checkpointsBlocks = true }
    plan.optimizer = optimizerSettings(plan.optimizer)
    return plan
  }

  private func optimizerSettings(_ old: OptimizerSettings) -> OptimizerSettings {
    var settings = old
    if let optimizer, optimizer != OptimizerName(old) { settings = optimizer.settings }
    func adjusted(_ settings: AdamW.Settings, beta1: Double?) -> AdamW.Settings {
      AdamW.Settings(
        beta1: beta1 ?? settings.beta1, beta2: beta2 ?? settings.beta2, epsilon: epsilon ?? settings.epsilon,
        weightDecay: weightDecay ?? settings.weightDecay)
    }
    switch settings {
    case .adamW(let adamW): return .adamW(adjusted(adamW, beta1: beta1))
    case .muon(var muon):
      muon.momentum = beta1 ?? muon.momentum
      muon.adamW = adjusted(muon.adamW, beta1: nil)
      return .muon(muon)
    case .sgd(var sgd):
      sgd.momentum = beta1 ?? sgd.momentum
      sgd.weightDecay = weightDecay ?? sgd.weightDecay
      return .sgd(sgd)
    }
  }
}

/// The optimizers by name.
enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
  case adamw, muon, sgd

  init(_ settings: OptimizerSettings) {
    switch settings {
    case .adamW: self = .adamw
    case .muon: self = .muon
    case .sgd: self = .sgd
    }
  }

  var settings: OptimizerSettings {
    switch self {
    case .adamw: .adamW(AdamW.Settings())
    case .muon: .muon(Muon.Settings())
    case .sgd: .sgd(SGD.Settings())
    }
  }
}

/// The schedules by name.
enum ScheduleName: String, CaseIterable, ExpressibleByArgument {
  case constant, linear, cosine, wsd

  var schedule: TrainingPlan.Schedule {
    switch self {
    case .constant: .constant
    case .linear: .linear
    case .cosine: .cosine
    case .wsd: .wsd
    }
  }
}

/// How weights are kept while training, by name.
enum TrainPrecision: String, CaseIterable, ExpressibleByArgument {
  case f32, bf16

  var precision: TrainingPrecision { self == .f32 ? .float32 : .bfloat16 }
}
