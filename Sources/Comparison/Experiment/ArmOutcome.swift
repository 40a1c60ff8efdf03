/// What an arm came to.
public struct ArmOutcome: Sendable {
  /// The arm.
  public let arm: Arm
  /// The learning rate that it was judged with.
  public let learningRate: Double
  /// Whether worse rates lie on both sides of it.
  public let isBracketed: Bool
  /// What chose the rate: the runs of seed 0, by rate.
  public let sweep: [RunResult]
  /// The runs that it is judged by, by seed.
  public let runs: [RunResult]

  init(_ progress: ArmProgress) {
    arm = progress.arm
    learningRate = progress.learningRate ?? .nan
    isBracketed = progress.isBracketed
    sweep = progress.sweep.values.sorted { $0.learningRate < $1.learningRate }
    runs = progress.judged.values.sorted { $0.seed < $1.seed }
  }

  /// How many of its runs diverged.
  public var divergedCount: Int { runs.count { $0.nats == nil } }

  /// The loss on held-out text in nats per token; nil where a run diverged.
  public var nats: Estimate? { Self.estimate(runs.map(\.nats)) }
  /// The same in bits per byte of text.
  public var bitsPerByte: Estimate? { Self.estimate(runs.map(\.bitsPerByte)) }

  /// How much higher its bits per byte are than another arm's, seed by seed; nil where either diverged.
  public func difference(from other: ArmOutcome) -> Estimate? {
    let (mine, theirs) = (runs.compactMap(\.bitsPerByte), other.runs.compactMap(\.bitsPerByte))
    guard mine.count == runs.count, theirs.count == other.runs.count else { return nil }
    return Estimate.difference(mine, from: theirs)
  }

  private static func estimate(_ values: [Double?]) -> Estimate? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? Estimate(known) : nil
  }
}
