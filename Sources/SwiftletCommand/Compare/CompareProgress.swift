import Foundation
import Swiftlet
import Synchronization

/// The line that a person watches while arms are trained, and a line for each arm that is judged.
final class CompareProgress: Sendable {
  private struct State {
    var count, total: Int
    /// Steps taken by this process, and those of whole runs that it will not take again.
    var steps = 0
    var running: [ExperimentRun: Trainer.Step] = [:]
  }
  private let state: Mutex<State>
  private let line = Mutex(ProgressLine())
  private let start = Date()
  private let stepsPerRun: Int

  init(_ experiment: Experiment, _ cost: Experiment.Cost) {
    state = Mutex(State(count: cost.completedCount, total: cost.runCount))
    stepsPerRun = experiment.plan.training.steps
  }

  /// Says what is about to happen, and what it costs.
  static func introduce(_ experiment: Experiment, _ cost: Experiment.Cost, jobs: Int, folder: String) {
    let plan = experiment.plan
    let counts = experiment.arms.map(\.configuration.parameterCount)
    var text = "\(experiment.arms.count) arms of \(Terminal.grouped(counts.min() ?? 0))"
    if let low = counts.min(), let high = counts.max(), low != high { text += " to \(Terminal.grouped(high))" }
    text += " parameters: \(experiment.arms.map(\.name).joined(separator: ", "))\n"
    text +=
      "\(cost.runCount) runs of \(Terminal.grouped(plan.training.steps)) steps of \(plan.training.samplesPerStep) × "
      + "\(plan.training.contextLength) tokens: "
      + (plan.learningRates.count > 1 ? "\(plan.learningRates.count) learning rates, then " : "")
      + "\(plan.seeds) seeds an arm\n"
    if cost.completedCount > 0 { text += "\(cost.completedCount) of them are in \(folder) already\n" }
    text +=
      "\(Terminal.grouped(Int(min(cost.tokenCount, 1e18)))) tokens, \(NumberText.operations(cost.operations)) FLOP: about "
      + "\(TrainProgress.duration(cost.seconds)) with \(jobs) at once"
    Terminal.note(text)
  }

  /// Shows what happened.
  func show(_ event: Experiment.Event) {
    let text = state.withLock { state -> String in
      switch event {
      case .step(let run, let step):
        state.steps += 1
        state.running[run] = step
      case .completed(let run, _, let count, let total):
        state.running[run] = nil
        (state.count, state.total) = (count, total)
      case .judged: break
      }
      return describe(state)
    }
    line.withLock { line in
      if case .judged(let outcome) = event { line.interject(Self.describe(outcome)) }
      line.show(text)
    }
  }

  /// Shows that something else is done.
  func show(_ what: String) { line.withLock { $0.showNow(what + " …") } }

  /// Ends the line that changes.
  func end() { line.withLock { $0.end() } }

  private func describe(_ state: State) -> String {
    let done = state.running.values.reduce(0) { $0 + $1.number }
    let left = max(0, (state.total - state.count) * stepsPerRun - done)
    var parts = ["\(state.count)/\(state.total) runs"]
    parts += state.running.sorted { ($0.key.arm.name, $0.key.plan.seed) < ($1.key.arm.name, $1.key.plan.seed) }.map {
      run, step in
      "\(run.arm.name) \(run.plan.seed == 0 ? "rate \(run.plan.learningRate)" : "seed \(run.plan.seed)")"
        + " \(100 * step.number / max(1, stepsPerRun))% loss \(Terminal.rounded(step.loss, 2))"
    }
    if state.steps > 20 {
      let seconds = Date().timeIntervalSince(start) / Double(state.steps) * Double(left)
      parts.append("\(TrainProgress.duration(seconds)) left")
    }
    return parts.joined(separator: " · ")
  }

  private static func describe(_ outcome: ArmOutcome) -> String {
    let name = outcome.arm.name.padding(toLength: max(16, outcome.arm.name.count + 1), withPad: " ", startingAt: 0)
    guard let bits = outcome.bitsPerByte else {
      return "\(name)\(outcome.divergedCount) of \(outcome.runs.count) runs diverged"
    }
    let margin = bits.margin.isFinite ? " ± \(Terminal.rounded(bits.margin, 4))" : ""
    return "\(name)\(Terminal.rounded(bits.mean, 4))\(margin) bits per byte at rate \(outcome.learningRate)"
  }
}
