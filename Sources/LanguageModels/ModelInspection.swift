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
  public func kvCacheBytesPerToken(_ elementType: ElementType = .f16) -> Int {
    2 * configuration.layerCount * configuration.keyValueWidth * elementType.bytesPerBlock / elementType.blockSize
  }

  /// The floating-point operations of the forward pass for one token after `depth` others: two per active matrix
  /// element, and four per element of every head and attended token.
  public func floatingPointOperationsPerToken(depth: Int = 0) -> Int {
    var embedding = configuration.tiesEmbeddings ? 0 : configuration.vocabularySize * configuration.hiddenSize
    if case .learned(let offset) = configuration.position {
      embedding += (configuration.contextLength + offset) * configuration.hiddenSize
    }
    let attended = configuration.layers.reduce(0) { total, layer in
      switch layer.pattern {
      case .full: total + depth + 1
      case .banded(let window): total + min(depth + 1, window)
      case .chunked(let size): total + depth % size + 1
      }
    }
    return 2 * (activeParameterCount - embedding) + 4 * attended * configuration.queryWidth
  }
}
