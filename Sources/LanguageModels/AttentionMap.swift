public import Tensors

/// What the tokens of a text attend to in one layer.
public struct AttentionMap: Sendable {
  /// Which layer, from 0.
  public let layer: Int
  /// Which earlier tokens the layer's tokens may attend to at all.
  public let pattern: AttentionPattern
  /// `weights[head][query][key]`: how much token `query` takes from token `key`. Keys after the query, and those that
  /// the pattern leaves out, have 0. The weights of a query add up to 1, or to less where the layer has sinks.
  public let weights: [[[Float]]]
}

extension LanguageModel {
  /// What each token of a text attends to, layer by layer, as the model computes it.
  ///
  ///     let maps = try model.attentionMaps(tokenizer.encode("The cat sat on its mat"))
  ///     maps[0].weights[2][4][1]   // how much "its" looks at "cat" in the first layer's third head
  ///
  /// - Throws: `ModelError` when an id lies outside the vocabulary, there are more than the context holds, or the maps
  ///   are larger than the machine's memory.
  public func attentionMaps(_ ids: [Int]) throws(ModelError) -> [AttentionMap] {
    try check(ids, after: 0)
    let elements = [configuration.layerCount, configuration.headCount, ids.count, ids.count]
    let bytes = Shape.checkedElementCount(elements + [MemoryLayout<Float>.size])
    try Room.checkMemory(bytes ?? .max, for: "the attention maps of \(ids.count) tokens")
    var maps: [AttentionMap] = []
    let sequences = [SequenceRows(rows: 0..<ids.count, firstPosition: 0, cache: nil)]
    _ = transformer.forward(transformer.embed(ids, sequences: sequences), sequences: sequences) { block, x in
      maps.append(
        AttentionMap(
          layer: maps.count, pattern: block.attention.pattern,
          weights: block.attention.weights(block.attentionInput(x))))
    }
    return maps
  }
}
