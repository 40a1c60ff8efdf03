public import Training

/// The conditions under which all arms are trained.
public struct ExperimentPlan: Sendable, Hashable {
  /// Everything that is the same for all arms. Learning rates and seeds are set run by run.
  public var training: TrainingPlan
  /// The learning rates that every arm tries with a seed of its own before it is judged; a single one is taken as it is.
  public var learningRates: [Double]
  /// How many times an arm whose best rate is the lowest or highest tried may try one beyond it.
  public var extensions: Int
  /// How many runs, each with other weights and another order of the data, an arm is judged by.
  public var seeds: Int

  /// Ten minutes of two cores.
  public init() {
    training = TrainingPlan()
    training.steps = 1000
    training.batchSize = 4
    training.contextLength = 192
    training.warmup = 50
    learningRates = [3e-3, 6e-3, 1.2e-2]
    extensions = 3
    seeds = 3
  }

  /// The plan of one run. Its rate falls to zero, as GPT-1's did: the lower it ends, the less the last few batches
  /// decide.
  func plan(of arm: Arm, learningRate: Double, seed: Int) -> TrainingPlan {
    var plan = training
    plan.learningRate = learningRate
    plan.finalLearningRate = 0
    plan.warmup = arm.hasWarmup ? training.warmup : 0
    plan.seed = UInt64(seed)
    return plan
  }

  /// Refuses numbers that no experiment can have.
  /// - Throws: `ComparisonError` or `TrainingError`.
  public func validate() throws {
    guard (1...1000).contains(seeds) else {
      throw ComparisonError(.invalidPlan, "\(seeds) seeds; give 1 or more: three are the fewest that allow a claim.")
    }
    guard !learningRates.isEmpty, learningRates.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw ComparisonError(.invalidPlan, "learning rates \(learningRates); give one or more, each above 0.")
    }
    guard Set(learningRates).count == learningRates.count else {
      throw ComparisonError(.invalidPlan, "a learning rate is given twice; give different ones.")
    }
    try training.validate()
  }
}
