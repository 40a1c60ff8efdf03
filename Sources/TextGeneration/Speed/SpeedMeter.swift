public import LanguageModels
import Tensors

/// Measures how fast a model reads prompts and generates, in the manner of llama-bench: random tokens, one run to warm
/// up, nothing sampled. It reads through the same sequence as a generation does.
///
///     let meter = SpeedMeter(model)
///     let result = try meter.measure(SpeedTest(.generation, tokens: 32), repetitions: 3)
///     print(result.median)   // tokens per second
public final class SpeedMeter {
  /// A repetition is as many runs as take this long together: a clock, and the system's other work, are too coarse for
  /// what takes a millisecond.
  private static let shortestSeconds = 0.2

  private let predictor: any TokenPredictor
  /// One at least, and as many as the last test had.
  private var sequences: [any PredictedSequence]
  private var random = RandomSource(seed: 1)
  /// The text that is read: at every depth the same.
  private var ids: [Int] = []

  /// A meter of a model.
  /// - Parameter cacheTypes: How keys and values of the tokens that were read are kept.
  public convenience init(_ model: LanguageModel, cacheTypes: KVCacheTypes = .f16) {
    self.init(predictor: CachingModel(model, cacheTypes))
  }

  package init(predictor: any TokenPredictor) {
    self.predictor = predictor
    sequences = [predictor.makeSequence()]
  }

  /// Whether the model's context holds a test.
  public func fits(_ test: SpeedTest) -> Bool {
    let (total, overflow) = test.depth.addingReportingOverflow(test.tokens)
    return test.depth >= 0 && test.tokens > 0 && !overflow && total <= predictor.contextLength
      && (test.kind == .generation ? 1...SpeedTest.mostSequences : 1...1).contains(test.sequences)
  }

  /// Reads a first token. It brings a mapped file's weights into memory, which later ones find there.
  /// - Returns: The seconds that it took.
  public func readFirstToken() throws -> Double {
    draw(1)
    sequences[0].truncate(to: 0)
    return try Self.seconds { _ = try sequences[0].read([ids[0]]) }
  }

  /// Measures one test.
  /// - Parameters:
  ///   - repetitions: How often; each may be several runs.
  ///   - isCancelled: Asked between tokens or chunks of a prompt; ends the measurement when true.
  ///   - onRepetition: Told how many are done.
  /// - Returns: What the repetitions took; nil when cancelled before the first was done.
  /// - Throws: `GenerationError` when the context does not hold the test.
  public func measure(
    _ test: SpeedTest, repetitions: Int, isCancelled: () -> Bool = { false }, onRepetition: (Int) -> Void = { _ in }
  ) throws -> SpeedResult? {
    guard fits(test) else {
      throw GenerationError(
        .invalidOption,
        "\(test.name) is no test for a context of \(predictor.contextLength) tokens; ask for fewer, at least one, "
          + "of at most \(SpeedTest.mostSequences) texts.")
    }
    draw(test.depth + test.tokens)
    sequences.removeLast(max(0, sequences.count - test.sequences))
    while sequences.count < test.sequences { sequences.append(predictor.makeSequence()) }
    // Threads awake, caches warm, pages in memory; and how long a run takes.
    guard let warmUp = try run(test, isCancelled) else { return nil }
    let runs = max(1, min(1 << 20, Int(Self.shortestSeconds / max(warmUp, 1e-7))))
    var seconds: [Double] = []
    while seconds.count < max(1, repetitions) {
      onRepetition(seconds.count)
      var total = 0.0
      for _ in 0..<runs {
        guard let elapsed = try run(test, isCancelled) else { return result(test, seconds, runs) }
        total += elapsed
      }
      seconds.append(total / Double(runs))
    }
    return result(test, seconds, runs)
  }

  private func result(_ test: SpeedTest, _ seconds: [Double], _ runs: Int) -> SpeedResult? {
    seconds.isEmpty ? nil : SpeedResult(test: test, seconds: seconds, runsPerRepetition: runs)
  }

  /// One run, after the tokens that come before it.
  /// - Returns: The seconds that it took, without those tokens; nil when cancelled.
  private func run(_ test: SpeedTest, _ isCancelled: () -> Bool) throws -> Double? {
    for sequence in sequences {
      sequence.truncate(to: test.depth)
      // Mostly they are still there. Layers that see a window may have dropped what these would attend to.
      guard try sequence.count == test.depth || read(sequence.count..<test.depth, of: sequence, isCancelled) else {
        return nil
      }
    }
    var isWhole = true
    let seconds = try Self.seconds {
      let range = test.depth..<test.depth + test.tokens
      guard test.kind == .generation else { return isWhole = try read(range, of: sequences[0], isCancelled) }
      for position in range {
        if isCancelled() { return isWhole = false }
        let batch = sequences.map { BatchInput(sequence: $0, ids: [ids[position]], rows: .last) }
        _ = try predictor.read(batch, isCancelled: { false })
      }
    }
    return isWhole ? seconds : nil
  }

  private func read(
    _ range: Range<Int>, of sequence: any PredictedSequence, _ isCancelled: () -> Bool
  ) throws -> Bool {
    try sequence.read(ids[range], isCancelled) != nil
  }

  private func draw(_ count: Int) {
    while ids.count < count { ids.append(Int.random(in: 0..<max(1, predictor.vocabularySize), using: &random)) }
  }

  private static func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try work()
    return (clock.now - start) / .seconds(1)
  }
}
