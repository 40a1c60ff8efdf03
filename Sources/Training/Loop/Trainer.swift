public import LanguageModels
import Tensors

/// Takes the steps of a plan: samples, gradients, an optimizer's move.
///
///     let trainer = try Trainer(model: model.trainable(), data: data, plan: plan)
///     while trainer.completedSteps < plan.steps { print(try trainer.step().loss) }
///
/// Everything that a step does follows from its number: which samples it sees, its learning rate, what dropout leaves
/// out. So weights, the optimizer's moments and one number are all that a run needs to go on.
public final class Trainer {
  /// What one step did.
  public struct Step: Sendable, Hashable {
    /// Its number, from 1.
    public let number: Int
    /// The mean negative logarithm of the targets' probabilities, in nats, before the parameters moved.
    public let loss: Double
    /// The learning rate.
    public let learningRate: Double
    /// The norm of all gradients together, before it was clipped.
    public let gradientNorm: Double
    /// How many tokens were read.
    public let tokenCount: Int
    /// How long it took.
    public let seconds: Double
    /// Tokens read per second.
    public var speed: Double { Double(tokenCount) / max(seconds, 1e-9) }
  }

  /// What is followed.
  public let plan: TrainingPlan
  /// The model, whose parameters every step changes.
  public let model: LanguageModel
  /// How many steps have been taken.
  public private(set) var completedSteps: Int
  let optimizer: any Optimizer
  private let data: TrainingData
  private let learningRates: LearningRateSchedule
  private let parameters: [(name: String, tensor: Tensor)]
  let weights: MasterWeights
  private let tape = Tape()

  /// - Parameters:
  ///   - model: One that `LanguageModel.trainable` made in the plan's precision.
  ///   - completedSteps: Where a run goes on; the optimizer's state is then to be restored, too.
  /// - Throws: `TrainingError` for a plan that no run can follow, and for data that cannot be used with it.
  public init(model: LanguageModel, data: TrainingData, plan: TrainingPlan, completedSteps: Int = 0) throws {
    try Self.validate(plan, data, model.configuration)
    self.plan = plan
    self.model = model
    self.data = data
    self.completedSteps = completedSteps
    learningRates = try plan.learningRates()
    parameters = model.parameters
    weights = model.masterWeights
    optimizer = plan.optimizer.optimizer(for: weights.masters)
    optimizer.resume(afterSteps: completedSteps)
    tape.activationType = plan.precision.activationType
    for parameter in parameters { tape.watch(parameter.tensor) }
  }

  /// Refuses a plan that no run can follow, and data that cannot be used with it, before anything is computed.
  static func validate(_ plan: TrainingPlan, _ data: TrainingData, _ configuration: Configuration) throws {
    try plan.validate()
    guard plan.contextLength <= configuration.contextLength else {
      throw TrainingError(
        .invalidPlan,
        "a context of \(plan.contextLength) tokens, and the model's is \(configuration.contextLength); give a shorter one."
      )
    }
    try data.validate(batchSize: plan.samplesPerStep, vocabularySize: configuration.vocabularySize)
  }

  /// Takes the next step.
  /// - Throws: `TrainingError` when a number stops being finite: the parameters are then as they were before.
  public func step() throws -> Step {
    let clock = ContinuousClock()
    let start = clock.now
    let batches = try plan.samples(of: completedSteps).map { try $0.map { try data.sample(at: $0) } }
    let targetCount = batches.joined().reduce(0) { $0 + $1.targets.count { $0 >= 0 } }
    guard targetCount > 0 else {
      throw TrainingError(
        .unusableData, "no token of step \(completedSteps + 1) has a successor to predict; give longer documents.")
    }
    tape.resetGradients()
    var sum = 0.0
    for (number, batch) in batches.enumerated() { sum += try accumulate(batch, number, targetCount) }
    let loss = sum / Double(targetCount)
    let gradients = parameters.map { tape.gradient(of: $0.tensor) }
    let norm = globalNorm(of: gradients)
    guard loss.isFinite, norm.isFinite else { throw nonFinite(loss, gradients) }
    let rate = learningRates.rate(at: completedSteps)
    optimizer.step(
      gradients: gradients, learningRate: rate, gradientScale: clippingScale(norm: norm, limit: plan.clip))
    weights.round()
    completedSteps += 1
    return Step(
      number: completedSteps, loss: loss, learningRate: rate, gradientNorm: norm,
      tokenCount: batches.joined().reduce(0) { $0 + $1.inputs.count }, seconds: (clock.now - start) / .seconds(1))
  }

  /// Adds the gradients of some samples, each token's loss divided by the number of targets in the whole step: a mean
  /// over batches of unequal length would weigh tokens unequally.
  /// - Returns: The sum of the tokens' losses.
  private func accumulate(_ batch: [Sample], _ number: Int, _ targetCount: Int) throws -> Double {
    let texts = batch.flatMap(\.texts)
    let weights = [Float](repeating: 1 / Float(targetCount), count: texts.reduce(0) { $0 + $1.count })
    tape.dropout = Dropout(rate: plan.dropout, seed: mixed(plan.seed ^ mixed(UInt64(completedSteps)) ^ UInt64(number)))
    let result = try model.loss(
      texts, targets: batch.flatMap(\.textTargets), weights: weights, tape: tape,
      checkpointsBlocks: plan.checkpointsBlocks)
    tape.backward(from: result.loss)
    return result.rows.reduce(0) { $0 + Double($1) }
  }

  /// Names the first tensor that holds something else than numbers.
  private func nonFinite(_ loss: Double, _ gradients: [Tensor?]) -> TrainingError {
    var found = "every parameter and gradient is finite, so the loss itself overflowed"
    if let parameter = parameters.first(where: { !sumOfSquares($0.tensor).isFinite }) {
      found = "the first parameter that is not finite is \(parameter.name)"
    } else if let index = gradients.firstIndex(where: { $0.map { !sumOfSquares($0).isFinite } ?? false }) {
      found = "the parameters are finite; the first gradient that is not is that of \(parameters[index].name)"
    }
    return TrainingError(
      .notFinite,
      "step \(completedSteps + 1): the loss is \(loss): \(found). The last checkpoint is untouched: go on from it with"
        + " a lower learning rate, a longer warmup or clipping.")
  }
}
