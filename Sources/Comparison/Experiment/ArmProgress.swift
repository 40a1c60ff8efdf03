import Training

/// What is known about an arm, and which runs it needs next.
///
/// First every learning rate with seed 0. Where the best is the lowest or the highest, one beyond it, until the best
/// has worse ones on both sides. Then seeds 1, 2, … with the best rate: the runs that chose it are not those that are
/// compared, or each arm would be judged by its luckiest run.
struct ArmProgress {
  let arm: Arm
  let plan: ExperimentPlan
  /// Seed 0, by learning rate.
  private(set) var sweep: [Double: RunResult] = [:]
  /// The other seeds, by number.
  private(set) var judged: [Int: RunResult] = [:]

  init(_ arm: Arm, _ plan: ExperimentPlan) {
    self.arm = arm
    self.plan = plan
  }

  mutating func add(_ result: RunResult) {
    if result.seed == 0 {
      sweep[result.learningRate] = result
    } else {
      judged[Int(result.seed)] = result
    }
  }

  /// The rate of the lowest loss with seed 0; nil while some are missing, and where all diverged.
  private var best: Double? {
    sweep.compactMap { rate, result in result.nats.map { (rate, $0) } }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  /// The rate that the arm is judged with, once it is known.
  var learningRate: Double? {
    if let fixed { return fixed }
    guard !sweep.isEmpty, missingRates.isEmpty else { return nil }
    return best ?? sweep.keys.min()
  }

  /// Whether worse rates lie on both sides of the chosen one.
  var isBracketed: Bool {
    guard fixed == nil, let learningRate, let low = sweep.keys.min(), let high = sweep.keys.max() else { return true }
    return low < learningRate && learningRate < high
  }

  /// A rate that needs no search.
  private var fixed: Double? { arm.learningRate ?? (plan.learningRates.count == 1 ? plan.learningRates[0] : nil) }

  /// The rates that are to be tried before one can be chosen.
  private var missingRates: [Double] {
    let missing = plan.learningRates.filter { sweep[$0] == nil }
    guard missing.isEmpty, sweep.count < plan.learningRates.count + plan.extensions else { return missing }
    let rates = sweep.keys.sorted()
    guard let low = rates.first, let high = rates.last else { return [] }
    // The steps of the search are those of the rates it began with.
    let given = plan.learningRates.sorted()
    guard let best else { return [low * given[0] / given[1]] }  // All diverged: lower.
    if best == low { return [low * given[0] / given[1]] }
    if best == high { return [high * given[given.count - 1] / given[given.count - 2]] }
    return []
  }

  /// The runs that can be done now, in order; empty when what is running must end first, or nothing is left.
  var ready: [ExperimentRun] {
    if let learningRate {
      return (1...plan.seeds).filter { judged[$0] == nil }.map { run(learningRate, seed: $0) }
    }
    return missingRates.map { run($0, seed: 0) }
  }

  /// How many runs there are in all, as far as that can be told.
  var runCount: Int {
    let sweeps = fixed == nil ? max(plan.learningRates.count, sweep.count + missingRates.count) : 0
    return sweeps + plan.seeds
  }

  private func run(_ rate: Double, seed: Int) -> ExperimentRun {
    ExperimentRun(arm: arm, plan: plan.plan(of: arm, learningRate: rate, seed: seed))
  }
}
