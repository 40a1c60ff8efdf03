/// Causal attention in one pass over the keys: the softmax is kept up as its maximum grows (Milakov and Gimelshein
/// 2018), so no matrix of queries by keys is ever made.
/// - Parameters:
///   - queries: [rows, headCount * headSize]
///   - segments: The sequences that the rows belong to.
///   - kvHeadCount: Key heads; each serves `headCount / kvHeadCount` neighbouring query heads.
///   - scale: What scores are multiplied by.
///   - sinks: [headCount]: one more score per head, in the softmax's denominator only.
///   - dropout: Leaves out a part of the probabilities, as GPT-1 and GPT-2 were trained.
/// - Returns: [rows, headCount * headSize]
public func attention(
  queries: Tensor, segments: [AttentionSegment], headCount: Int, kvHeadCount: Int, headSize: Int, scale: Float,
  pattern: AttentionPattern, sinks: Tensor?, dropout: Dropout? = nil, tape: Tape? = nil
) -> Tensor {
  let heads = AttentionHeads(
    count: headCount, kvCount: kvHeadCount, size: headSize, scale: scale, pattern: pattern, sinks: sinks,
    dropout: dropout)
  let out = Tensor(uninitialized: queries.shape)
  let logSums = tape == nil ? nil : Tensor(uninitialized: [queries.shape.rowCount, headCount])
  // Probabilities are left out block by block.
  func isShort(_ segment: AttentionSegment) -> Bool {
    dropout == nil && segment.queryRows.count <= fewRows
  }
  ShortAttention(heads: heads, queries: queries, out: out, logSums: logSums).run(segments.filter(isShort))
  // The last queries see the most keys, so their blocks begin first: nobody is left waiting for a long one.
  let blocks = segments.filter { !isShort($0) }.flatMap { segment in
    let tokens = segment.queryRows.count
    return stride(from: 0, to: tokens, by: heads.tokensPerBlock).reversed().map {
      (segment, $0..<min(tokens, $0 + heads.tokensPerBlock))
    }
  }
  ThreadPool.shared.run(blocks.count * kvHeadCount) { index in
    let ((segment, tokens), kvHead) = (blocks[index / kvHeadCount], index % kvHeadCount)
    AttentionBlock(heads: heads, segment: segment, queries: queries, out: out, logSums: logSums)
      .run(kvHead: kvHead, tokens: tokens)
  }
  if let tape, let logSums {
    let gradient = AttentionGradient(heads: heads, segments: segments, queries: queries, out: out, logSums: logSums)
    // What a cache holds has no gradient.
    let operands = segments.flatMap { [$0.keys.tensor, $0.values.tensor] }.compactMap { $0 }
    tape.record([queries] + operands + (sinks.map { [$0] } ?? []), out) { tape, dout in
      gradient.run(dout, tape)
    }
  }
  return out
}
