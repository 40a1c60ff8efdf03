import LanguageModels
import Tensors
import TextGeneration
import Training

/// What an arm costs in time and memory on this machine, on one thread.
public struct ArmSpeed: Sendable, Hashable, Codable {
  /// Tokens learned from per second.
  public let trainingTokensPerSecond: Double
  /// Tokens written per second, one after the other.
  public let generatedTokensPerSecond: Double
  /// The bytes that a training step keeps from going forward until it goes back, per token.
  public let keptBytesPerToken: Double
}

extension Experiment {
  /// Measures arms in turn, round after round, so that what else the machine does meets all of them; medians count.
  /// - Parameter isCancelled: Asked between measurements.
  /// - Returns: One for each arm that has weights, by its name; nil when it was cancelled.
  public func speeds(
    of outcomes: [ArmOutcome], rounds: Int = 5, isCancelled: () -> Bool = { false }
  ) throws -> [String: ArmSpeed]? {
    let subjects = try outcomes.compactMap { outcome in
      try outcome.runs.first { $0.nats != nil }.map { try SpeedSubject(outcome.arm.name, model(of: $0), self) }
    }
    for _ in 0..<rounds {
      for subject in subjects {
        if isCancelled() { return nil }
        try subject.measure()
      }
    }
    return Dictionary(uniqueKeysWithValues: subjects.map { ($0.name, $0.result) })
  }
}

/// An arm whose speed is measured.
private final class SpeedSubject {
  let name: String
  private let model: LanguageModel
  private let trainer: Trainer
  private let keptBytesPerToken: Double
  private var training: [Double] = []
  private var generation: [Double] = []

  init(_ name: String, _ model: LanguageModel, _ experiment: Experiment) throws {
    self.name = name
    self.model = try model.trainable()
    var plan = experiment.plan.training
    plan.steps = 1 << 20
    let data = try experiment.data.samples(plan)
    let sample = try data.sample(at: 0)
    let tape = Tape()
    for parameter in self.model.parameters { tape.watch(parameter.tensor) }
    _ = try self.model.loss([sample.inputs], targets: [sample.targets], tape: tape)
    keptBytesPerToken = Double(tape.keptByteCount) / Double(sample.inputs.count)
    trainer = try Trainer(model: try model.trainable(), data: data, plan: plan)
    _ = try trainer.step()
  }

  func measure() throws {
    training.append(try trainer.step().speed)
    let cache = model.makeCache()
    _ = try model.forward([0, 1, 2, 3], cache: cache)
    let count = min(64, model.configuration.contextLength - cache.count)
    let clock = ContinuousClock()
    let start = clock.now
    for id in 0..<count { _ = try model.forward([id % model.configuration.vocabularySize], cache: cache) }
    generation.append(Double(count) / max((clock.now - start) / .seconds(1), 1e-9))
  }

  var result: ArmSpeed {
    ArmSpeed(
      trainingTokensPerSecond: training.median ?? 0, generatedTokensPerSecond: generation.median ?? 0,
      keptBytesPerToken: keptBytesPerToken)
  }
}
