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
  private let sequence: any PredictedSequence
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
    sequence = predictor.makeSequence()
  }

  /// Whether the model's context holds a test.
  public func fits(_ test: SpeedTest) -> Bool {
    let (total, overflow) = test.depth.addingReportingOverflow(test.tokens)
    return test.depth >= 0 && test.tokens > 0 && !overflow && total <= predictor.contextLength
  }

  /// Reads a first token. It brings a mapped file's weights into memory, which later ones find there.
  /// - Returns: The seconds that it took.
  public func readFirstToken() throws -> Double {
    draw(1)
    sequence.truncate(to: 0)
    return try Self.seconds { _ = try sequence.read([ids[0]]) }
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
        "\(test.name) is no test for a context of \(predictor.contextLength) tokens; ask for fewer, at least one.")
    }
    draw(test.depth + test.tokens)
    sequence.truncate(to: test.depth)
    guard try sequence.count == test.depth || read(sequence.count..<test.depth, isCancelled) else { return nil }
    // Threads awake, caches warm, pages in memory; and how long a run takes.
    var finished = true
    let warmUp = try Self.seconds { finished = try run(test, isCancelled) }
    guard finished else { return nil }
    let runs = max(1, min(1 << 20, Int(Self.shortestSeconds / max(warmUp, 1e-7))))
    var seconds: [Double] = []
    while seconds.count < max(1, repetitions), finished {
      onRepetition(seconds.count)
      let elapsed = try Self.seconds {
        for _ in 0..<runs where finished { finished = try run(test, isCancelled) }
      }
      if finished { seconds.append(elapsed / Double(runs)) }
    }
    return seconds.isEmpty ? nil : SpeedResult(test: test, seconds: seconds, runsPerRepetition: runs)
  }

  /// One run, which leaves the sequence at its depth. Returns whether it came to its end.
  private func run(_ test: SpeedTest, _ isCancelled: () -> Bool) throws -> Bool {
    defer { sequence.truncate(to: test.depth) }
    let range = test.depth..<test.depth + test.tokens
    guard test.kind == .generation else { return try read(range, isCancelled) }
    for position in range {
      if isCancelled() { return false }
      _ = try sequence.read([ids[position]])
    }
    return true
  }

  private func read(_ range: Range<Int>, _ isCancelled: () -> Bool) throws -> Bool {
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
