import Foundation
import Swiftlet

/// The line that a person watches while a model trains, and the curve beside it.
struct TrainProgress {
  private let run: TrainingRun
  private let floor: Double?
  private let start = Date()
  private let firstStep: Int
  /// Floating-point operations for one token, forward and backward, and how many the processor can do in a second.
  private let operationsPerToken, peak: Double
  private var loss: Double?
  private var speed: Double?
  private var validationLoss: Double?
  private let terminalLine = ProgressLine()
  private var drawnAt = Date.distantPast

  init(_ run: TrainingRun, floor: Double?) {
    self.run = run
    self.floor = floor
    firstStep = run.trainer.completedSteps
    let inspection = ModelInspection(run.trainer.model.configuration)
    // Going backward costs twice what going forward does: a gradient for each operand of a product.
    operationsPerToken =
      3 * Double(inspection.floatingPointOperationsPerToken(depth: run.trainer.plan.contextLength / 2))
    peak = MachineSpeed.floatPeak()
    validationLoss = run.metrics.last { $0.validationLoss != nil }?.validationLoss
  }

  /// The part of the processor's peak that this speed needs (Chowdhery et al. 2022 call it model FLOP utilisation).
  func utilisation(_ tokensPerSecond: Double) -> Double { tokensPerSecond * operationsPerToken / max(peak, 1) }

  /// Says what is about to happen.
  func introduce() {
    guard Terminal.showsProgress else { return }
    let (configuration, plan) = (run.trainer.model.configuration, run.trainer.plan)
    Terminal.note(
      "\(configuration.family.rawValue), \(Terminal.grouped(configuration.parameterCount)) parameters · "
        + "\(Terminal.grouped(plan.steps)) steps of \(plan.samplesPerStep) × \(Terminal.grouped(plan.contextLength)) tokens · "
        + "peak \(Terminal.grouped(Int(peak / 1e9))) GFLOP/s")
    Terminal.note(Terminal.dim("\(run.path)/loss.html shows the curve; Ctrl-C saves and stops"))
  }

  /// Shows a step.
  mutating func show(_ step: Trainer.Step) {
    // Both are smoothed: single batches differ.
    loss = loss.map { $0 * 0.9 + step.loss * 0.1 } ?? step.loss
    speed = speed.map { $0 * 0.9 + step.speed * 0.1 } ?? step.speed
    if Date().timeIntervalSince(drawnAt) > 10 { draw(isRunning: true) }
    terminalLine.show(line(step))
  }

  /// Shows that something else is done.
  func show(_ what: String) {
    terminalLine.showNow("step \(run.trainer.completedSteps)/\(run.trainer.plan.steps)  \(what) …")
  }

  mutating func validated(_ result: Validation.Result) { validationLoss = result.nats }

  /// Writes a line that stays above the one that changes.
  func interject(_ text: String) { if !text.isEmpty { terminalLine.interject(text) } }

  /// Draws `loss.html` again.
  mutating func draw(isRunning: Bool) {
    drawnAt = Date()
    let plan = run.trainer.plan
    let configuration = run.trainer.model.configuration
    let curve = LossCurve(
      title: (run.path as NSString).lastPathComponent,
      facts: [
        ("Model", "\(configuration.family.rawValue), \(Terminal.grouped(configuration.parameterCount)) parameters"),
        ("Steps", "\(Terminal.grouped(run.trainer.completedSteps)) of \(Terminal.grouped(plan.steps))"),
        ("Tokens a step", Terminal.grouped(plan.samplesPerStep * plan.contextLength)),
        ("Speed", speed.map { "\(Terminal.grouped(Int($0))) tokens/s" } ?? "–"),
      ],
      rows: run.metrics, floor: floor.map { LossCurve.Floor("lowest possible loss", nats: $0) }, isRunning: isRunning)
    // A curve that cannot be written stops no training; the next checkpoint tells when the disk is full.
    try? ModelFiles.write(Data(curve.html().utf8), to: run.path + "/loss.html")
  }

  /// Ends the line that changes.
  func end() { terminalLine.end() }

  private func line(_ step: Trainer.Step) -> String {
    let steps = run.trainer.plan.steps
    let fraction = Double(step.number) / Double(steps)
    let cells = 20
    let full = min(cells, Int(fraction * Double(cells)))
    let bar = String(repeating: "━", count: full) + String(repeating: "┄", count: cells - full)
    var parts = ["\(Terminal.grouped(step.number))/\(Terminal.grouped(steps)) \(bar) \(Int(fraction * 100))%"]
    parts.append(
      "loss \(Terminal.rounded(loss ?? step.loss, 3))"
        + (validationLoss.map { ", validation \(Terminal.rounded($0, 3))" } ?? ""))
    if let speed {
      parts.append("\(Terminal.grouped(Int(speed))) tok/s")
      parts.append("\(Terminal.rounded(utilisation(speed) * 100, 0))% of peak")
    }
    let done = Double(max(1, step.number - firstStep))
    parts.append("\(Self.duration(Date().timeIntervalSince(start) / done * Double(steps - step.number))) left")
    return parts.joined(separator: " · ")
  }

  /// Seconds as people say them: 3 h 12 min.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e9).rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(whole % 60) s"
    default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
  }
}
