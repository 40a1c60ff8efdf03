/// Other sizes for a decoder of the same parts; nil keeps what is there.
public struct DecoderSize: Sendable, Hashable {
  /// See `Configuration`.
  public var vocabularySize, contextLength, hiddenSize, intermediateSize, layerCount, headCount, kvHeadCount: Int?

  /// No change.
  public init() {}
}

extension Configuration {
  /// The same parts in other sizes: what a preset is on a laptop.
  ///
  ///     var size = DecoderSize()
  ///     (size.layerCount, size.headCount, size.hiddenSize, size.contextLength) = (4, 4, 128, 64)
  ///     let small = try Configuration.gpt2.resized(to: size)
  ///
  /// What depends on a size follows it, unless it is given too: the feed-forward part keeps its ratio to the hidden
  /// size (rounded up to a multiple of 8), key heads their ratio to the query heads, a new number of heads shares the
  /// hidden size, and layers repeat in their order.
  /// - Throws: `ModelError` when the sizes do not make a decoder.
  public func resized(to size: DecoderSize) throws(ModelError) -> Configuration {
    var result = self
    let sizes = [
      size.vocabularySize, size.contextLength, size.hiddenSize, size.intermediateSize, size.layerCount, size.headCount,
      size.kvHeadCount,
    ]
    if let wrong = sizes.compactMap({ $0 }).first(where: { $0 < 1 || $0 > 1 << 30 }) {
      throw ModelError(.invalidConfiguration, "a size of \(wrong); give 1 or more.")
    }
    result.vocabularySize = size.vocabularySize ?? vocabularySize
    result.contextLength = size.contextLength ?? contextLength
    if let count = size.layerCount, !layers.isEmpty {
      guard count <= Self.maximumLayerCount else {
        throw ModelError(.invalidConfiguration, "\(count) layers; give at most \(Self.maximumLayerCount).")
      }
      result.layers = (0..<count).map { layers[$0 % layers.count] }
    }
    result.hiddenSize = size.hiddenSize ?? hiddenSize
    if size.hiddenSize != nil || size.headCount != nil {
      result.headCount = size.headCount ?? max(1, result.hiddenSize / max(1, headSize))
      guard result.hiddenSize % result.headCount == 0 else {
        throw ModelError(
          .invalidConfiguration,
          "\(result.headCount) heads do not share a hidden size of \(result.hiddenSize) evenly; give --heads and --hidden-size that do."
        )
      }
      result.headSize = result.hiddenSize / result.headCount
    }
    result.kvHeadCount = size.kvHeadCount ?? max(1, result.headCount * kvHeadCount / max(1, headCount))
    let (numerator, denominator) = (result.hiddenSize, max(1, hiddenSize))
    func inner(_ old: Int) -> Int {
      if let given = size.intermediateSize { return given }
      guard numerator != denominator else { return old }
      return (Int((Double(old) * Double(numerator) / Double(denominator)).rounded(.up)) + 7) / 8 * 8
    }
    for index in result.layers.indices {
      switch result.layers[index].feedForward {
      case .plain(let activation, let old):
        result.layers[index].feedForward = .plain(activation, intermediateSize: inner(old))
      case .gated(let gate, let old):
        result.layers[index].feedForward = .gated(gate, intermediateSize: inner(old))
      case .mixtureOfExperts(var mixture):
        mixture.intermediateSize = inner(mixture.intermediateSize)
        mixture.sharedIntermediateSize = mixture.sharedIntermediateSize.map(inner)
        result.layers[index].feedForward = .mixtureOfExperts(mixture)
      }
    }
    try result.validate()
    return result
  }
}
