import CTensorKernels
import Foundation

/// Which earlier tokens a token attends to; never later ones.
public enum AttentionPattern: Sendable, Hashable {
  /// All of them.
  case full
  /// The nearest `window`, itself included: `query - window < key`.
  case banded(window: Int)
  /// Those in the same chunk: `query / size == key / size`.
  case chunked(size: Int)

  /// The first key that a query at `position` attends to.
  func firstKey(for position: Int) -> Int {
    switch self {
    case .full: 0
    case .banded(let window): max(0, position - window + 1)
    case .chunked(let size): position / size * size
    }
  }
}

/// One sequence of a batch: its queries, and all keys and values up to its last token.
public struct AttentionSegment: Sendable {
  let queryRows: Range<Int>
  let keys, values: Tensor
  let keyCount: Int
  let firstPosition: Int

  /// - Parameters:
  ///   - queryRows: The rows of the queries that belong to the sequence.
  ///   - keys: [at least keyCount, kvHeadCount * headSize], float32, float16 or bfloat16
  ///   - values: as keys
  ///   - keyCount: How many of them there are; key `j` stands at position `j`.
  ///   - firstPosition: Where the first query stands.
  public init(queryRows: Range<Int>, keys: Tensor, values: Tensor, keyCount: Int, firstPosition: Int) {
    precondition(firstPosition + queryRows.count <= keyCount && keyCount <= keys.shape[0] && keyCount <= values.shape[0])
    self.queryRows = queryRows
    self.keys = keys
    self.values = values
    self.keyCount = keyCount
    self.firstPosition = firstPosition
  }
}

/// Causal attention in one pass over the keys: the softmax is kept up as its maximum grows (Milakov and Gimelshein
/// 2018), so no matrix of queries by keys is ever made.
/// - Parameters:
///   - queries: [rows, headCount * headSize]
///   - segments: The sequences that the rows belong to.
///   - kvHeadCount: Key heads; each serves `headCount / kvHeadCount` neighbouring query heads.
///   - scale: What scores are multiplied by.
///   - sinks: [headCount]: one more score per head, in the softmax's denominator only.
/// - Returns: [rows, headCount * headSize]
public func attention(
  queries: Tensor, segments: [AttentionSegment], headCount: Int, kvHeadCount: Int, headSize: Int, scale: Float,
  pattern: AttentionPattern, sinks: Tensor?, tape: Tape? = nil
) -> Tensor {
  let out = Tensor(uninitialized: queries.shape)
  let logSums = tape == nil ? nil : Tensor(uninitialized: [queries.shape.rowCount, headCount])
  for segment in segments {
    // A block of queries meets each block of keys while that is in the cache.
    let queryBlock = 16
    let blocks = (segment.queryRows.count + queryBlock - 1) / queryBlock
    let pass = AttentionPass(
      queries: queries, out: out, segment: segment, headCount: headCount, group: headCount / kvHeadCount,
      headSize: headSize, scale: scale, pattern: pattern, sinks: sinks, logSums: logSums)
    ThreadPool.shared.run(blocks * kvHeadCount) { index in
      let (block, kvHead) = (index / kvHeadCount, index % kvHeadCount)
      let first = block * queryBlock
      pass.run(kvHead: kvHead, queries: first..<min(first + queryBlock, segment.queryRows.count))
    }
  }
  if let tape, let logSums {
    let gradient = AttentionGradient(
      queries: queries, out: out, logSums: logSums, segments: segments, headCount: headCount, kvHeadCount: kvHeadCount,
      headSize: headSize, scale: scale, pattern: pattern, sinks: sinks)
    tape.record([queries] + segments.flatMap { [$0.keys, $0.values] } + (sinks.map { [$0] } ?? []), out) { tape, dout in
      gradient.run(dout, tape)
    }
  }
  return out
}

private struct AttentionPass {
  let queries, out: Tensor
  let segment: AttentionSegment
  let headCount, group, headSize: Int
  let scale: Float
  let pattern: AttentionPattern
  let sinks: Tensor?
  /// [rows, headCount]: takes the logarithm of each softmax's denominator, for the way back.
  let logSums: Tensor?
  let table = Kernels.table

  static let keyBlock = 64

  /// All query heads that share one key head, for some queries of the segment.
  func run(kvHead: Int, queries range: Range<Int>) {
    let rows = range.count * group
    let (width, keyWidth) = (headCount * headSize, segment.keys.shape.columnCount)
    let scores = unsafe UnsafeMutablePointer<Float>.allocateAligned(Self.keyBlock)
    // Per row: the largest score so far and the sum of exponentials relative to it.
    let maxima = UnsafeMutablePointer<Float>.allocate(capacity: rows)
    let sums = UnsafeMutablePointer<Float>.allocate(capacity: rows)
    defer {
      unsafe scores.deallocate()
      unsafe maxima.deallocate()
      unsafe sums.deallocate()
    }
    let code = segment.keys.elementType.plainCode ?? Int32(CTK_F32)
    let bytes = segment.keys.elementType.bytesPerBlock
    let (keys, values) = unsafe (segment.keys.pointer, segment.values.pointer)
    for row in 0..<rows {
      let head = kvHead * group + row % group
      unsafe maxima[row] = sinks.map { unsafe $0.floatPointer[head] } ?? -.infinity
      sums[row] = sinks == nil ? 0 : 1
      unsafe output(row, range, kvHead, width).initialize(repeating: 0, count: headSize)
    }
    let lastPosition = segment.firstPosition + range.upperBound - 1
    var blockStart = pattern.firstKey(for: segment.firstPosition + range.lowerBound)
    while blockStart <= lastPosition {
      let blockEnd = min(blockStart + Self.keyBlock, lastPosition + 1)
      for row in 0..<rows {
        let position = segment.firstPosition + range.lowerBound + row / group
        let lower = max(blockStart, pattern.firstKey(for: position))
        let upper = min(blockEnd, position + 1)
        guard lower < upper else { continue }
        let head = kvHead * group + row % group
        let q = unsafe queries.floatPointer + (segment.queryRows.lowerBound + range.lowerBound + row / group) * width + head * headSize
        for key in lower..<upper {
          let k = unsafe keys + (key * keyWidth + kvHead * headSize) * bytes
          unsafe scores[key - lower] = scale * table.dot(headSize, q, k, code)
        }
        let o = unsafe output(row, range, kvHead, width)
        let largest = unsafe max(maxima[row], table.maximum(upper - lower, scores))
        if unsafe largest > maxima[row], unsafe sums[row] > 0 {
          let shrink = unsafe exponential(maxima[row] - largest)
          unsafe sums[row] *= shrink
          unsafe table.scale(headSize, shrink, o, o)
        }
        unsafe maxima[row] = largest
        unsafe sums[row] += table.exp_sum(upper - lower, scores, largest, scores)
        for key in lower..<upper {
          let v = unsafe values + (key * keyWidth + kvHead * headSize) * bytes
          unsafe table.axpy(headSize, scores[key - lower], v, code, o)
        }
      }
      blockStart = blockEnd
    }
    for row in 0..<rows {
      let o = unsafe output(row, range, kvHead, width)
      unsafe table.scale(headSize, 1 / sums[row], o, o)
      if let logSums {
        let token = segment.queryRows.lowerBound + range.lowerBound + row / group
        unsafe logSums.floatPointer[token * headCount + kvHead * group + row % group] = maxima[row] + log(sums[row])
      }
    }
  }

  private func output(_ row: Int, _ range: Range<Int>, _ kvHead: Int, _ width: Int) -> UnsafeMutablePointer<Float> {
    let token = segment.queryRows.lowerBound + range.lowerBound + row / group
    return unsafe out.floatPointer + token * width + (kvHead * group + row % group) * headSize
  }

  private func exponential(_ x: Float) -> Float {
    var (input, output) = (x, Float(0))
    _ = unsafe table.exp_sum(1, &input, 0, &output)
    return output
  }
}
