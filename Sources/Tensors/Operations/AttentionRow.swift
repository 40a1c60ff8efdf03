import CTensorKernels
import Foundation

/// One token's attention, as in decoding: every key is read once, where it lies, and nothing is packed.
struct AttentionRow {
  let heads: AttentionHeads
  let segment: AttentionSegment
  let queries, out: Tensor  // [rows, heads.width]
  /// [rows, headCount]: takes the logarithm of each softmax's denominator, for the way back.
  let logSums: Tensor?

  private static let keyBlock = 64

  /// All query heads that share one key head.
  func run(kvHead: Int, token: Int) {
    let (table, size, group) = (Kernels.table, heads.size, heads.group)
    let code = segment.keys.elementType.plainCode ?? Int32(CTK_F32)
    let rowBytes = segment.keys.bytesPerRow
    let headBytes = kvHead * size * segment.keys.elementType.bytesPerBlock
    let (keys, values) = unsafe (segment.keys.pointer + headBytes, segment.values.pointer + headBytes)
    let row = segment.queryRows.lowerBound + token
    let position = segment.firstPosition + token
    MemoryCache.withFloats(Self.keyBlock + 2 * group) { scores in
      // Per head: the largest score so far and the sum of exponentials relative to it.
      let (maxima, sums) = unsafe (scores + Self.keyBlock, scores + Self.keyBlock + group)
      for index in 0..<group {
        let head = kvHead * group + index
        unsafe maxima[index] = heads.sinks.map { unsafe $0.floatPointer[head] } ?? -.infinity
        unsafe sums[index] = heads.sinks == nil ? 0 : 1
        unsafe (out.floatPointer + row * heads.width + head * size).initialize(repeating: 0, count: size)
      }
      var first = heads.pattern.firstKey(for: position)
      while first <= position {
        let count = min(Self.keyBlock, position + 1 - first)
        for index in 0..<group {
          let place = row * heads.width + (kvHead * group + index) * size
          let (q, o) = unsafe (queries.floatPointer + place, out.floatPointer + place)
          for key in 0..<count {
            unsafe scores[key] = heads.scale * table.dot(size, q, keys + (first + key) * rowBytes, code)
          }
          unsafe StreamingSoftmax.take(
            scores, count: count, sums: o, size: size, maximum: &maxima[index], total: &sums[index])
          for key in 0..<count {
            unsafe table.axpy(size, scores[key], values + (first + key) * rowBytes, code, o)
          }
        }
        first += count
      }
      for index in 0..<group {
        let head = kvHead * group + index
        let o = unsafe out.floatPointer + row * heads.width + head * size
        unsafe table.scale(size, 1 / sums[index], o, o)
        if let logSums {
          unsafe logSums.floatPointer[row * heads.count + head] = maxima[index] + log(sums[index])
        }
      }
    }
  }
}
