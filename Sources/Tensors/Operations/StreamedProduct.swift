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

    /// Rows of which several are read together.
    var rowsTogether: Int { interleaved == nil ? 1 : Int(CTK_INTERLEAVED * CTK_INTERLEAVED_STREAMS) }
  }

  /// Some rows of one weight: a task.
  private struct Piece {
    let part: Int
    let rows: Range<Int>
  }

  private let x: Tensor  // [rows, input]
  private let parts: [Part]
  private let table = Kernels.table

  init(_ x: Tensor, _ parts: [Part]) {
    self.x = x
    self.parts = parts
  }

  func run() {
    let pieces = pieces()
    // Mostly one: types of 256 and of 32 meet in one product where a row is no whole number of 256.
    let orders = Set(parts.compactMap(byteOrder))
    let bytes = Dictionary(uniqueKeysWithValues: orders.map { ($0, ByteRows(x, order: $0)) })
    ThreadPool.shared.run(pieces.count) { index in
      let (part, rows) = (parts[pieces[index].part], pieces[index].rows)
      if let order = byteOrder(part), let bytes = bytes[order] {
        multiplyPacked(part, rows, bytes)
      } else {
        multiplyPlain(part, rows)
      }
      guard let bias = part.linear.bias else { return }
      for row in 0..<x.shape.rowCount {
        let target = unsafe part.out.floatPointer + row * part.linear.width + rows.lowerBound
        unsafe table.add(rows.count, target, bias.floatPointer + rows.lowerBound, target)
      }
    }
  }

  /// The order that a weight's kernel wants x in; nil for plain types and where the table has no such kernel.
  private func byteOrder(_ part: Part) -> Int32? {
    let type = part.linear.weight.elementType
    guard type.isBlocked, unsafe table.block_dots != nil, let code = type.ggufCode else { return nil }
    if part.interleaved != nil { return ctk_interleaved_order(code) }
    let order = ctk_byte_order(code)
    return order == Int32(CTK_BYTES_NONE) ? nil : order
  }

  /// Pieces of nearly equal size, so small that no thread waits long for another's last one, and none so small that
  /// handing it out would cost more than computing it.
  private func pieces() -> [Piece] {
    let total = parts.reduce(0) { $0 + $1.linear.weight.byteCount }
    let share = total / (ThreadPool.shared.threadCount * Self.piecesPerThread)
    let pieceBytes = min(max(Self.smallestPiece, share), Self.largestPiece)
    return parts.indices.flatMap { index -> [Piece] in
      let (weight, together) = (parts[index].linear.weight, parts[index].rowsTogether)
      let units = (weight.shape.rowCount + together - 1) / together
      let count = max(1, min(units, weight.byteCount / pieceBytes))
      return (0..<count).map {
        let end = min(weight.shape.rowCount, units * ($0 + 1) / count * together)
        return Piece(part: index, rows: units * $0 / count * together..<end)
      }
    }
  }

  private static let smallestPiece = 32 << 10
  private static let largestPiece = 128 << 10
  private static let piecesPerThread = 8

  private func multiplyPacked(_ part: Part, _ rows: Range<Int>, _ bytes: ByteRows) {
    let weight = part.linear.weight
    var dots = ctk_block_dots()
    dots.type = weight.elementType.ggufCode ?? -1
    dots.rows = rows.count
    unsafe dots.x = bytes.kernelRows
    unsafe dots.out = part.out.floatPointer + rows.lowerBound
    dots.out_stride = part.linear.width
    if let interleaved = part.interleaved {
      dots.row_bytes = InterleavedCopy.rowBytes(of: weight)
      unsafe dots.weights = UnsafeRawPointer(
        interleaved.base + rows.lowerBound / Int(CTK_INTERLEAVED) * dots.row_bytes)
      unsafe table.interleaved_dots(&dots)
    } else {
      dots.row_bytes = weight.bytesPerRow
      unsafe dots.weights = UnsafeRawPointer(weight.pointer + rows.lowerBound * weight.bytesPerRow)
      unsafe table.block_dots(&dots)
    }
  }

  private func multiplyPlain(_ part: Part, _ rows: Range<Int>) {
    let (weight, k, n) = (part.linear.weight, x.shape.columnCount, part.linear.width)
    if let code = weight.elementType.plainCode {
      for i in 0..<x.shape.rowCount {
        unsafe table.dots(
          code, rows.count, weight.bytesPerRow, weight.pointer + rows.lowerBound * weight.bytesPerRow, k,
          x.floatPointer + i * k, part.out.floatPointer + i * n + rows.lowerBound)
      }
      return
    }
    MemoryCache.withFloats(k) { scratch in
      for row in rows {
        unsafe weight.decodeRows(row..<row + 1, into: scratch)
        for i in 0..<x.shape.rowCount {
          unsafe part.out.floatPointer[i * n + row] = table.dot(k, x.floatPointer + i * k, scratch, Int32(CTK_F32))
        }
      }
    }
  }
}
