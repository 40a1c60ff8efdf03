public import LanguageModels
import Tensors

/// How well a model predicts text that it does not learn from.
public struct Validation: Sendable {
  /// What was measured.
  public struct Result: Sendable, Hashable {
    /// The mean negative logarithm of a token's probability.
    public let nats: Double
    /// The same per byte of text, in bits, which does not depend on the tokenizer; nil where only ids were given.
    public let bitsPerByte: Double?
    /// How many predictions were measured.
    public let tokenCount: Int
  }

  private let parts: [(data: TrainingData, samples: [Int])]
  private let batchSize: Int
  private let bytesPerToken: Double?

  /// - Parameters:
  ///   - sources: Text to measure on.
  ///   - maximumTokens: Measures on samples evenly spaced over the sources when they have more; 0 for all.
  /// - Throws: `TrainingError` for a source too small for one sample.
  public init(
    _ sources: [TokenSource], contextLength: Int, batchSize: Int, masksDocuments: Bool = false, maximumTokens: Int = 0,
    vocabularySize: Int
  ) throws {
    let total = sources.reduce(0) { $0 + $1.tokenCount }
    parts = try sources.map { source in
      let data = try TrainingData(
        [(source, nil)], contextLength: contextLength, seed: nil, masksDocuments: masksDocuments)
      try data.validate(batchSize: 1, vocabularySize: vocabularySize)
      let all = data.samplesPerEpoch
      let share = maximumTokens > 0 && maximumTokens < total ? Double(maximumTokens) / Double(total) : 1
      let count = max(1, Int((Double(all) * share).rounded()))
      return (data, (0..<count).map { $0 * all / count })
    }
    self.batchSize = max(1, batchSize)
    let bytes = sources.reduce(0) { $0 + $1.textByteCount }
    bytesPerToken = bytes > 0 ? Double(bytes) / Double(total) : nil
  }

  /// Measures a model.
  /// - Parameter isCancelled: Asked between batches.
  /// - Returns: nil when it was cancelled.
  public func measure(_ model: LanguageModel, isCancelled: () -> Bool = { false }) throws -> Result? {
    var sum = 0.0
    var count = 0
    for (data, samples) in parts {
      for first in stride(from: 0, to: samples.count, by: batchSize) {
        if isCancelled() { return nil }
        let batch = try samples[first..<min(first + batchSize, samples.count)].map { try data.sample(at: $0) }
        let targets = batch.flatMap(\.textTargets)
        let result = try model.loss(batch.flatMap(\.texts), targets: targets)
        sum += result.rows.reduce(0) { $0 + Double($1) }
        count += targets.joined().count { $0 >= 0 }
      }
    }
    guard count > 0 else { return nil }
    let nats = sum / Double(count)
    return Result(
      nats: nats, bitsPerByte: bytesPerToken.map { nats / $0 / 0.693147180559945309 }, tokenCount: count)
  }
}
