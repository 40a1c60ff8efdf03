import CTensorKernels

/// The gradients of some keys and values of one head, and what these keys give to the gradients of the queries.
struct AttentionKeyGradient {
  let whole: AttentionGradient
  let segment: AttentionSegment
  let kvHead: Int
  let dout: Tensor  // [rows, heads.width]
  let losses: Tensor  // [rows, headCount]
  let dkeys, dvalues: Tensor?  // as the segment's keys; added to
  let dqueries: Tensor?  // [rows, heads.width]
  let adds: Bool  // to the gradients of the queries

  init(
    whole: AttentionGradient, segment: AttentionSegment, kvHead: Int, dout: Tensor, losses: Tensor, dkeys: Tensor?,
    dvalues: Tensor?, dqueries: Tensor?, adds: Bool
  ) {
    self.whole = whole
    self.segment = segment
    self.kvHead = kvHead
    self.dout = dout
    self.losses = losses
    self.dkeys = dkeys
    self.dvalues = dvalues
    self.dqueries = dqueries
    self.adds = adds
  }

  /// Borrowed memory, by what it holds.
  private struct Memory {
    let keys, keyColumns, valueColumns: UnsafeMutablePointer<Float>  // packed
    let queries, packedQueries, dout, packedDout: UnsafeMutablePointer<Float>  // [step, size] of some queries
    let scores, dscores: UnsafeMutablePointer<Float>  // [step, keyBlock]
    let dkeys, dvalues: UnsafeMutablePointer<Float>  // [keyBlock, size]
    let dqueries: UnsafeMutablePointer<Float>  // [all queries, size]
  }

  private var heads: AttentionHeads { whole.heads }

  func run(_ blocks: ArraySlice<Range<Int>>) {
    let (size, keyBlock) = (heads.size, AttentionHeads.keyBlock)
    let all = AttentionRows(heads: heads, segment: segment, kvHead: kvHead, tokens: 0..<segment.queryRows.count)
    let keyHead = AttentionKeyHead(segment: segment, kvHead: kvHead, size: size)
    // A few tiles of rows at a time: their scores stay in the caches beside the block of keys.
    let tokens = max(1, 4 * Kernels.table.tile_rows / heads.group)
    let step = tokens * heads.group
    let packed = PackedMatrix.elementCount(columns: size, depth: step)
    MemoryCache.withFloats([
      keyHead.plainCount, keyHead.transposedCount, keyHead.transposedCount, step * size, packed, step * size, packed,
      step * keyBlock, step * keyBlock, keyBlock * size, keyBlock * size, all.count * size,
    ]) { pieces in
      let memory = unsafe Memory(
        keys: pieces[0], keyColumns: pieces[1], valueColumns: pieces[2], queries: pieces[3], packedQueries: pieces[4],
        dout: pieces[5], packedDout: pieces[6], scores: pieces[7], dscores: pieces[8], dkeys: pieces[9],
        dvalues: pieces[10], dqueries: pieces[11])
      unsafe memory.dqueries.update(repeating: 0, count: all.count * size)
      for block in blocks {
        let keys = unsafe keyHead.plain(segment.keys, block, into: memory.keys)
        let keyColumns = unsafe keyHead.transposed(segment.keys, block, into: memory.keyColumns)
        let values = unsafe keyHead.transposed(segment.values, block, into: memory.valueColumns)
        unsafe memory.dkeys.update(repeating: 0, count: keyBlock * size)
        unsafe memory.dvalues.update(repeating: 0, count: keyBlock * size)
        for first in stride(from: 0, to: all.tokens.count, by: tokens) {
          let rows = AttentionRows(
            heads: heads, segment: segment, kvHead: kvHead, tokens: first..<min(all.tokens.count, first + tokens))
          guard let columns = rows.columns(0..<rows.count, of: block) else { continue }
          meet(rows, columns, of: block, keys, keyColumns, values, memory)
        }
        unsafe add(memory.dkeys, block, to: dkeys)
        unsafe add(memory.dvalues, block, to: dvalues)
      }
      if let dqueries { unsafe all.scatter(memory.dqueries, scale: heads.scale, into: dqueries, adds: adds) }
    }
  }

  /// Some queries meet one block of keys.
  private func meet(
    _ rows: AttentionRows, _ columns: Range<Int>, of block: Range<Int>, _ keys: PackedMatrix,
    _ keyColumns: PackedMatrix, _ valueColumns: PackedMatrix, _ memory: Memory
  ) {
    let (size, keyBlock, count) = (heads.size, AttentionHeads.keyBlock, rows.count)
    unsafe rows.gather(whole.queries, scale: heads.scale, into: memory.queries)
    unsafe rows.gather(dout, scale: 1, into: memory.dout)
    let (scores, dscores) = unsafe (memory.scores + columns.lowerBound, memory.dscores + columns.lowerBound)
    unsafe keyColumns.multiply(
      .init(start: memory.queries, row: size, depth: 1), rows: count, columns: columns, slice: 0..<size, into: scores,
      stride: keyBlock, adds: false)
    unsafe valueColumns.multiply(
      .init(start: memory.dout, row: size, depth: 1), rows: count, columns: columns, slice: 0..<size, into: dscores,
      stride: keyBlock, adds: false)
    for row in 0..<count {
      let (line, dline) = unsafe (memory.scores + row * keyBlock, memory.dscores + row * keyBlock)
      let visible = rows.visible(row, columns, of: block)
      let index = rows.batchRow(row) * heads.count + rows.head(row)
      unsafe visible.zeroOthers(line)
      let start = unsafe line + visible.keys.lowerBound
      _ = unsafe Kernels.table.exp_sum(visible.keys.count, start, whole.logSums.floatPointer[index], start)
      unsafe rows.leaveOut(dline, count: columns.upperBound, row: row, block: block)
      unsafe Kernels.table.softmax_gradient(
        columns.count, line + columns.lowerBound, dline + columns.lowerBound, losses.floatPointer[index],
        dline + columns.lowerBound)
      unsafe rows.leaveOut(line, count: columns.upperBound, row: row, block: block)
    }
    unsafe keys.multiply(
      .init(start: dscores, row: keyBlock, depth: 1), rows: count, columns: 0..<size, slice: columns,
      into: memory.dqueries + rows.tokens.lowerBound * heads.group * size, stride: size, adds: true)
    let offset = columns.lowerBound * size
    if dkeys != nil {
      let queries = unsafe PackedMatrix(memory.packedQueries, depth: count)
      unsafe queries.pack(memory.queries, stride: size, columns: size)
      unsafe queries.multiply(
        .init(start: dscores, row: 1, depth: keyBlock), rows: columns.count, columns: 0..<size, slice: 0..<count,
        into: memory.dkeys + offset, stride: size, adds: true)
    }
    if dvalues != nil {
      let dout = unsafe PackedMatrix(memory.packedDout, depth: count)
      unsafe dout.pack(memory.dout, stride: size, columns: size)
      unsafe dout.multiply(
        .init(start: scores, row: 1, depth: keyBlock), rows: columns.count, columns: 0..<size, slice: 0..<count,
        into: memory.dvalues + offset, stride: size, adds: true)
    }
  }

  /// Adds [block.count, size] to the head's columns of some rows.
  private func add(_ source: UnsafeMutablePointer<Float>, _ block: Range<Int>, to target: Tensor?) {
    guard let target else { return }
    for (index, row) in block.enumerated() {
      let place = unsafe target.floatPointer + row * target.shape.columnCount + kvHead * heads.size
      unsafe Kernels.table.add(heads.size, place, source + index * heads.size, place)
    }
  }
}
