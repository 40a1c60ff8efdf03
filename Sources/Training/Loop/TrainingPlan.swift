public import LanguageModels

/// All that decides what a run computes: the same plan, data and first weights give the same bits.
public struct TrainingPlan: Sendable, Hashable, Codable {
  /// The ways down from the peak learning rate.
  public enum Schedule: String, Sendable, Hashable, Codable, CaseIterable {
    case constant, linear, cosine, wsd
  }

  /// How many times the parameters change.
  public var steps = 1000
  /// The samples that are computed together.
  public var batchSize = 8
  /// How many such batches make one step; their gradients add up, each token counting the same.
  public var accumulation = 1
  /// The tokens of a sample.
  public var contextLength = 256
  /// How parameters follow their gradients.
  public var optimizer = OptimizerSettings.adamW(AdamW.Settings())
  /// The highest learning rate.
  public var learningRate = 6e-4
  /// The last one; a constant schedule never comes to it.
  public var finalLearningRate = 6e-5
  /// The way from the one to the other.
  public var schedule = Schedule.cosine
  /// The steps in which the rate rises from zero.
  public var warmup = 0
  /// The last steps, in which a `wsd` schedule falls.
  public var decay = 0
  /// The norm that all gradients together may have; 0 for any.
  public var clip = 1.0
  /// The part of embeddings, attention weights and sublayers' results that is left out at random.
  public var dropout: Float = 0
  /// Decides the order of the data, what dropout leaves out, and fresh weights.
  public var seed: UInt64 = 0
  /// Train on the first so many steps' samples again and again, in the order of the files.
  public var overfit: Int?
  /// Whether a token sees its own document only.
  public var masksDocuments = false
  /// The numbers that the model reads and keeps; the optimizer's are float32 either way.
  public var precision = TrainingPrecision.float32
  /// Whether blocks are computed again going backward, for less memory.
  public var checkpointsBlocks = false

  /// The defaults, which suit a small model.
  public init() {}

  /// The samples of one step.
  public var samplesPerStep: Int { batchSize * accumulation }

  /// The tokens that a run reads, as a number without a largest one: a plan may be far too long.
  public var tokenCount: Double { Double(steps) * Double(samplesPerStep) * Double(contextLength) }

  /// The numbers of a step's samples, batch by batch; the first step is 0.
  func samples(of step: Int) -> [Range<Int>] {
    let first = (overfit.map { step % $0 } ?? step) * samplesPerStep
    return (0..<accumulation).map { first + $0 * batchSize..<first + ($0 + 1) * batchSize }
  }

  /// The learning rate of every step.
  /// - Throws: `TrainingError` when warmup and decay do not fit into the run.
  public func learningRates() throws(TrainingError) -> LearningRateSchedule {
    let decay: LearningRateSchedule.Decay =
      switch schedule {
      case .constant: .constant
      case .linear: .linear
      case .cosine: .cosine
      case .wsd: .warmupStableDecay(decay: decay)
      }
    return try LearningRateSchedule(
      decay, peak: learningRate, final: finalLearningRate, warmup: warmup, steps: steps)
  }

  /// Refuses numbers that no run can have, before any work is done.
  public func validate() throws(TrainingError) {
    func check(_ holds: Bool, _ message: @autoclosure () -> String) throws(TrainingError) {
      guard holds else { throw TrainingError(.invalidPlan, message()) }
    }
    let largest = 1 << 40
    try check((1...largest).contains(steps), "\(steps) steps; give 1 or more.")
    try check((1...1 << 20).contains(batchSize), "a batch of \(batchSize) samples; give 1 to \(1 << 20).")
    try check((1...1 << 20).contains(accumulation), "\(accumulation) batches a step; give 1 to \(1 << 20).")
    try check((1...1 << 30).contains(contextLength), "a context of \(contextLength) tokens; give 1 or more.")
    try check(
      !steps.multipliedReportingOverflow(by: samplesPerStep).overflow,
      "\(steps) steps of \(samplesPerStep) samples are more than can be counted.")
    try check(clip.isFinite && clip >= 0, "a gradient norm of \(clip); give 0 for any, or a number above it.")
    try check(dropout >= 0 && dropout < 1, "a dropout of \(dropout); give 0 or more, and less than 1.")
    try check(
      overfit.map { (1...largest).contains($0) } ?? true, "overfitting on \(overfit ?? 0) batches; give 1 or more.")
    try optimizer.validate()
    _ = try learningRates()
  }
}
