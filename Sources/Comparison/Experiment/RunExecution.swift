import Foundation
import LanguageModels
import Tensors
import Training

/// Trains the model of one run and measures it, or finds out that this was done before.
struct RunExecution {
  let run: ExperimentRun
  let key: String
  let data: ExperimentData
  let measures: HeldOutMeasures
  let store: RunStore

  /// How often a curve is measured: twenty times, or so often that it costs little beside the training.
  private var curvePoints: Int { max(5, min(20, run.plan.steps / 40)) }

  /// - Returns: nil when it was cancelled; what was done is then saved, and the same call goes on with it.
  func execute(isCancelled: () -> Bool, onStep: (Trainer.Step) -> Void) throws -> RunResult? {
    if let result = store.result(key) { return result }
    let plan = run.plan
    let trainingRun = try begun(data.samples(plan))
    let outcome: TrainingRun.Outcome
    do {
      outcome = try trainingRun.run(
        validation: measures.part, intervals: .init(validation: max(1, plan.steps / curvePoints)),
        isCancelled: isCancelled
      ) { if case .step(let step) = $0 { onStep(step) } }
    } catch let error as TrainingError where error.kind == .notFinite {
      let result = result(divergence: error.message, metrics: trainingRun.metrics)
      try store.complete(result)
      return result
    }
    guard outcome.isComplete,
      let measured = try measures.whole.measure(trainingRun.trainer.model, isCancelled: isCancelled)
    else { return nil }
    let model = trainingRun.trainer.model
    let result = result(
      nats: measured.nats, metrics: trainingRun.metrics, positions: try measures.positions(model),
      samples: try measures.samples(model))
    try store.complete(result)
    return result
  }

  /// The run where it stopped, or from the beginning.
  private func begun(_ training: TrainingData) throws -> TrainingRun {
    let folder = store.folder(key)
    if FileManager.default.fileExists(atPath: folder + "/checkpoints") {
      // What cannot be gone on with is done again.
      if let checkpoint = try? TrainingCheckpoint.newest(in: folder, note: { _ in }),
        let resumed = try? TrainingRun.resume(checkpoint, plan: run.plan, data: training, in: folder)
      {
        return resumed
      }
    }
    store.discard(key)
    var configuration = run.arm.configuration
    // What knows positions by rotating, or not at all, can be asked further than it was trained.
    if case .learned = configuration.position {} else { configuration.contextLength *= HeldOutMeasures.reach }
    return try TrainingRun.begin(
      LanguageModel(configuration, seed: run.initialSeed), plan: run.plan, data: training, in: folder,
      companions: data.tokenizerFiles, notes: ["arm": run.arm.name])
  }

  private func result(
    divergence: String? = nil, nats: Double? = nil, metrics: [MetricsRow], positions: [RunResult.Point] = [],
    samples: [String] = []
  ) -> RunResult {
    let speeds = metrics.map(\.tokensPerSecond).sorted()
    return RunResult(
      key: key, arm: run.arm.name, learningRate: run.plan.learningRate, seed: run.plan.seed, divergence: divergence,
      nats: nats, bitsPerByte: nats.flatMap(measures.bitsPerByte),
      curve: metrics.compactMap { row in row.validationLoss.map { RunResult.Point(place: row.step, nats: $0) } },
      positions: positions, tokensPerSecond: speeds.isEmpty ? 0 : speeds[speeds.count / 2], samples: samples)
  }
}
