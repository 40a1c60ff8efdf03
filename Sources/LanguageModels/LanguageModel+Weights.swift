public import Tensors

extension LanguageModel {
  /// The bytes of all parameters as they are stored.
  public var weightBytes: Int { parameters.reduce(0) { $0 + $1.tensor.byteCount } }

  /// How the matrices are stored, the type of most elements first.
  public var weightTypes: [ElementType] {
    let matrices = parameters.filter { $0.tensor.shape.rank > 1 }
    let counts = matrices.reduce(into: [ElementType: Int]()) {
      $0[$1.tensor.elementType, default: 0] += $1.tensor.elementCount
    }
    return counts.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }.map(\.key)
  }

  /// The bytes of weights, keys and values that are read to generate one token after `depth` others: what the memory
  /// must deliver, and so what limits the speed of a large model.
  /// - Parameters:
  ///   - cacheTypes: How keys and values are kept.
  ///   - sequences: How many texts, one at least, read the weights together.
  public func bytesRead(
    perTokenAt depth: Int = 0, cacheTypes: KVCacheTypes = .f16, sequences: Int = 1
  ) -> Int {
    let weights = parameters.reduce(0) { total, parameter in
      total + Int(Double(parameter.tensor.byteCount) * partRead(perToken: parameter.name))
    }
    return weights / max(1, sequences) + ModelInspection(configuration).kvCacheBytesRead(at: depth, cacheTypes)
  }

  /// The part of a parameter that one token reads: one row of an embedding, some of many experts, else all.
  private func partRead(perToken name: String) -> Double {
    let words = name.split(separator: ".")
    if words[0] == "positions" || (words[0] == "tokens" && !configuration.tiesEmbeddings) { return 0 }
    guard words.count > 2, words[2] == "experts", let layer = Int(words[1]),
      configuration.layers.indices.contains(layer),
      case .mixtureOfExperts(let mixture) = configuration.layers[layer].feedForward
    else { return 1 }
    return Double(mixture.expertsPerToken) / Double(mixture.expertCount)
  }
}
