public import Tensors

/// What one sequence of a batch reads: tokens that come after those in its cache.
public struct SequenceInput {
  /// The tokens, at least one.
  public let ids: [Int]
  /// Where the sequence's keys and values are; another one for every sequence of a batch.
  public let cache: KVCache
  /// Which scores are wanted of it; nil for none, as within a prompt.
  public let logits: LanguageModel.LogitsRows?

  /// A sequence and what it reads next.
  public init(_ ids: [Int], cache: KVCache, logits: LanguageModel.LogitsRows? = .last) {
    (self.ids, self.cache, self.logits) = (ids, cache, logits)
  }
}

extension LanguageModel {
  /// Reads the next tokens of several sequences in one pass over the weights, and adds them to their caches.
  ///
  ///     let rows = try model.forward([SequenceInput([42], cache: a), SequenceInput([7], cache: b)])
  /// - Parameter isCancelled: Asked before each layer whether it is all in vain: a long prompt takes a while.
  /// - Returns: For each sequence the scores of every possible next token, [ids.count or 1, vocabularySize]; nil where
  ///   none were wanted.
  /// - Throws: `ModelError` when an id lies outside the vocabulary, a context is full, the machine's memory is too
  ///   small, or it was cancelled; all caches are then unchanged.
  public func forward(
    _ batch: [SequenceInput], isCancelled: () -> Bool = { false }
  ) throws(ModelError) -> [Tensor?] {
    guard !batch.isEmpty else { return [] }
    let (hidden, sequences) = try hidden(after: batch, isCancelled)
    return scores(of: hidden, batch, sequences)
  }

  /// Reads the next tokens of sequences, up to what the head reads.
  /// - Returns: [all tokens, hiddenSize], and whose rows are whose.
  func hidden(
    after batch: [SequenceInput], _ isCancelled: () -> Bool = { false }
  ) throws(ModelError) -> (Tensor, [SequenceRows]) {
    var sequences: [SequenceRows] = []
    var (rowCount, tokens, bytes, allocated) = (0, 0, 0, 0)
    for input in batch {
      try check(input.ids, after: input.cache.count)
      guard !sequences.contains(where: { $0.cache === input.cache }) else {
        throw ModelError(.invalidToken, "a batch has one cache twice; give every sequence its own.")
      }
      tokens += input.cache.count + input.ids.count
      bytes += input.cache.bytes(adding: input.ids.count)
      allocated += input.cache.allocatedBytes
      sequences.append(
        SequenceRows(
          rows: rowCount..<rowCount + input.ids.count, firstPosition: input.cache.count, cache: input.cache))
      rowCount += input.ids.count
    }
    if bytes > allocated { try Room.checkMemory(bytes, for: "the keys and values of \(tokens) tokens") }
    let embedded = transformer.embed(batch.flatMap(\.ids), sequences: sequences)  // [rowCount, hiddenSize]
    let hidden = try transformer.forward(embedded, sequences: sequences) { _, _ throws(ModelError) in
      if isCancelled() { throw ModelError(.cancelled, "reading was cancelled; nothing was added to the caches.") }
    }
    return (hidden, sequences)
  }

  /// The head over the rows of a batch whose scores are wanted.
  /// - Parameter hidden: [rows, hiddenSize]
  private func scores(of hidden: Tensor, _ batch: [SequenceInput], _ sequences: [SequenceRows]) -> [Tensor?] {
    var wanted: [Int] = []
    var places: [Range<Int>?] = []
    for (input, sequence) in zip(batch, sequences) {
      guard let logits = input.logits else {
        places.append(nil)
        continue
      }
      let rows = logits == .all ? sequence.rows : sequence.rows.suffix(1)
      places.append(wanted.count..<wanted.count + rows.count)
      wanted += rows
    }
    guard !wanted.isEmpty else { return places.map { _ in nil } }
    let rows = wanted.count == hidden.shape.rowCount ? hidden : hidden.gatherRows(wanted)
    let scores = transformer.head.forward(rows)  // [wanted.count, vocabularySize]
    return places.map { $0.map { scores.rows($0) } }
  }

  /// What the model makes of a text before its head, averaged over the tokens and scaled to length one: vectors of
  /// texts that resemble each other point the same way.
  /// - Returns: hiddenSize numbers.
  /// - Throws: `ModelError` when an id lies outside the vocabulary or there are more than the context holds.
  public func embedding(of ids: [Int]) throws(ModelError) -> [Float] {
    try check(ids, after: 0)
    let sequences = [SequenceRows(rows: 0..<ids.count, firstPosition: 0, cache: nil)]
    let hidden = transformer.forward(transformer.embed(ids, sequences: sequences), sequences: sequences)
    var sum = [Double](repeating: 0, count: configuration.hiddenSize)
    hidden.withSpan { span in
      for row in ids.indices {
        for column in sum.indices { sum[column] += Double(span[row * sum.count + column]) }
      }
    }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return sum.map { Float(length > 0 ? $0 / length : 0) }
  }
}
