import CTensorKernels

/// Rows of x against weights of which each is read once, and met by every row of x: up to `fewRows` of them, or any
/// number where a weight has an interleaved copy.
///
/// Packed weights meet x as signed bytes, in dot products of whole numbers; plain ones meet it in float32. Either way a
/// row of x gets the same bits whatever stands beside it.
struct StreamedProduct {
  struct Part {
    let linear: Linear
    let interleaved: Storage?
    let out: Tensor  // [rows, output]

    /// Rows that a kernel takes together.
    var group: Int { interleaved == nil ? 1 : Int(CTK_INTERLEAVED) }
    /// Places that it reads at once.
    var streams: Int {
      if interleaved != nil { return Int(CTK_INTERLEAVED_STREAMS) }
      return Int(linear.weight.elementType.isBlocked ? CTK_BLOCK_STREAMS : CTK_STREAMS)
    }
  }

  /// Some rows of one weight, a task: as many from each of several places.
  private struct Piece {
    let part: Int
    let first, streams, apart, rows: Int
    /// What the streams of a thread's share leave over; empty but in the share's last piece.
    let rest: Range<Int>
  }

  private let x: Tensor  // [rows, input]
  private let parts: [Part]
  private let table = Kernels.table

  init(_ x: Tensor, _ parts: [Part]) {
    self.x = x
    self.parts = parts
  }

  func run() {
    let total = parts.reduce(0) { $0 + $1.linear.weight.byteCount }
    let shares = max(1, min(ThreadPool.shared.threadCount, total / Self.smallestPiece))
    // Mostly one: types of 256 and of 32 meet in one product where a row is no whole number of 256.
    let orders = Set(parts.compactMap(byteOrder))
    let bytes = Dictionary(uniqueKeysWithValues: orders.map { ($0, ByteRows(x, order: $0)) })
    let all = (0..<shares).flatMap { pieces(share: $0, of: shares, total) }
    if shares == 1 { return all.forEach { multiply($0, bytes) } }
    ThreadPool.shared.run(all.count) { multiply(all[$0], bytes) }
  }

  /// The order that a weight's kernel wants x in; nil for plain types and where the table has no such kernel.
  private func byteOrder(_ part: Part) -> Int32? {
    let type = part.linear.weight.elementType
    guard type.isBlocked, unsafe table.block_dots != nil, let code = type.ggufCode else { return nil }
    if part.interleaved != nil { return ctk_interleaved_order(code) }
    let order = ctk_byte_order(code)
    return order == Int32(CTK_BYTES_NONE) ? nil : order
  }

  /// What one thread begins with: of every weight a share that it reads from several places, each from front to back
  /// and piece by piece, so that the processor always knows what comes next. Pieces are so small that no thread waits
  /// long for another's last one, and shares have equally many.
  private func pieces(share: Int, of shares: Int, _ total: Int) -> [Piece] {
    let pieceBytes = min(max(Self.smallestPiece, total / (shares * Self.piecesPerShare)), Self.largestPiece)
    return parts.indices.flatMap { index -> [Piece] in
      let (part, weight) = (parts[index], parts[index].linear.weight)
      let (rows, groups) = (weight.shape.rowCount, weight.shape.rowCount / part.group)
      let (first, last) = (groups * share / shares * part.group, groups * (share + 1) / shares * part.group)
      let end = share == shares - 1 ? rows : last
      // Several rows of x make enough to compute of each weight that memory keeps up with one stream.
      let streams = x.shape.rowCount == 1 ? part.streams : 1
      let each = (last - first) / part.group / streams  // groups of each stream
      let count = shares == 1 ? 1 : max(1, min(groups / shares / streams, weight.byteCount / shares / pieceBytes))
      return (0..<count).map {
        let begin = first + each * $0 / count * part.group
        return Piece(
          part: index, first: begin, streams: streams, apart: each * part.group,
          rows: first + each * ($0 + 1) / count * part.group - begin,
          rest: $0 == count - 1 ? first + streams * each * part.group..<end : end..<end)
      }
    }
  }

  private static let smallestPiece = 32 << 10
  private static let largestPiece = 128 << 10
  private static let piecesPerShare = 8

  private func multiply(_ piece: Piece, _ bytes: [Int32: ByteRows]) {
    let part = parts[piece.part]
    multiply(part, first: piece.first, streams: piece.streams, apart: piece.apart, rows: piece.rows, bytes)
    multiply(part, first: piece.rest.lowerBound, streams: 1, apart: 0, rows: piece.rest.count, bytes)
  }

  private func multiply(
    _ part: Part, first: Int, streams: Int, apart: Int, rows: Int, _ bytes: [Int32: ByteRows]
  ) {
    guard rows > 0 else { return }
    let weight = part.linear.weight
    var range = ctk_weight_rows()
    range.type = weight.elementType.plainCode ?? weight.elementType.ggufCode ?? -1
    (range.streams, range.apart, range.rows) = (streams, apart, rows)
    range.row_bytes = part.interleaved == nil ? weight.bytesPerRow : InterleavedCopy.rowBytes(of: weight)
    let base = unsafe part.interleaved.map { unsafe UnsafeRawPointer($0.base) } ?? UnsafeRawPointer(weight.pointer)
    unsafe range.first = base + first / part.group * range.row_bytes
    if let order = byteOrder(part), let bytes = bytes[order] {
      multiplyPacked(part, range, bytes, at: first)
    } else {
      multiplyPlain(part, range, at: first)
    }
    guard let bias = part.linear.bias else { return }
    for row in 0..<x.shape.rowCount {
      for stream in 0..<streams {
        let column = first + stream * apart
        let target = unsafe part.out.floatPointer + row * part.linear.width + column
        unsafe table.add(rows, target, bias.floatPointer + column, target)
      }
    }
  }

  private func multiplyPacked(_ part: Part, _ weights: ctk_weight_rows, _ bytes: ByteRows, at first: Int) {
    var dots = ctk_block_dots()
    unsafe dots.weights = weights
    unsafe dots.x = bytes.kernelRows
    unsafe dots.out = part.out.floatPointer + first
    dots.out_stride = part.linear.width
    unsafe part.interleaved == nil ? table.block_dots(&dots) : table.interleaved_dots(&dots)
  }

  private func multiplyPlain(_ part: Part, _ weights: ctk_weight_rows, at first: Int) {
    let (weight, k, n) = (part.linear.weight, x.shape.columnCount, part.linear.width)
    if weight.elementType.plainCode != nil {
      var weights = unsafe weights
      for i in 0..<x.shape.rowCount {
        unsafe table.dots(&weights, k, x.floatPointer + i * k, part.out.floatPointer + i * n + first)
      }
      return
    }
    MemoryCache.withFloats(k) { scratch in
      for stream in 0..<weights.streams {
        for row in first + stream * weights.apart..<first + stream * weights.apart + weights.rows {
          unsafe weight.decodeRows(row..<row + 1, into: scratch)
          for i in 0..<x.shape.rowCount {
            unsafe part.out.floatPointer[i * n + row] = table.dot(k, x.floatPointer + i * k, scratch, Int32(CTK_F32))
          }
        }
      }
    }
  }
}
