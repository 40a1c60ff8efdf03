import CTensorKernels
import Foundation

/// Attention of a few tokens to many, as in decoding: nothing is packed, and the keys too are divided among the threads.
/// Each part keeps a softmax of its own, and what the parts have summed up is put together in their order (Dao et al.
/// 2023, "Flash-Decoding").
///
/// A token's result is the same to the bit whatever other tokens are asked together with it, and whatever the threads.
struct ShortAttention {
  let heads: AttentionHeads
  let queries, out: Tensor  // [rows, heads.width]
  /// [rows, headCount]: takes the logarithm of each softmax's denominator, for the way back.
  let logSums: Tensor?

  /// Parts of the keys begin at multiples of this.
  static let partLength = 256
  /// So many keys are computed with at a time, while the next ones are fetched into the first-level cache.
  private static let keyBlock = 64

  init(heads: AttentionHeads, queries: Tensor, out: Tensor, logSums: Tensor?) {
    self.heads = heads
    self.queries = queries
    self.out = out
    self.logSums = logSums
  }

  /// A sequence, the parts of the keys that its tokens see, and where the parts' sums and its results are among all.
  private struct Item {
    let segment: AttentionSegment
    let parts: Range<Int>
    let units: Range<Int>
    let firstRow, firstResult: Int
  }

  /// What one part knows of each row: the largest score, the sum of the exponentials relative to it, and the values
  /// times their exponentials.
  private struct Partial {
    let maxima, totals: UnsafeMutablePointer<Float>  // [all rows of all parts]
    let sums: UnsafeMutablePointer<Float>  // [all rows of all parts, width]
    let width: Int
  }

  /// A thread's own: the queries of a part, its scores, and keys as tiles.
  private struct Scratch {
    let query, scores, tiles: UnsafeMutablePointer<Float>
  }

  func run(_ segments: [AttentionSegment]) {
    var items: [Item] = []
    var (units, rowCount, results) = (0, 0, 0)
    for segment in segments where !segment.queryRows.isEmpty {
      let first = heads.pattern.firstKey(for: segment.firstPosition) / Self.partLength
      let last = (segment.firstPosition + segment.queryRows.count - 1) / Self.partLength
      let parts = first..<last + 1
      items.append(
        Item(
          segment: segment, parts: parts, units: units..<units + parts.count * heads.kvCount, firstRow: rowCount,
          firstResult: results))
      units += parts.count * heads.kvCount
      rowCount += parts.count * heads.count * segment.queryRows.count
      results += parts.count > 1 ? heads.count * segment.queryRows.count : 0
    }
    let all = items
    // Whole blocks of any type.
    let width = ElementType.q8_0.paddedCount(heads.size)
    let most = segments.reduce(0) { max($0, $1.queryRows.count) } * heads.group
    let mostKeys = segments.reduce(0) { max($0, $1.keyCount) }
    MemoryCache.withFloats(rowCount, rowCount, rowCount * width) { [units, rowCount, results] maxima, totals, sums in
      let partial = unsafe Partial(maxima: maxima, totals: totals, sums: sums, width: width)
      // What there is to do around the keys takes as long as so many more.
      let work = most * width * (min(Self.partLength, mostKeys) + 32)
      ThreadPool.shared.run(units, minimum: max(1, 32_768 / max(1, work))) { range in
        let tiles = KeyRows.scratchCount(Self.keyBlock, size: heads.size)
        MemoryCache.withFloats(most * width, most * Self.keyBlock, tiles) { query, scores, tiles in
          let scratch = unsafe Scratch(query: query, scores: scores, tiles: tiles)
          for item in all where item.units.overlaps(range) {
            for unit in item.units.clamped(to: range) {
              let own = unit - item.units.lowerBound
              attend(item, own, partial, scratch)
              // A single part is all there is.
              if item.parts.count == 1 { finish(item, kvHead: own, partial) }
            }
          }
        }
      }
      // Of items of several parts.
      let perResult = max(1, width * rowCount / max(1, results))
      ThreadPool.shared.run(results, minimum: max(1, 65_536 / perResult)) { range in
        for item in all where item.parts.count > 1 {
          let own = item.firstResult..<item.firstResult + heads.count * item.segment.queryRows.count
          for result in own.clamped(to: range) { finish(item, result - item.firstResult, partial) }
        }
      }
    }
  }

  /// One part of the keys, for all query heads that share one key head and all tokens.
  private func attend(_ item: Item, _ unit: Int, _ partial: Partial, _ scratch: Scratch) {
    let (segment, kvHead) = (item.segment, unit % heads.kvCount)
    let rows = AttentionRows(heads: heads, segment: segment, kvHead: kvHead, tokens: 0..<segment.queryRows.count)
    let (count, width, size) = (rows.count, partial.width, heads.size)
    let firstRow = item.firstRow + unit * count
    let (maxima, totals) = unsafe (partial.maxima + firstRow, partial.totals + firstRow)
    let sums = unsafe partial.sums + firstRow * width
    unsafe maxima.update(repeating: -.infinity, count: count)
    unsafe totals.update(repeating: 0, count: count)
    unsafe sums.update(repeating: 0, count: count * width)
    let query = unsafe scratch.query
    unsafe rows.gather(queries, scale: heads.scale, into: query, stride: width)

    let part = (item.parts.lowerBound + unit / heads.kvCount) * Self.partLength
    let seen = rows.visible(tokens: rows.tokens)
    let (keys, values) = (segment.keys, segment.values)
    let (scores, score) = unsafe (scratch.scores, Self.keyBlock)
    var piece = ctk_attention()
    (piece.vector_row, piece.score_row) = (width, score)
    /// Adds the values of some positions to some rows' sums.
    func add(_ positions: Range<Int>, _ some: Range<Int>, _ block: Range<Int>) {
      guard !positions.isEmpty else { return }
      values.describeValues(positions, of: kvHead, size: size, in: &piece)
      piece.row_count = some.count
      unsafe piece.vectors = sums + some.lowerBound * width
      unsafe piece.scores = scores + some.lowerBound * score + positions.lowerBound - block.lowerBound
      unsafe Kernels.table.value_sums(&piece)
      piece.next_bytes = 0
    }
    // Whole blocks of keys, also where the first or the last of them are not seen.
    for begin in stride(from: part, to: min(part + Self.partLength, seen.all.upperBound), by: Self.keyBlock) {
      let block = begin..<min(seen.all.upperBound, begin + Self.keyBlock)
      guard block.overlaps(seen.all) else { continue }
      unsafe keys.describeKeys(block, of: kvHead, size: size, scratch: scratch.tiles, in: &piece)
      piece.row_count = count
      unsafe (piece.vectors, piece.scores) = (query, scores)
      if values.tensor == nil {
        unsafe piece.next = values.tile(of: kvHead, at: begin)
        piece.next_bytes = values.byteCount(block.count)
      }
      unsafe Kernels.table.key_scores(&piece)
      for row in 0..<count {
        let own = rows.visible(tokens: row / heads.group..<row / heads.group + 1).all.clamped(to: block)
        guard !own.isEmpty else { continue }
        unsafe Kernels.table.softmax_step(
          own.count, scores + row * score + own.lowerBound - begin, size, sums + row * width, maxima + row,
          totals + row)
      }
      piece.next_bytes = 0
      if keys.tensor == nil {
        // The next block follows this one in memory, and the next head's first block this head's last.
        unsafe piece.next = keys.tile(of: kvHead, at: begin) + keys.byteCount(block.count)
        piece.next_bytes = keys.byteCount(block.count)
      }
      // What all tokens see is added for all at once; where their views begin and end, for each by itself, so that none
      // meets a value that it does not see.
      let shared = seen.shared.clamped(to: block)
      for token in rows.tokens where shared.count < block.count {
        let own = rows.visible(tokens: token..<token + 1).all.clamped(to: block)
        add(own.lowerBound..<(shared.isEmpty ? own.upperBound : shared.lowerBound), rows.rows(of: token), block)
      }
      add(shared, 0..<count, block)
      for token in rows.tokens where !shared.isEmpty && shared.count < block.count {
        let own = rows.visible(tokens: token..<token + 1).all.clamped(to: block)
        add(shared.upperBound..<own.upperBound, rows.rows(of: token), block)
      }
    }
  }

  /// Puts together what there is of the query heads that share one key head.
  private func finish(_ item: Item, kvHead: Int, _ partial: Partial) {
    for token in 0..<item.segment.queryRows.count {
      for head in kvHead * heads.group..<(kvHead + 1) * heads.group {
        finish(item, token * heads.count + head, partial)
      }
    }
  }

  /// Puts the parts of one token's head together.
  /// - Parameter row: Which: token · headCount + head.
  private func finish(_ item: Item, _ row: Int, _ partial: Partial) {
    let (token, head) = (row / heads.count, row % heads.count)
    let tokens = item.segment.queryRows.count
    let perPart = heads.count * tokens
    let first = item.firstRow + head / heads.group * heads.group * tokens + token * heads.group + head % heads.group
    let rows = stride(from: first, to: first + item.parts.count * perPart, by: perPart)
    // A part of which the token sees nothing has no say.
    func hasSay(_ row: Int) -> Bool { unsafe partial.totals[row] > 0 || partial.totals[row].isNaN }
    let sink = heads.sinks.map { unsafe $0.floatPointer[head] }
    var maximum = sink ?? -.infinity
    for row in rows where hasSay(row) { maximum = unsafe max(maximum, partial.maxima[row]) }
    var total: Float = sink.map { exp($0 - maximum) } ?? 0
    for row in rows where hasSay(row) { total += unsafe exp(partial.maxima[row] - maximum) * partial.totals[row] }
    let place = item.segment.queryRows.lowerBound + token
    let target = unsafe out.floatPointer + place * heads.width + head * heads.size
    unsafe target.update(repeating: 0, count: heads.size)
    for row in rows where hasSay(row) {
      let weight = unsafe exp(partial.maxima[row] - maximum) / total
      unsafe Kernels.table.axpy(heads.size, weight, partial.sums + row * partial.width, Int32(CTK_F32), target)
    }
    if let logSums { unsafe logSums.floatPointer[place * heads.count + head] = maximum + log(total) }
  }
}
