import Foundation
import LanguageModels
import Synchronization
import Tensors
import Tokenization
public import Training

/// Arms that are trained under the same conditions, and judged by what they come to.
///
///     let experiment = try Experiment(arms, plan: plan, data: data, in: "compare")
///     let outcomes = try experiment.run(jobs: 2)
///
/// Runs that were completed before are found by the hash of what decides them; one that was interrupted goes on where
/// it stopped. Each run computes on one thread, and as many runs at once as there are processors: many small models
/// share a machine better than one small model shares itself out.
public final class Experiment: Sendable {
  /// What happens while arms are trained; called from one thread at a time.
  public enum Event: Sendable {
    /// A run takes steps.
    case step(ExperimentRun, Trainer.Step)
    /// A run came to an end, in this process or before: the so manieth of so many, as far as that can be told.
    case completed(ExperimentRun, RunResult, count: Int, total: Int)
    /// An arm has all its runs.
    case judged(ArmOutcome)
  }

  /// The arms, in the order of reports.
  public let arms: [Arm]
  /// The conditions.
  public let plan: ExperimentPlan
  /// What is learned from and measured on.
  public let data: ExperimentData
  let store: RunStore
  private let measures: HeldOutMeasures
  private let dataFingerprint: String

  /// - Throws: `ComparisonError` or `TrainingError` for what no experiment can be made of, before any work is done.
  public init(_ arms: [Arm], plan: ExperimentPlan, data: ExperimentData, in folder: String) throws {
    guard arms.count > 1 else { throw ComparisonError(.invalidPlan, "one arm is no comparison; give two or more.") }
    for (index, arm) in arms.enumerated() {
      guard !arms[..<index].contains(where: { $0.name == arm.name }) else {
        throw ComparisonError(.invalidPlan, "two arms are called \(arm.name); name one NAME=\(arm.name).")
      }
      if let baseline = arm.baseline, !arms[..<index].contains(where: { $0.name == baseline }) {
        throw ComparisonError(
          .invalidPlan, "\(arm.name) is measured against \(baseline), which does not come before it.")
      }
      guard arm.configuration.contextLength >= plan.training.contextLength else {
        throw ComparisonError(
          .invalidPlan,
          "\(arm.name) reads \(arm.configuration.contextLength) tokens, fewer than the \(plan.training.contextLength)"
            + " that arms are trained with; give a shorter --context-length.")
      }
    }
    try plan.validate()
    self.arms = arms.map { arm in
      var arm = arm
      (arm.configuration.bosToken, arm.configuration.eosTokens) = (data.tokenizer.bosID, data.tokenizer.eosIDs)
      return arm
    }
    self.plan = plan
    self.data = data
    store = RunStore(path: folder)
    measures = try HeldOutMeasures(data, plan: plan.training)
    dataFingerprint = data.fingerprint
    try data.samples(plan.training).validate(
      batchSize: plan.training.samplesPerStep, vocabularySize: arms.map(\.configuration.vocabularySize).min() ?? 0)
  }

  // MARK: - Running

  /// Does all runs that were not done before.
  /// - Parameters:
  ///   - jobs: How many runs at once.
  ///   - isCancelled: Asked between steps, from any thread.
  /// - Returns: What each arm came to; nil when it was cancelled: the same call goes on later.
  public func run(
    jobs: Int, isCancelled: @escaping @Sendable () -> Bool = { false },
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws -> [ArmOutcome]? {
    let lock = try store.open()
    defer { _ = lock }
    let queue = RunQueue(arms.map { ArmProgress($0, plan) }, isCancelled: isCancelled)
    let events = Mutex(())
    @Sendable func report(_ event: Event) { events.withLock { _ in onEvent(event) } }
    @Sendable func work() {
      while let run = queue.next() {
        do {
          let execution = RunExecution(
            run: run, key: try run.key(data: dataFingerprint), data: data, measures: measures, store: store)
          let result = try execution.execute(isCancelled: { isCancelled() || queue.hasFailed }) { step in
            report(.step(run, step))
          }
          let state = queue.finish(run, result)
          if let result { report(.completed(run, result, count: state.count, total: state.total)) }
          if let judged = state.judged { report(.judged(ArmOutcome(judged))) }
        } catch { queue.fail(run, error) }
      }
    }
    let workers = DispatchGroup()
    for _ in 0..<max(1, jobs) {
      workers.enter()
      let thread = Thread {
        work()
        workers.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    workers.wait()
    guard let progress = try queue.progress() else { return nil }
    return progress.map { ArmOutcome($0) }
  }

  // MARK: - Before and after

  /// What is still to be done, and how long it may take.
  public struct Cost: Sendable, Hashable {
    /// How many runs there are, searches beyond the given learning rates not counted, and how many were done before.
    public let runCount, completedCount: Int
    /// The tokens that the others learn from.
    public let tokenCount: Double
    /// The floating-point operations of that.
    public let operations: Double
    /// The time that it takes, by the speed of a few steps just now.
    public let seconds: Double
  }

  /// Counts what is to be done.
  /// - Parameter jobs: How many runs at once.
  public func cost(jobs: Int) throws -> Cost {
    var (runs, completed, tokens, operations) = (0, 0, 0.0, 0.0)
    for arm in arms {
      var progress = ArmProgress(arm, plan)
      // What was done before decides what comes next.
      while let run = progress.ready.first, let result = store.result(try run.key(data: dataFingerprint)) {
        progress.add(result)
      }
      runs += progress.runCount
      completed += progress.completedCount
      let missing = Double(progress.runCount - progress.completedCount) * plan.training.tokenCount
      tokens += missing
      operations += missing * operationsPerToken(arm)
    }
    let seconds = tokens == 0 ? 0 : operations / (try operationsPerSecond()) / Double(max(1, jobs))
    return Cost(
      runCount: runs, completedCount: completed, tokenCount: tokens, operations: operations, seconds: seconds)
  }

  /// Forward and backward, half of the context attended.
  private func operationsPerToken(_ arm: Arm) -> Double {
    let inspection = ModelInspection(arm.configuration)
    return 3 * Double(inspection.floatingPointOperationsPerToken(depth: plan.training.contextLength / 2))
  }

  /// What one thread does with the first arm.
  private func operationsPerSecond() throws -> Double {
    let trainer = try Trainer(
      model: try LanguageModel(arms[0].configuration, seed: 1).trainable(), data: data.samples(plan.training),
      plan: plan.training)
    var speeds: [Double] = []
    while speeds.count < 6, trainer.completedSteps < plan.training.steps { speeds.append(try trainer.step().speed) }
    return max(1, speeds.max() ?? 1) * operationsPerToken(arms[0])
  }

  /// The weights of a run that was completed.
  func model(of result: RunResult) throws -> LanguageModel { try LanguageModel.load(from: store.folder(result.key)) }
}

/// Hands out runs to threads, arm by arm, and waits where an arm's next runs depend on those that are going on.
private final class RunQueue: Sendable {
  private struct State {
    var progress: [ArmProgress]
    var running: Set<ExperimentRun> = []
    var error: (any Error)?
  }
  private let state: Mutex<State>
  private let changed = NSCondition()
  private let isCancelled: @Sendable () -> Bool

  init(_ progress: [ArmProgress], isCancelled: @escaping @Sendable () -> Bool) {
    state = Mutex(State(progress: progress))
    self.isCancelled = isCancelled
  }

  var hasFailed: Bool { state.withLock { $0.error != nil } }

  /// A run to do; nil when nothing is left or everything is to end.
  func next() -> ExperimentRun? {
    changed.lock()
    defer { changed.unlock() }
    while true {
      if isCancelled() { return nil }
      let (run, isOver) = state.withLock { state -> (ExperimentRun?, Bool) in
        if state.error != nil { return (nil, true) }
        for progress in state.progress {
          guard let run = progress.ready.first(where: { !state.running.contains($0) }) else { continue }
          state.running.insert(run)
          return (run, false)
        }
        return (nil, state.running.isEmpty)
      }
      if run != nil || isOver { return run }
      changed.wait()
    }
  }

  /// - Returns: How many runs are done, of how many, and the arm's progress if this was its last run.
  func finish(_ run: ExperimentRun, _ result: RunResult?) -> (count: Int, total: Int, judged: ArmProgress?) {
    let (count, total, judged) = state.withLock { state -> (Int, Int, ArmProgress?) in
      state.running.remove(run)
      var judged: ArmProgress?
      if let result, let index = state.progress.firstIndex(where: { $0.arm == run.arm }) {
        state.progress[index].add(result)
        if state.progress[index].isJudged { judged = state.progress[index] }
      }
      return (
        state.progress.reduce(0) { $0 + $1.completedCount }, state.progress.reduce(0) { $0 + $1.runCount }, judged
      )
    }
    wake()
    return (count, total, judged)
  }

  func fail(_ run: ExperimentRun, _ error: any Error) {
    state.withLock { state in
      state.running.remove(run)
      state.error = state.error ?? error
    }
    wake()
  }

  private func wake() {
    changed.lock()
    changed.broadcast()
    changed.unlock()
  }

  /// What is known in the end; nil where runs are missing.
  func progress() throws -> [ArmProgress]? {
    try state.withLock { state in
      if let error = state.error { throw error }
      return state.progress.allSatisfy(\.isJudged) ? state.progress : nil
    }
  }
}
