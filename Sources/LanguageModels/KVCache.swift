import Tensors

/// The keys and values of the tokens that a model has already read, so that the next token costs one row of work.
///
/// One cache belongs to one sequence. Its memory grows with the sequence, in doubling steps.
public final class KVCache {
  /// How many tokens it holds.
  public private(set) var count = 0
  /// The most tokens it may hold: the model's context length.
  public let capacity: Int
  /// The bytes that one token takes.
  public var bytesPerToken: Int { 2 * layers.count * (elementType.byteCount(elements: width) ?? 0) }

  private struct LayerCache {
    var keys: Tensor  // [allocated, kvHeadCount * headSize]
    var values: Tensor
  }
  private var layers: [LayerCache]
  private let width: Int
  private let elementType: ElementType
  private var allocated = 0

  /// An empty cache.
  /// - Parameter elementType: How keys and values are kept: float32 loses nothing, float16 takes half the memory.
  init(_ configuration: Configuration, elementType: ElementType) {
    capacity = configuration.contextLength
    width = configuration.keyValueWidth
    self.elementType = elementType
    let empty = Tensor(uninitialized: [0, width], elementType: elementType)
    layers = Array(repeating: LayerCache(keys: empty, values: empty), count: configuration.layerCount)
  }

  /// Forgets all tokens after the first `count`, so that another continuation can be tried.
  public func truncate(to count: Int) { self.count = min(self.count, max(0, count)) }

  /// Forgets everything, keeping the memory.
  public func clear() { count = 0 }

  /// Makes room for `added` more tokens.
  func reserve(_ added: Int) {
    guard count + added > allocated else { return }
    allocated = min(capacity, max(count + added, 2 * allocated, 64))
    for index in layers.indices {
      layers[index] = LayerCache(keys: grown(layers[index].keys), values: grown(layers[index].values))
    }
  }

  private func grown(_ old: Tensor) -> Tensor {
    let new = Tensor(uninitialized: [allocated, width], elementType: elementType)
    if count > 0 { new.write(old.rows(0..<count), atRow: 0) }
    return new
  }

  /// Writes the newest tokens' keys and values of one layer, for which `reserve` made room, and returns all of that
  /// layer's. `commit` counts them once every layer has done so.
  func append(layer: Int, keys: Tensor, values: Tensor) -> (keys: Tensor, values: Tensor) {
    layers[layer].keys.write(keys, atRow: count)
    layers[layer].values.write(values, atRow: count)
    return (layers[layer].keys, layers[layer].values)
  }

  func commit(_ added: Int) { count += added }
}
