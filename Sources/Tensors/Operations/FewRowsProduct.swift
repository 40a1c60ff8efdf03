import CTensorKernels

/// Up to `fewRows` rows against weights: each row of a weight is read once, where it lies, and met by every row of x.
///
/// Packed weights meet x as signed bytes, in dot products of whole numbers; plain ones meet it in float32. Either way a
/// row of x gets the same bits whatever stands beside it.
struct FewRowsProduct {
  struct Part {
    let linear: Linear
    let out: Tensor  // [rows, output]
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
    let orders = Set(parts.compactMap { byteOrder($0.linear.weight.elementType) })
    // Mostly one: types of 256 and of 32 meet in one product where a row is no whole number of 256.
    let bytes = Dictionary(uniqueKeysWithValues: orders.map { ($0, ByteRows(x, order: $0)) })
    ThreadPool.shared.run(pieces.count) { index in
      let (part, rows) = (parts[pieces[index].part], pieces[index].rows)
      if let order = byteOrder(part.linear.weight.elementType), let bytes = bytes[order] {
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

  /// The order that a type's kernel wants x in; nil for plain types and where the table has no such kernel.
  private func byteOrder(_ type: ElementType) -> Int32? {
    guard type.isBlocked, unsafe table.block_dots != nil, let code = type.ggufCode else { return nil }
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
      let weight = parts[index].linear.weight
      let count = max(1, min(weight.shape.rowCount, weight.byteCount / pieceBytes))
      return (0..<count).map {
        Piece(
          part: index, rows: weight.shape.rowCount * $0 / count..<weight.shape.rowCount * ($0 + 1) / count)
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
    dots.row_bytes = weight.bytesPerRow
    unsafe dots.weights = UnsafeRawPointer(weight.pointer + rows.lowerBound * weight.bytesPerRow)
    unsafe dots.x = bytes.kernelRows
    unsafe dots.out = part.out.floatPointer + rows.lowerBound
    dots.out_stride = part.linear.width
    unsafe table.block_dots(&dots)
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

/// Rows as signed bytes with a scale for each group.
private final class ByteRows {
  let kernelRows: ctk_bytes
  private let memory: Storage

  /// - Parameters:
  ///   - x: [rows, columns], whole groups of columns
  ///   - order: The kernels' number of how the weights want them.
  init(_ x: Tensor, order: Int32) {
    let (count, n, group) = (x.shape.rowCount, x.shape.columnCount, ctk_byte_group(order))
    let scaleStride = (n / group + 7) / 8 * 8
    let (codes, scales, groupSums) = (count * n, count * scaleStride * 4, count * n / 16 * 2)
    memory = Storage(byteCount: 2 * scales + groupSums + codes)
    let base = unsafe memory.base
    let scalePointer = unsafe base.assumingMemoryBound(to: Float.self)
    let sums = unsafe (base + scales).assumingMemoryBound(to: Float.self)
    let groupPointer = unsafe (base + 2 * scales).assumingMemoryBound(to: Int16.self)
    let codePointer = unsafe (base + 2 * scales + groupSums).assumingMemoryBound(to: Int8.self)
    // Kernels read eight scales at a time.
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: 2 * scales)
    for row in 0..<count {
      unsafe Kernels.table.to_bytes(
        n, order, x.floatPointer + row * n, codePointer + row * n, scalePointer + row * scaleStride,
        sums + row * scaleStride, groupPointer + row * n / 16)
    }
    unsafe kernelRows = ctk_bytes(
      count: count, n: n, codes: codePointer, scales: scalePointer, sums: sums, group_sums: groupPointer, row_stride: n,
      scale_stride: scaleStride, group_stride: n / 16)
  }
}
