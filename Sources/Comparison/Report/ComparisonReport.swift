import Training

/// An experiment that was done, as people read it.
///
///     let report = ComparisonReport(experiment, outcomes: outcomes, speeds: speeds, ladders: [.gptToLLaMA])
///     try report.write(to: "compare")          // report.html, report.md, report.csv, runs.csv
public struct ComparisonReport: Sendable {
  /// The experiment.
  public let experiment: Experiment
  /// What its arms came to, in their order.
  public let outcomes: [ArmOutcome]
  /// What they cost, by name.
  public let speeds: [String: ArmSpeed]
  /// The ladders among its arms, which are drawn as such.
  public let ladders: [Ladder]
  /// The command that made it.
  public let command: String

  /// A report on an experiment.
  public init(
    _ experiment: Experiment, outcomes: [ArmOutcome], speeds: [String: ArmSpeed] = [:], ladders: [Ladder] = [],
    command: String = ""
  ) {
    self.experiment = experiment
    self.outcomes = outcomes
    self.speeds = speeds
    self.ladders = ladders
    self.command = command
  }

  /// One arm against another.
  struct Comparison {
    let arm, against: ArmOutcome
    /// In bits per byte; nil where a run diverged.
    let difference: Estimate?
    var verdict: Verdict? { difference.flatMap { $0.count > 1 ? Verdict($0) : nil } }
  }

  /// What an arm is compared with: the arm before it on its ladder, else the first.
  func comparison(_ outcome: ArmOutcome) -> Comparison? {
    let name = outcome.arm.baseline ?? outcomes[0].arm.name
    return comparison(outcome.arm.name, with: name)
  }

  /// Two arms by name; nil where one is missing, or both are one.
  func comparison(_ name: String, with other: String) -> Comparison? {
    guard name != other, let arm = outcomes.first(where: { $0.arm.name == name }),
      let against = outcomes.first(where: { $0.arm.name == other })
    else { return nil }
    return Comparison(arm: arm, against: against, difference: arm.difference(from: against))
  }

  /// Ladders of which each arm changes the one before it, and whose arms are all there.
  var drawnLadders: [[ArmOutcome]] {
    ladders.filter(\.isOneWay).compactMap { ladder in
      let arms = ladder.names.compactMap { name in outcomes.first { $0.arm.name == name } }
      return arms.count == ladder.names.count && arms.count > 2 ? arms : nil
    }
  }

  /// The arms of charts and galleries. Where warmup has a section of its own, its cold arms are shown there only.
  var shownOutcomes: [ArmOutcome] {
    warmupTable == nil ? outcomes : outcomes.filter { !$0.arm.name.hasSuffix(Ladder.coldSuffix) }
  }

  var floor: ExperimentData.Floor? { experiment.data.floor }
  var seeds: Int { experiment.plan.seeds }

  /// How many tokens a run learns from.
  var tokensPerRun: Int { Int(min(experiment.plan.training.tokenCount, 1e18)) }
}
