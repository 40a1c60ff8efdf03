public import Tensors

/// What a configuration costs, computed without allocating it.
///
///     ModelInspection(.llama31With405B).parameterCount   // 405853388800
public struct ModelInspection: Sendable {
  /// The configuration that was inspected.
  public let configuration: Configuration
  /// The exact number of parameters.
  public let parameterCount: Int
  /// The parameters that work on one token: fewer than all where a token uses a few of many experts.
  public let activeParameterCount: Int
  /// Parameters by part of the decoder.
  public let parametersByPart: [(part: Parameter.Part, count: Int)]

  /// Adds up a configuration's parameters.
  public init(_ configuration: Configuration) {
    self.configuration = configuration
    let parameters = configuration.parameters
    parameterCount = parameters.reduce(0) { $0 + $1.shape.elementCount }
    parametersByPart = Parameter.Part.allCases.map { part in
      (part, parameters.reduce(0) { $1.part == part ? $0 + $1.shape.elementCount : $0 })
    }
    var idle = 0
    for layer in configuration.layers {
      guard case .mixtureOfExperts(let mixture) = layer.feedForward else { continue }
      var expert = 3 * configuration.hiddenSize * mixture.intermediateSize
      if mixture.hasBias { expert += 2 * mixture.intermediateSize + configuration.hiddenSize }
      idle += (mixture.expertCount - mixture.expertsPerToken) * expert
    }
    activeParameterCount = parameterCount - idle
  }

  /// The bytes of the weights at a precision: matrices in `elementType` where their rows are whole blocks and in
  /// float16 where not, vectors in float32.
  public func weightBytes(_ elementType: ElementType) -> Int {
    configuration.parameters.reduce(0) { total, parameter in
      let type: ElementType =
        parameter.shape.rank < 2
        ? .f32 : parameter.shape.columnCount % elementType.blockSize == 0 ? elementType : .f16
      return total + (type.byteCount(elements: parameter.shape.elementCount) ?? 0)
    }
  }

  /// The bytes that keys and values of one token take in all layers.
  public func kvCacheBytesPerToken(_ types: KVCacheTypes = .f16) -> Int {
    KVCacheLayout(configuration, types).bytesPerToken
  }

  /// The bytes that `KVCache` takes for a text of this length: pages of 256 tokens, of which a layer whose tokens see a
  /// window keeps no more than that window needs.
  public func kvCacheBytes(at length: Int, _ types: KVCacheTypes = .f16) -> Int {
    KVCacheLayout(configuration, types).bytes(at: length)
  }

  /// The bytes of earlier tokens' keys and values that a token reads after `depth` others.
  func kvCacheBytesRead(at depth: Int, _ types: KVCacheTypes) -> Int {
    let attended = configuration.layers.reduce(0) { $0 + $1.pattern.attendedCount(depth: depth) - 1 }
    return attended * KVCacheLayout(configuration, types).format.bytesPerToken
  }

  /// The floating-point operations of the forward pass for one token after `depth` others: two per active matrix
  /// element, and four per element of every head and attended token.
  public func floatingPointOperationsPerToken(depth: Int = 0) -> Int {
    let attended = configuration.layers.reduce(0) { $0 + $1.pattern.attendedCount(depth: depth) }
    return 2 * activeMatrixElements + 4 * attended * configuration.queryWidth
  }

  /// The floating-point operations of reading `count` tokens after `depth` others, where only the last one's scores are
  /// computed: what a prompt costs.
  public func floatingPointOperations(prompt count: Int, depth: Int = 0) -> Double {
    guard count > 0 else { return 0 }
    let unscored = 2.0 * Double(count - 1) * Double(configuration.vocabularySize) * Double(configuration.hiddenSize)
    return (0..<count).reduce(-unscored) { $0 + Double(floatingPointOperationsPerToken(depth: depth + $1)) }
  }

  /// The floating-point operations of training on so many tokens: forward, and twice that backward, at the mean depth
  /// of texts that fill the context.
  /// - Parameter contextLength: How long the texts are; nil is the whole context.
  public func trainingFloatingPointOperations(tokens: Double, contextLength: Int? = nil) -> Double {
    let length = max(1, contextLength ?? configuration.contextLength)
    let attended = configuration.layers.reduce(0.0) { $0 + $1.pattern.meanAttendedCount(length: length) }
    let forward = 2 * Double(activeMatrixElements) + 4 * attended * Double(configuration.queryWidth)
    return 3 * forward * tokens
  }

  /// The parameters that one token is multiplied with: not those of embeddings, from which it takes a row.
  private var activeMatrixElements: Int {
    var embedding = configuration.tiesEmbeddings ? 0 : configuration.vocabularySize * configuration.hiddenSize
    if case .learned(let offset) = configuration.position {
      embedding += (configuration.contextLength + offset) * configuration.hiddenSize
    }
    return activeParameterCount - embedding
  }
}

extension AttentionPattern {
  /// How many tokens one attends to after `depth` others, itself included.
  fileprivate func attendedCount(depth: Int) -> Int {
    switch self {
    case .full: depth + 1
    case .banded(let window): min(depth + 1, window)
    case .chunked(let size): depth % size + 1
    }
  }

  /// The same on average over a text.
  fileprivate func meanAttendedCount(length: Int) -> Double {
    /// 1 + 2 + … + count.
    func sum(_ count: Int) -> Double { Double(count) * (Double(count) + 1) / 2 }
    switch self {
    case .full: return sum(length) / Double(length)
    case .banded(let window):
      let rising = min(length, window)
      return (sum(rising) + Double(length - rising) * Double(window)) / Double(length)
    case .chunked(let size):
      return (Double(length / size) * sum(size) + sum(length % size)) / Double(length)
    }
  }
}
