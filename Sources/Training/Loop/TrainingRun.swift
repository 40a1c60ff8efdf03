import Foundation
public import LanguageModels
import Tensors

/// A run in a folder of its own: steps, validation, metrics and checkpoints, until the plan is done or someone stops it.
///
///     let run = try TrainingRun.begin(model, plan: plan, data: data, in: "run")
///     let outcome = try run.run(onEvent: { event in … })
///
/// A run begins by writing its first checkpoint and reading it back, so that going on later takes the same path, and a
/// folder that cannot be written is found before any work is done.
public final class TrainingRun {
  /// How often things are done beside training.
  public struct Intervals: Sendable, Hashable {
    /// Steps between measurements of the validation loss; nil for the end only.
    public var validation: Int?
    /// Steps between checkpoints; nil for one every five minutes.
    public var checkpoint: Int?
    /// Steps between samples of what the model writes; nil for none.
    public var sample: Int?

    /// Nothing but checkpoints every five minutes.
    public init(validation: Int? = nil, checkpoint: Int? = nil, sample: Int? = nil) {
      self.validation = validation
      self.checkpoint = checkpoint
      self.sample = sample
    }
  }

  /// What happens during a run.
  public enum Event {
    /// A step was taken.
    case step(Trainer.Step)
    /// Validation begins, and may take a while.
    case validating
    /// The validation loss was measured.
    case validated(Validation.Result)
    /// A checkpoint is on the disk.
    case saved
    /// It is time to show what the model writes.
    case sampleDue
  }

  /// How a run ended.
  public struct Outcome: Sendable {
    /// The last step of this process; nil where there was none.
    public var lastStep: Trainer.Step?
    /// The last measurement.
    public var validation: Validation.Result?
    /// Whether the plan is done.
    public var isComplete: Bool
    /// How long this process worked, validation and checkpoints included.
    public var seconds: Double
    /// How many tokens per second its steps read.
    public var tokensPerSecond: Double
  }

  /// The folder.
  public let path: String
  /// What takes the steps.
  public let trainer: Trainer
  /// The rows of `metrics.csv` so far.
  public var metrics: [MetricsRow] { metricsFile.rows }

  private let folder: RunFolder
  private let lock: FileLock
  private let metricsFile: MetricsFile
  private let companions: [String: [UInt8]]
  private let notes: [String: String]
  private let dataFingerprint: String
  private var tokenCount: Int
  private var savedStep: Int

  // MARK: - Beginning

  /// Begins a run in a folder that holds none.
  /// - Parameters:
  ///   - companions: Files that belong beside the weights, by name: those of the tokenizer.
  ///   - notes: What is to be found again in `TrainingCheckpoint.notes`.
  /// - Throws: `TrainingError` when a run is there already, and for everything that would stop this one later.
  public static func begin(
    _ model: LanguageModel, plan: TrainingPlan, data: TrainingData, in path: String,
    companions: [String: [UInt8]] = [:], notes: [String: String] = [:]
  ) throws -> TrainingRun {
    try Trainer.validate(plan, data, model.configuration)
    let folder = RunFolder(path: path)
    let lock = try folder.open()
    if let newest = folder.checkpoints.first {
      throw TrainingError(
        .runExists, at: path,
        "holds a run that has taken \(newest.step) steps; add --resume to go on with it, or choose another folder."
      )
    }
    let state = TrainingCheckpoint.State(
      completedSteps: 0, sampleIndex: 0, tokenCount: 0, plan: plan, dataFingerprint: data.fingerprint, notes: notes,
      files: [:])
    let first = folder.checkpointPath(step: 0)
    try TrainingCheckpoint.write(model, optimizer: nil, state: state, companions: companions, to: first)
    do {
      let opened = try ModelCheckpoint.open(first).configuration
      guard opened == (try CheckpointConversion(model, to: .huggingFace).configuration) else {
        throw TrainingError(
          .invalidPlan, "the checkpoint in \(first) says something else than it was written from; report this."
        )
      }
      return try TrainingRun(
        TrainingCheckpoint(path: first), plan: plan, data: data, folder: folder, lock: lock)
    } catch {
      try? FileManager.default.removeItem(atPath: first)
      throw error
    }
  }

  /// Goes on from a checkpoint.
  /// - Parameter plan: The checkpoint's, or the same with another number of steps.
  /// - Throws: `TrainingError` when the data are not those that the run began with.
  public static func resume(
    _ checkpoint: TrainingCheckpoint, plan: TrainingPlan, data: TrainingData, in path: String
  ) throws -> TrainingRun {
    let folder = RunFolder(path: path)
    let lock = try folder.open()
    try checkpoint.check(plan)
    guard checkpoint.state.dataFingerprint == data.fingerprint else {
      throw TrainingError(
        .damagedCheckpoint, at: path,
        "the run began with other data; a run goes on with the data it began with. Begin another one from its"
          + " weights instead: --model \(path) --output FOLDER.")
    }
    return try TrainingRun(checkpoint, plan: plan, data: data, folder: folder, lock: lock)
  }

  private init(
    _ checkpoint: TrainingCheckpoint, plan: TrainingPlan, data: TrainingData, folder: RunFolder, lock: FileLock
  ) throws {
    path = folder.path
    self.folder = folder
    self.lock = lock
    companions = try checkpoint.companions()
    notes = checkpoint.notes
    dataFingerprint = checkpoint.state.dataFingerprint
    tokenCount = checkpoint.state.tokenCount
    savedStep = checkpoint.completedSteps
    trainer = try Trainer(
      model: checkpoint.model(), data: data, plan: plan, completedSteps: checkpoint.completedSteps)
    try checkpoint.restore(trainer.optimizer)
    metricsFile = try MetricsFile(path: path + "/metrics.csv", completedSteps: checkpoint.completedSteps)
    try folder.publish(checkpoint.path)
  }

  // MARK: - Running

  /// Trains until the plan is done or someone cancels; either way the last step is saved.
  /// - Parameter isCancelled: Asked between steps, and while the validation loss is measured.
  /// - Throws: `TrainingError` when a number stops being finite; nothing is saved then.
  public func run(
    validation: Validation? = nil, intervals: Intervals = Intervals(), isCancelled: () -> Bool = { false },
    onEvent: (Event) throws -> Void = { _ in }
  ) throws -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    var savedAt = start
    let firstTokenCount = tokenCount
    var trainingSeconds = 0.0
    var outcome = Outcome(isComplete: false, seconds: 0, tokensPerSecond: 0)
    func isDue(_ interval: Int?) -> Bool { interval.map { trainer.completedSteps % max(1, $0) == 0 } ?? false }

    while trainer.completedSteps < trainer.plan.steps, !isCancelled() {
      let step = try trainer.step()
      tokenCount += step.tokenCount
      trainingSeconds += step.seconds
      outcome.lastStep = step
      let isLast = step.number == trainer.plan.steps
      var measured: Validation.Result?
      if let validation, isLast || isDue(intervals.validation) {
        try onEvent(.validating)
        measured = try validation.measure(trainer.model, isCancelled: isCancelled)
      }
      try metricsFile.append(MetricsRow(step, validationLoss: measured?.nats))
      try onEvent(.step(step))
      if let measured {
        outcome.validation = measured
        try onEvent(.validated(measured))
      }
      if isDue(intervals.sample) { try onEvent(.sampleDue) }
      let isTimely = intervals.checkpoint == nil && clock.now - savedAt > .seconds(300)
      if !isLast, isTimely || isDue(intervals.checkpoint) {
        try save()
        savedAt = clock.now
        try onEvent(.saved)
      }
    }
    if savedStep != trainer.completedSteps {
      try save()
      try onEvent(.saved)
    }
    outcome.isComplete = trainer.completedSteps == trainer.plan.steps
    outcome.seconds = (clock.now - start) / .seconds(1)
    outcome.tokensPerSecond = Double(tokenCount - firstTokenCount) / max(trainingSeconds, 1e-9)
    return outcome
  }

  /// Writes a checkpoint, makes its weights the folder's, and forgets all but the one before.
  private func save() throws {
    let step = trainer.completedSteps
    let state = TrainingCheckpoint.State(
      completedSteps: step, sampleIndex: step * trainer.plan.samplesPerStep, tokenCount: tokenCount, plan: trainer.plan,
      dataFingerprint: dataFingerprint, notes: notes, files: [:])
    let checkpoint = folder.checkpointPath(step: step)
    try TrainingCheckpoint.write(
      trainer.weights.model, optimizer: trainer.optimizer, state: state, companions: companions, to: checkpoint)
    try folder.publish(checkpoint)
    folder.prune(after: step)
    savedStep = step
  }
}
