import CTensorKernels
import Foundation

/// The way back through attention: probabilities are computed once more from the denominators that the forward pass
/// kept, so that no matrix of queries by keys is ever made (Dao et al. 2022, "FlashAttention").
struct AttentionGradient {
  let queries, out: Tensor  // [rows, headCount * headSize]
  let logSums: Tensor  // [rows, headCount]
  let segments: [AttentionSegment]
  let headCount, kvHeadCount, headSize: Int
  let scale: Float
  let pattern: AttentionPattern
  let sinks: Tensor?

  func run(_ dout: Tensor, _ tape: Tape) {
    let dqueries = tape.sum(at: queries.place)
    let dkeys = segments.map { tape.sum(at: $0.keys.place) }
    let dvalues = segments.map { tape.sum(at: $0.values.place) }
    let sinkSums = Tensor(zeros: [segments.count, headCount])
    // A key head and the query heads that it serves belong to one thread: nobody else writes their gradients.
    ThreadPool.shared.run(segments.count * kvHeadCount) { index in
      let segment = index / kvHeadCount
      HeadPass(
        whole: self, segment: segments[segment], dout: dout, dqueries: dqueries, dkeys: dkeys[segment],
        dvalues: dvalues[segment], sinkSums: sinkSums[segment]
      ).run(kvHead: index % kvHeadCount)
    }
    if let sinks { tape.accumulate(into: sinks.place) { addColumnSums(sinkSums, to: $0, adds: $1) } }
  }

  private struct HeadPass {
    let whole: AttentionGradient
    let segment: AttentionSegment
    let dout: Tensor
    let dqueries, dkeys, dvalues: Tensor?
    let sinkSums: Tensor  // [headCount]
    let table = Kernels.table

    func run(kvHead: Int) {
      let (size, group, f32) = (whole.headSize, whole.headCount / whole.kvHeadCount, Int32(CTK_F32))
      let (width, keyWidth) = (whole.headCount * size, segment.keys.shape.columnCount)
      let probabilities = unsafe UnsafeMutablePointer<Float>.allocateAligned(segment.keyCount)
      defer { unsafe probabilities.deallocate() }
      for (query, row) in segment.queryRows.enumerated() {
        let position = segment.firstPosition + query
        let firstKey = whole.pattern.firstKey(for: position)
        let count = position + 1 - firstKey
        for head in kvHead * group..<(kvHead + 1) * group {
          let place = row * width + head * size
          let (q, d) = unsafe (whole.queries.floatPointer + place, dout.floatPointer + place)
          let logSum = unsafe whole.logSums.floatPointer[row * whole.headCount + head]
          // Σ over keys of probability times its gradient: what every score loses to the others.
          let shared = unsafe table.dot(size, d, whole.out.floatPointer + place, f32)
          if let sinks = whole.sinks {
            unsafe sinkSums.floatPointer[head] -= exp(sinks.floatPointer[head] - logSum) * shared
          }
          for index in 0..<count {
            let k = unsafe segment.keys.floatPointer + (firstKey + index) * keyWidth + kvHead * size
            unsafe probabilities[index] = whole.scale * table.dot(size, q, k, f32)
          }
          _ = unsafe table.exp_sum(count, probabilities, logSum, probabilities)
          for index in 0..<count {
            let offset = (firstKey + index) * keyWidth + kvHead * size
            let p = unsafe probabilities[index]
            if let dvalues { unsafe table.axpy(size, p, d, f32, dvalues.floatPointer + offset) }
            let v = unsafe segment.values.floatPointer + offset
            let dscore = unsafe p * (table.dot(size, d, v, f32) - shared) * whole.scale
            if let dqueries {
              unsafe table.axpy(size, dscore, segment.keys.floatPointer + offset, f32, dqueries.floatPointer + place)
            }
            if let dkeys { unsafe table.axpy(size, dscore, q, f32, dkeys.floatPointer + offset) }
          }
        }
      }
    }
  }
}
