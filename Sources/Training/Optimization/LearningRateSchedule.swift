import Foundation

/// How the learning rate changes over a run: a linear warmup, then one of several ways down.
///
///     let schedule = try LearningRateSchedule(.cosine, peak: 6e-4, final: 6e-5, warmup: 2000, steps: 600_000)
///     schedule.rate(at: 0)   // of the first step
public struct LearningRateSchedule: Sendable, Hashable {
  /// The way from the peak to the final rate.
  public enum Decay: Sendable, Hashable {
    /// Stays at the peak.
    case constant
    /// A straight line.
    case linear
    /// Half a cosine wave, as GPT-1, GPT-3 and LLaMA have it (Loshchilov and Hutter 2017).
    case cosine
    /// At the peak until the last `decay` steps, then a straight line (Hu et al., "MiniCPM", 2024).
    case warmupStableDecay(decay: Int)
  }

  /// The way down.
  public let decay: Decay
  /// The rates at the end of the warmup and of the run.
  public let peak, final: Double
  /// How many steps the warmup and the run have.
  public let warmup, steps: Int

  /// - Throws: `TrainingError` when a rate is no positive number, or warmup and decay do not fit into the run.
  public init(_ decay: Decay, peak: Double, final: Double = 0, warmup: Int = 0, steps: Int) throws(TrainingError) {
    guard peak > 0, peak.isFinite, final >= 0, final <= peak else {
      throw TrainingError(
        .invalidSchedule,
        "a learning rate from \(peak) to \(final); give a positive rate, and a final one not above it.")
    }
    var decaySteps = 0
    if case .warmupStableDecay(let count) = decay { decaySteps = count }
    guard steps > 0, warmup >= 0, decaySteps >= 0, warmup <= steps, decaySteps <= steps - warmup else {
      throw TrainingError(
        .invalidSchedule,
        "a warmup of \(warmup) and a decay of \(decaySteps) steps do not fit into a run of \(steps); train longer or shorten them."
      )
    }
    self.decay = decay
    self.peak = peak
    self.final = final
    self.warmup = warmup
    self.steps = steps
  }

  /// The rate of a step; the first is step 0. Steps after the run keep its last rate.
  public func rate(at step: Int) -> Double {
    if step < warmup { return peak * Double(step + 1) / Double(warmup + 1) }
    if case .constant = decay { return peak }
    var first = warmup
    if case .warmupStableDecay(let count) = decay { first = steps - count }
    guard step >= first else { return peak }
    guard step < steps, first < steps else { return final }
    let progress = Double(step - first) / Double(steps - first)
    if case .cosine = decay { return final + (peak - final) * (1 + cos(.pi * progress)) / 2 }
    return peak + (final - peak) * progress
  }
}
