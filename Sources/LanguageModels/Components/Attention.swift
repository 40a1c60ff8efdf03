import Tensors

/// Causal self-attention, with as many key heads as the configuration says and whichever positions the layer has.
struct Attention: Sendable {
  /// Query, key and value as one matrix (GPT-1, GPT-2) or three.
  enum Projection: Sendable {
    case fused(Linear)
    case separate(query: Linear, key: Linear, value: Linear)
  }

  let projection: Projection
  let output: Linear
  let sinks: Tensor?  // [headCount]
  let headCount, kvHeadCount, headSize: Int
  let scale: Float
  let pattern: AttentionPattern
  let angles: RotaryAngles?
  let queryKeyEpsilon: Float?
  let temperature: AttentionTemperature?

  /// - Parameter angles: The model's, where its positions are rotary.
  init(
    _ prefix: String, layer: Layer, _ configuration: Configuration, angles: RotaryAngles?,
    from source: some ParameterSource
  ) throws {
    let (hidden, biases) = (configuration.hiddenSize, configuration.biases)
    let (queryWidth, keyValueWidth) = (configuration.queryWidth, configuration.keyValueWidth)
    if configuration.fusesQueryKeyValue {
      projection = .fused(
        try source.linear(
          prefix + "queryKeyValue", output: queryWidth + 2 * keyValueWidth, input: hidden, bias: biases.queryKeyValue))
    } else {
      func part(_ name: String, _ width: Int) throws -> Linear {
        try source.linear(prefix + name, output: width, input: hidden, bias: biases.queryKeyValue)
      }
      projection = .separate(
        query: try part("query", queryWidth), key: try part("key", keyValueWidth),
        value: try part("value", keyValueWidth))
    }
    output = try source.linear(prefix + "output", output: hidden, input: queryWidth, bias: biases.attentionOutput)
    sinks = configuration.attention.hasSinks ? try source.vector(prefix + "sinks", configuration.headCount) : nil
    headCount = configuration.headCount
    kvHeadCount = configuration.kvHeadCount
    headSize = configuration.headSize
    scale = configuration.attention.scale ?? 1 / Float(headSize).squareRoot()
    pattern = layer.pattern
    self.angles = layer.usesRotary ? angles : nil
    if self.angles != nil {
      queryKeyEpsilon = configuration.attention.normalizesQueryKey ? configuration.normalization.epsilon : nil
      temperature = nil
    } else {
      queryKeyEpsilon = nil
      temperature = configuration.attention.temperature
    }
  }

  /// - Parameters:
  ///   - x: [rows, hiddenSize]
  ///   - residual: [rows, hiddenSize], what the results are added to.
  ///   - sequences: Which rows are whose, at which positions, after which cached tokens.
  /// - Returns: [rows, hiddenSize]
  func forward(
    _ x: Tensor, addedTo residual: Tensor, layer: Int, sequences: [SequenceRows], tape: Tape? = nil
  ) -> Tensor {
    let positions = sequences.flatMap { $0.firstPosition..<$0.firstPosition + $0.rows.count }
    let (q, k, v) = placed(x, positions, tape)
    let pages = sequences.map { $0.cache?.pages(layer: layer) }
    remember(k, v, of: sequences, in: pages)
    let segments = zip(sequences, pages).map { sequence, pages in
      guard let pages else {
        let (keys, values) = (k.rows(sequence.rows), v.rows(sequence.rows))
        return AttentionSegment(
          queryRows: sequence.rows, keys: keys, values: values, keyCount: keys.shape.rowCount, firstPosition: 0)
      }
      return AttentionSegment(queryRows: sequence.rows, pages: pages, firstPosition: sequence.firstPosition)
    }
    let mixed = mixed(q, segments, dropout: tape?.dropout?.place(3 * layer), tape)
    return linear(
      mixed, output, addedTo: residual, dropout: tape?.dropout?.place(3 * layer + 1), tape: tape)
  }

  /// Writes keys and values into the caches. Of texts side by side each thread takes some; a long piece of a prompt all
  /// of them divide.
  /// - Parameter pages: Each text's own; nil where nothing is kept.
  private func remember(
    _ keys: Tensor, _ values: Tensor, of sequences: [SequenceRows], in pages: [KeyValuePages?]
  ) {
    func write(_ index: Int) {
      let (rows, position) = (sequences[index].rows, sequences[index].firstPosition)
      pages[index]?.write(keys: keys.rows(rows), values: values.rows(rows), at: position)
    }
    let width = max(1, keys.shape.columnCount)
    let kept = pages.indices.filter { pages[$0] != nil }
    for index in kept where sequences[index].rows.count * width > Self.shortWrite { write(index) }
    let short = kept.filter { sequences[$0].rows.count * width <= Self.shortWrite }
    ThreadPool.shared.run(short.count, minimum: max(1, 1024 / width)) { range in
      for index in short[range] { write(index) }
    }
  }

  /// Numbers of one text that are not worth more than one thread.
  private static let shortWrite = 65_536

  /// What each token of one text attends to. Attention adds up values by their weights, so from values that are one
  /// at a single key and zero at all others it makes that key's weights, and as many keys fit into a pass as a head
  /// is wide.
  /// - Parameter x: [rows, hiddenSize]
  /// - Returns: [headCount][query][key]
  func weights(_ x: Tensor) -> [[[Float]]] {
    let count = x.shape.rowCount
    let (q, k, _) = placed(x, Array(0..<count), nil)
    let row = [Float](repeating: 0, count: count)
    var weights = Array(repeating: Array(repeating: row, count: count), count: headCount)
    for first in stride(from: 0, to: count, by: headSize) {
      let keys = first..<min(count, first + headSize)
      let values = Tensor(zeros: [count, kvHeadCount * headSize])
      values.withMutableSpan { span in
        for key in keys {
          for head in 0..<kvHeadCount { span[(key * kvHeadCount + head) * headSize + key - first] = 1 }
        }
      }
      let segment = AttentionSegment(queryRows: 0..<count, keys: k, values: values, keyCount: count, firstPosition: 0)
      let mixed = mixed(q, [segment], dropout: nil, nil)  // [rows, headCount * headSize]
      mixed.withSpan { span in
        for head in 0..<headCount {
          for query in first..<count {
            let start = (query * headCount + head) * headSize
            for key in keys where key <= query { weights[head][query][key] = span[start + key - first] }
          }
        }
      }
    }
    return weights
  }

  /// Queries, keys and values with their positions in them: rotated, normalised, scaled, as the layer has it.
  /// - Returns: [rows, headCount * headSize], and [rows, kvHeadCount * headSize] twice
  private func placed(_ x: Tensor, _ positions: [Int], _ tape: Tape?) -> (q: Tensor, k: Tensor, v: Tensor) {
    var (q, k, v) = projected(x, tape)
    if let angles {
      if let tape {
        q = rotary(q, headSize: headSize, positions: positions, angles: angles, tape: tape)
        k = rotary(k, headSize: headSize, positions: positions, angles: angles, tape: tape)
      } else {
        angles.turn([q, k], headSize: headSize, positions: positions)
      }
    }
    if let queryKeyEpsilon {
      q = normalizedHeads(q, epsilon: queryKeyEpsilon, tape)
      k = normalizedHeads(k, epsilon: queryKeyEpsilon, tape)
    }
    if let temperature { q = scaleRows(q, by: positions.map(temperature.factor(at:)), tape: tape) }
    return (q, k, v)
  }

  private func mixed(_ q: Tensor, _ segments: [AttentionSegment], dropout: Dropout?, _ tape: Tape?) -> Tensor {
    attention(
      queries: q, segments: segments, headCount: headCount, kvHeadCount: kvHeadCount, headSize: headSize, scale: scale,
      pattern: pattern, sinks: sinks, dropout: dropout, tape: tape)
  }

  private func projected(_ x: Tensor, _ tape: Tape?) -> (Tensor, Tensor, Tensor) {
    switch projection {
    case .fused(let linear):
      let (queryWidth, keyValueWidth) = (headCount * headSize, kvHeadCount * headSize)
      let parts = linear.forward(x, tape: tape).splitColumns([queryWidth, keyValueWidth, keyValueWidth], tape: tape)
      return (parts[0], parts[1], parts[2])
    case .separate(let query, let key, let value):
      let parts = linears(x, [query, key, value], tape: tape)
      return (parts[0], parts[1], parts[2])
    }
  }

  private func normalizedHeads(_ x: Tensor, epsilon: Float, _ tape: Tape?) -> Tensor {
    rmsNorm(x.reshaped(to: [x.elementCount / headSize, headSize]), gain: nil, bias: nil, epsilon: epsilon, tape: tape)
      .reshaped(to: x.shape)
  }
}
