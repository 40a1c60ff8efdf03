import CTensorKernels
import Foundation

/// A block of queries against one block of keys after another: scores, and sums of values, are small matrix products
/// that stay in the caches (Dao 2023, "FlashAttention-2").
struct AttentionBlock {
  let heads: AttentionHeads
  let segment: AttentionSegment
  let queries, out: Tensor  // [rows, heads.width]
  /// [rows, headCount]: takes the logarithm of each softmax's denominator, for the way back.
  let logSums: Tensor?

  init(heads: AttentionHeads, segment: AttentionSegment, queries: Tensor, out: Tensor, logSums: Tensor?) {
    self.heads = heads
    self.segment = segment
    self.queries = queries
    self.out = out
    self.logSums = logSums
  }

  func run(kvHead: Int, tokens: Range<Int>) {
    let (size, keyBlock) = (heads.size, AttentionHeads.keyBlock)
    let rows = AttentionRows(heads: heads, segment: segment, kvHead: kvHead, tokens: tokens)
    let keyHead = AttentionKeyHead(segment: segment, kvHead: kvHead, size: size)
    // Two tiles of rows at a time: their scores stay in the first-level cache.
    let step = 2 * Kernels.table.tile_rows
    MemoryCache.withFloats([
      rows.count * size, rows.count * size, rows.count, rows.count, step * keyBlock, keyHead.transposedCount,
      keyHead.plainCount, keyHead.decodedCount,
    ]) { memory in
      let (q, sums) = unsafe (memory[0], memory[1])  // [rows.count, size]
      let (maxima, totals) = unsafe (memory[2], memory[3])  // Of the scores so far, and of their exponentials.
      let scores = unsafe memory[4]  // [step, keyBlock]
      unsafe rows.gather(queries, scale: heads.scale, into: q)
      unsafe sums.update(repeating: 0, count: rows.count * size)
      for row in 0..<rows.count {
        unsafe maxima[row] = heads.sinks.map { unsafe $0.floatPointer[rows.head(row)] } ?? -.infinity
        unsafe totals[row] = heads.sinks == nil ? 0 : 1
      }
      for block in rows.keyBlocks {
        let keys = unsafe keyHead.transposed(segment.keys, block, into: memory[5], decoding: memory[7])
        let values = unsafe keyHead.plain(segment.values, block, into: memory[6], decoding: memory[7])
        for first in stride(from: 0, to: rows.count, by: step) {
          let part = first..<min(rows.count, first + step)
          guard let columns = rows.columns(part, of: block) else { continue }
          unsafe keys.multiply(
            .init(start: q + first * size, row: size, depth: 1), rows: part.count, columns: columns, slice: 0..<size,
            into: scores + columns.lowerBound, stride: keyBlock, adds: false)
          for row in part {
            let line = unsafe scores + (row - first) * keyBlock
            let visible = rows.visible(row, columns, of: block)
            unsafe visible.zeroOthers(line)
            if !visible.keys.isEmpty {
              unsafe Kernels.table.softmax_step(
                visible.keys.count, line + visible.keys.lowerBound, size, sums + row * size, maxima + row, totals + row)
            }
            unsafe rows.leaveOut(line, count: columns.upperBound, row: row, block: block)
          }
          unsafe values.multiply(
            .init(start: scores + columns.lowerBound, row: keyBlock, depth: 1), rows: part.count, columns: 0..<size,
            slice: columns, into: sums + first * size, stride: size, adds: true)
        }
      }
      for row in 0..<rows.count {
        unsafe Kernels.table.scale(size, 1 / totals[row], sums + row * size, out.floatPointer + rows.place(row))
        if let logSums {
          unsafe logSums.floatPointer[rows.batchRow(row) * heads.count + rows.head(row)] =
            maxima[row] + log(totals[row])
        }
      }
    }
  }
}
