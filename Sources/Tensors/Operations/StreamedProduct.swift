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
    var ending = ProductEnding.none

    /// Rows that a kernel takes together.
    var group: Int { interleaved == nil ? 1 : Int(CTK_INTERLEAVED) }
    /// Places that it reads at once.
    var streams: Int {
      if interleaved != nil { return Int(CTK_INTERLEAVED_STREAMS) }
      return Int(linear.weight.elementType.isBlocked ? CTK_BLOCK_STREAMS : CTK_STREAMS)
    }
  }

  /// Some rows of one weight, a task: as many from each of several places.
  struct Piece {
    let part: Int
    let first, streams, apart, rows: Int
    /// What the streams of a thread's share leave over; empty but in the share's last piece.
    let rest: Range<Int>
  }

  private let x: Tensor  // [rows, input]
  private let parts: [Part]

  init(_ x: Tensor, _ parts: [Part]) {
    self.x = x
    self.parts = parts
  }

  func run() {
    let total = parts.reduce(0) { $0 + $1.linear.weight.byteCount }
    let shares = max(1, min(ThreadPool.shared.threadCount, total * x.shape.rowCount / Self.smallestShare))
    var bytes: [ByteRows] = []
    // Operands hold addresses in them.
    defer { withExtendedLifetime((self, bytes)) {} }
    func operand(_ part: Part) -> StreamedWeight {
      guard let order = byteOrder(part) else { return StreamedWeight(part, x, nil) }
      if let rows = bytes.first(where: { $0.order == order }) { return StreamedWeight(part, x, rows) }
      // Mostly once: types of 256 and of 32 meet in one product where a row is no whole number of 256.
      bytes.append(ByteRows(x, order: order))
      return StreamedWeight(part, x, bytes.last)
    }
    // Small weights cost so little that arrays of pieces would show.
    if shares == 1 {
      for (index, part) in parts.enumerated() { operand(part).multiply(piece(0, of: 1, share: 0, of: 1, part: index)) }
      return
    }
    let operands = parts.map(operand)
    if isGated {
      let all = (0..<shares).flatMap { pieces(share: $0, of: shares, total, part: 0) }
      ThreadPool.shared.run(all.count) {
        operands[0].multiply(all[$0])
        operands[1].multiply(all[$0])
      }
      return
    }
    let all = (0..<shares).flatMap { share in
      parts.indices.flatMap { pieces(share: share, of: shares, total, part: $0) }
    }
    ThreadPool.shared.run(all.count) { operands[all[$0].part].multiply(all[$0]) }
  }

  /// Whether the second of two parts of the same form needs the same rows of the first for its ending.
  private var isGated: Bool {
    guard parts.count == 2, case .gate = parts[1].ending else { return false }
    return true
  }

  /// The order that a weight's kernel wants x in; nil for plain types and where the table has no such kernel.
  private func byteOrder(_ part: Part) -> Int32? {
    let type = part.linear.weight.elementType
    guard type.isBlocked, unsafe Kernels.table.block_dots != nil, let code = type.ggufCode else { return nil }
    if part.interleaved != nil { return ctk_interleaved_order(code) }
    let order = ctk_byte_order(code)
    return order == Int32(CTK_BYTES_NONE) ? nil : order
  }

  /// What one thread begins with. Pieces are so small that no thread waits long for another's last one, and shares have
  /// equally many.
  private func pieces(share: Int, of shares: Int, _ total: Int, part index: Int) -> [Piece] {
    let pieceBytes = min(max(Self.smallestPiece, total / (shares * Self.piecesPerShare)), Self.largestPiece)
    let (part, weight) = (parts[index], parts[index].linear.weight)
    let bytes = isGated ? total : weight.byteCount
    let count = max(1, min(weight.shape.rowCount / part.group / shares / part.streams, bytes / shares / pieceBytes))
    return (0..<count).map { piece($0, of: count, share: share, of: shares, part: index) }
  }

  /// A piece of a thread's share of a weight. The thread reads the share from several places, each from front to back,
  /// piece by piece, so that the processor always knows what comes next.
  private func piece(_ number: Int, of count: Int, share: Int, of shares: Int, part index: Int) -> Piece {
    let part = parts[index]
    let (rows, group) = (part.linear.weight.shape.rowCount, part.group)
    let (first, last) = (rows / group * share / shares * group, rows / group * (share + 1) / shares * group)
    // Several rows of x make enough to compute of each weight that memory keeps up with one stream.
    let streams = x.shape.rowCount == 1 ? part.streams : 1
    let each = (last - first) / group / streams  // groups of each stream
    let (begin, end) = (each * number / count * group, each * (number + 1) / count * group)
    let rest = first + streams * each * group..<(share == shares - 1 ? rows : last)
    return Piece(
      part: index, first: first + begin, streams: streams, apart: each * group, rows: end - begin,
      rest: number == count - 1 ? rest : rest.upperBound..<rest.upperBound)
  }

  /// Bytes that a row of x meets in less time than it takes another thread to begin: less than that is not shared.
  private static let smallestShare = 128 << 10
  private static let smallestPiece = 32 << 10
  private static let largestPiece = 128 << 10
  private static let piecesPerShare = 8
}
