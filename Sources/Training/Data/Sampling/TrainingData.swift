import Tensors

/// The samples of a training run, in an order that a seed chooses.
///
///     let data = try TrainingData([(corpus, weight: 1)], contextLength: 1024, seed: 7)
///     let sample = try data.sample(at: 123_456_789)        // any place, at once
///
/// A sample is a function of its number: nothing is kept per sample, a run resumes anywhere, and workers that share a
/// run take numbers in turn. Within an epoch each window of a source comes once, in an order of its own; windows
/// begin at another place in each epoch.
public struct TrainingData: Sendable {
  /// How many tokens the model sees at once.
  public let contextLength: Int
  /// Whether a token may see only its own document.
  public let masksDocuments: Bool
  /// How many samples one pass over all sources has.
  public let samplesPerEpoch: Int
  /// One past the largest id that may occur.
  public let vocabularySize: Int

  private let sources: [Samples]
  private let mixture: SourceMixture

  /// One source's samples.
  private struct Samples: Sendable {
    let source: TokenSource
    /// The samples of one epoch.
    let count: Int
    /// How many tokens the first window may be moved by.
    let slack: Int
    let documents: [Range<Int>]
    let key: UInt64
    var weight = 1.0
  }

  /// - Parameters:
  ///   - sources: with their weights: how often a sample comes from each. nil weighs by the number of tokens.
  ///   - contextLength: the tokens of a sample; a document that is a sample of its own may have fewer.
  ///   - seed: nil keeps the order of the files, as validation does.
  ///   - masksDocuments: makes each document in a window a segment of its own.
  /// - Throws: `TrainingError` for weights that make no sense, and for a source too small for one sample.
  public init(
    _ sources: [(source: TokenSource, weight: Double?)], contextLength: Int, seed: UInt64?, masksDocuments: Bool = false
  ) throws(TrainingError) {
    guard !sources.isEmpty else { throw TrainingError(.unusableData, "there is no data to train on; name files") }
    guard sources.count < SourceMixture.blockLength / 16 else {
      throw TrainingError(
        .unusableData, "there are \(sources.count) sources; join them to fewer than \(SourceMixture.blockLength / 16)")
    }
    guard contextLength > 0 else {
      throw TrainingError(.unusableData, "a context of \(contextLength) tokens; give at least 1")
    }
    var weights: [Double] = []
    var samples: [Samples] = []
    var total = 0
    for (number, (source, weight)) in sources.enumerated() {
      let weight = weight ?? Double(source.tokenCount)
      guard weight.isFinite, weight > 0 else {
        throw TrainingError(
          .unusableData, at: source.name, "has the weight \(weight); give a number above 0, or leave the source out")
      }
      weights.append(weight)
      let key = mixed((seed ?? 0) ^ mixed(UInt64(number)))
      samples.append(try Self.samples(of: source, contextLength, isShuffled: seed != nil, key))
      samples[number].weight = weight
      total += samples[number].count
    }
    self.contextLength = contextLength
    self.masksDocuments = masksDocuments
    self.sources = samples
    samplesPerEpoch = total
    vocabularySize = sources.map(\.source.vocabularySize).max() ?? 0
    isShuffled = seed != nil
    mixture = SourceMixture(weights: weights, key: mixed(seed ?? 0))
  }

  private let isShuffled: Bool

  private static func samples(
    of source: TokenSource, _ contextLength: Int, isShuffled: Bool, _ key: UInt64
  ) throws(TrainingError) -> Samples {
    switch source.arrangement {
    case .documents:
      let documents = source.documentRanges.filter { $0.count > 1 }
      guard !documents.isEmpty else {
        throw TrainingError(.unusableData, at: source.name, "holds no document of at least 2 tokens")
      }
      if let long = documents.firstIndex(where: { $0.count - 1 > contextLength }) {
        throw TrainingError(
          .unusableData, at: source.name,
          "document \(long + 1) has \(documents[long].count) tokens, more than the context of \(contextLength)"
            + " and the one after it; shorten it, or pack documents into windows")
      }
      return Samples(source: source, count: documents.count, slack: 0, documents: documents, key: key)
    case .packed:
      let count = (source.tokenCount - 1) / contextLength
      guard count > 0 else {
        throw TrainingError(
          .unusableData, at: source.name,
          "has \(source.tokenCount) tokens, too few for one sample of \(contextLength) and the token after it;"
            + " give more text or a shorter context")
      }
      let rest = source.tokenCount - 1 - count * contextLength
      // Where one window matters little it makes room for all to move.
      let moves = isShuffled && count > 16
      return Samples(
        source: source, count: moves ? count - 1 : count, slack: moves ? contextLength - 1 : isShuffled ? rest : 0,
        documents: [], key: key)
    }
  }

  /// A hash, in hexadecimal digits, by which a run notices that its data are others than when it began.
  public var fingerprint: String {
    SHA256.hash(sources.flatMap { $0.source.fingerprint + Array("\($0.weight)".utf8) }).hexadecimal
  }

  /// Refuses data that a run could not use, before anything is computed.
  /// - Parameters:
  ///   - batchSize: the samples of one step.
  ///   - vocabularySize: the model's.
  /// - Throws: `TrainingError`.
  public func validate(batchSize: Int, vocabularySize: Int) throws(TrainingError) {
    let names = sources.map(\.source.name).joined(separator: ", ")
    guard batchSize <= samplesPerEpoch else {
      throw TrainingError(
        .unusableData, at: names,
        "makes \(samplesPerEpoch) samples, fewer than one batch of \(batchSize); give more text, a smaller batch"
          + " or a shorter context")
    }
    for samples in sources where samples.source.vocabularySize > vocabularySize {
      throw TrainingError(
        .unusableData, at: samples.source.name,
        "has ids up to \(samples.source.vocabularySize - 1), and the model a vocabulary of"
          + " \(vocabularySize); use the model's own tokenizer")
    }
  }

  /// A sample, by its number from 0; past the end of an epoch the next one begins.
  /// - Throws: `TrainingError` where a shard turns out to be damaged.
  public func sample(at index: Int) throws(TrainingError) -> Sample {
    guard index >= 0 else { throw TrainingError(.unusableData, "sample \(index) is asked for; they count from 0") }
    let place = mixture.place(of: index)
    let samples = sources[place.source]
    var (epoch, number) = place.index.quotientAndRemainder(dividingBy: samples.count)
    let key = mixed(samples.key ^ UInt64(epoch))
    if isShuffled { number = KeyedPermutation(count: samples.count, key: key)[number] }
    if samples.source.arrangement == .documents { return try sample(samples.source, samples.documents[number]) }
    let shift = samples.slack > 0 ? Int(mixed(key) % UInt64(samples.slack + 1)) : 0
    let start = samples.source.range.lowerBound + shift + number * contextLength
    return try sample(samples.source, start..<start + contextLength + 1)
  }

  private func sample(_ source: TokenSource, _ places: Range<Int>) throws(TrainingError) -> Sample {
    let ids = try source.ids(places)
    let inputs = Array(ids.dropLast())
    var targets = Array(ids.dropFirst())
    var segments = [0..<inputs.count]
    if masksDocuments, source.arrangement == .packed {
      // Nothing in a document says how the next one begins.
      let starts = source.documentStarts(in: places).map { $0 - places.lowerBound }.filter { $0 > 0 }
      for start in starts { targets[start - 1] = Sample.ignoredTarget }
      let bounds = [0] + starts.filter { $0 < inputs.count } + [inputs.count]
      segments = zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }
    return Sample(inputs: inputs, targets: targets, segments: segments)
  }
}
