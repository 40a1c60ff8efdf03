import CTensorKernels

/// Some queries of a segment for the heads that share one key head, token after token: row `r` asks for token
/// `r / group`. All of them meet the same packed keys.
struct AttentionRows {
  let heads: AttentionHeads
  let segment: AttentionSegment
  let kvHead: Int
  /// Among the segment's queries.
  let tokens: Range<Int>

  var count: Int { tokens.count * heads.group }
  func head(_ row: Int) -> Int { kvHead * heads.group + row % heads.group }
  func position(_ row: Int) -> Int { segment.firstPosition + tokens.lowerBound + row / heads.group }
  /// The row of the whole batch.
  func batchRow(_ row: Int) -> Int { segment.queryRows.lowerBound + tokens.lowerBound + row / heads.group }
  /// Where the row's numbers begin in [batch rows, heads.width].
  func place(_ row: Int) -> Int { batchRow(row) * heads.width + head(row) * heads.size }

  /// The rows of one token.
  func rows(of token: Int) -> Range<Int> {
    let first = (token - tokens.lowerBound) * heads.group
    return first..<first + heads.group
  }

  /// The keys that any of some tokens attends to, and those that all of them do. Tokens see neighbouring keys.
  func visible(tokens: Range<Int>) -> (all: Range<Int>, shared: Range<Int>) {
    let (first, last) = (segment.firstPosition + tokens.lowerBound, segment.firstPosition + tokens.upperBound - 1)
    let (lower, upper) = (heads.pattern.firstKey(for: first), heads.pattern.firstKey(for: last))
    return (lower..<last + 1, min(upper, first + 1)..<first + 1)
  }

  /// Copies the rows of a tensor [batch rows, heads.width] to [count, stride], times a factor; zeros after each.
  func gather(_ source: Tensor, scale: Float, into target: UnsafeMutablePointer<Float>, stride: Int) {
    guard stride > heads.size else { return unsafe gather(source, scale: scale, into: target) }
    for row in 0..<count {
      let line = unsafe target + row * stride
      unsafe Kernels.table.scale(heads.size, scale, source.floatPointer + place(row), line)
      unsafe (line + heads.size).update(repeating: 0, count: stride - heads.size)
    }
  }

  /// Copies the rows of a tensor [batch rows, heads.width] to [count, heads.size], times a factor.
  func gather(_ source: Tensor, scale: Float, into target: UnsafeMutablePointer<Float>) {
    let run = heads.group * heads.size  // The heads of one token lie side by side.
    for token in tokens.indices {
      let offset = place((token - tokens.lowerBound) * heads.group)
      unsafe Kernels.table.scale(run, scale, source.floatPointer + offset, target + (token - tokens.lowerBound) * run)
    }
  }

  /// The way back: writes or adds [count, heads.size], times a factor, to the rows of a tensor.
  func scatter(_ source: UnsafeMutablePointer<Float>, scale: Float, into target: Tensor, adds: Bool) {
    let run = heads.group * heads.size
    for token in tokens.indices {
      let part = unsafe source + (token - tokens.lowerBound) * run
      let place = unsafe target.floatPointer + self.place((token - tokens.lowerBound) * heads.group)
      if adds {
        unsafe Kernels.table.axpy(run, scale, part, Int32(CTK_F32), place)
      } else {
        unsafe Kernels.table.scale(run, scale, part, place)
      }
    }
  }

  /// The blocks of keys that any of the rows attends to.
  var keyBlocks: [Range<Int>] {
    let end = position(count - 1) + 1
    let first = heads.pattern.firstKey(for: position(0)) / AttentionHeads.keyBlock * AttentionHeads.keyBlock
    return stride(from: first, to: end, by: AttentionHeads.keyBlock).map {
      $0..<min(end, $0 + AttentionHeads.keyBlock)
    }
  }

  /// The columns of a block of keys that any row of `part` attends to, beginning at a strip; nil if there are none.
  func columns(_ part: Range<Int>, of block: Range<Int>) -> Range<Int>? {
    let upper = min(block.upperBound, position(part.upperBound - 1) + 1)
    let lower = max(block.lowerBound, heads.pattern.firstKey(for: position(part.lowerBound)))
    guard lower < upper else { return nil }
    let width = Kernels.table.tile_columns
    return (lower - block.lowerBound) / width * width..<upper - block.lowerBound
  }

  /// The columns that one row attends to, among those that were computed for it and its neighbours.
  struct Visible {
    let keys, columns: Range<Int>

    /// Writes zeros over the columns that the row does not attend to.
    func zeroOthers(_ line: UnsafeMutablePointer<Float>) {
      unsafe (line + columns.lowerBound).update(repeating: 0, count: keys.lowerBound - columns.lowerBound)
      unsafe (line + keys.upperBound).update(repeating: 0, count: columns.upperBound - keys.upperBound)
    }
  }

  func visible(_ row: Int, _ columns: Range<Int>, of block: Range<Int>) -> Visible {
    let position = position(row)
    let upper = min(columns.upperBound, max(columns.lowerBound, position + 1 - block.lowerBound))
    let lower = max(columns.lowerBound, heads.pattern.firstKey(for: position) - block.lowerBound)
    return Visible(keys: min(lower, upper)..<upper, columns: columns)
  }

  /// Leaves out some of one row's probabilities of a block of keys; the same ones whoever asks.
  func leaveOut(_ probabilities: UnsafeMutablePointer<Float>, count: Int, row: Int, block: Range<Int>) {
    guard let dropout = heads.dropout else { return }
    let number = (batchRow(row) * heads.count + head(row)) << 20 + block.lowerBound / AttentionHeads.keyBlock
    unsafe dropout.apply(row: number, count, probabilities, probabilities)
  }
}

/// The keys and values of one head, packed block by block.
struct AttentionKeyHead {
  let segment: AttentionSegment
  let kvHead, size: Int

  /// Room for a block of keys, packed either way, and for its numbers in float32 before that.
  var transposedCount: Int { PackedMatrix.elementCount(columns: AttentionHeads.keyBlock, depth: size) }
  var plainCount: Int { PackedMatrix.elementCount(columns: size, depth: AttentionHeads.keyBlock) }
  var decodedCount: Int {
    AttentionHeads.keyBlock
      * max(segment.keys.elementType.paddedCount(size), segment.values.elementType.paddedCount(size))
  }

  /// A block's rows as columns: [size, block.count].
  func transposed(
    _ rows: KeyRows, _ block: Range<Int>, into memory: UnsafeMutablePointer<Float>,
    decoding scratch: UnsafeMutablePointer<Float>? = nil
  ) -> PackedMatrix {
    // A tile has whole blocks of numbers; what is beyond the head's size meets nothing.
    let packed = unsafe PackedMatrix(memory, depth: size)
    unsafe rows.packColumns(of: kvHead, size: size, block, into: packed, scratch)
    return packed
  }

  /// A block's rows as they are: [block.count, size].
  func plain(
    _ rows: KeyRows, _ block: Range<Int>, into memory: UnsafeMutablePointer<Float>,
    decoding scratch: UnsafeMutablePointer<Float>? = nil
  ) -> PackedMatrix {
    let packed = unsafe PackedMatrix(memory, depth: block.count)
    let (source, stride) = unsafe rows.rows(of: kvHead, size: size, block, scratch)
    unsafe packed.pack(source, stride: stride, columns: size)
    return packed
  }
}
