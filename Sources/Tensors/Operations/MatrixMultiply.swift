import CTensorKernels

/// Which way round a weight is stored.
public enum WeightLayout: String, Sendable, Hashable {
  /// [output, input], as everything but GPT-1 and GPT-2 has it.
  case outputMajor
  /// [input, output], the "Conv1D" of GPT-1 and GPT-2.
  case inputMajor
}

/// `a · b`, either of them transposed first.
/// - Parameters:
///   - a: [m, k], or [k, m] if `transposeA`; float32
///   - b: [k, n], or [n, k] if `transposeB`; any element type
/// - Returns: [m, n]
public func matrixMultiply(_ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false) -> Tensor {
  let m = transposeA ? a.shape.columnCount : a.shape.rowCount
  let out = Tensor(uninitialized: [m, transposeB ? b.shape.rowCount : b.shape.columnCount])
  matrixMultiply(a, b, transposeA: transposeA, transposeB: transposeB, into: out, adds: false)
  return out
}

/// The same into memory that is there: [m, n], written over, or added to if `adds`.
func matrixMultiply(
  _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, into out: Tensor, adds: Bool
) {
  let (m, k) = transposeA ? (a.shape.columnCount, a.shape.rowCount) : (a.shape.rowCount, a.shape.columnCount)
  let (n, bk) = transposeB ? (b.shape.rowCount, b.shape.columnCount) : (b.shape.columnCount, b.shape.rowCount)
  precondition(k == bk, "\(a.shape) and \(b.shape) have different inner extents")
  precondition(out.elementCount == m * n, "\(out.shape) does not hold [\(m), \(n)]")
  guard m > 0, n > 0 else { return }
  if k == 0 {
    if !adds { unsafe out.floatPointer.update(repeating: 0, count: m * n) }
  } else if m < 4, !transposeA, !adds {
    if transposeB { multiplyFewRows(a, b, out) } else { multiplyFewRowsInputMajor(a, b, out) }
  } else {
    PackedProduct(
      a: a, b: b, out: out, adds: adds, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB
    ).run()
  }
}

/// A few rows of x against [n, k]: each row of the weight is read once and met by every row of x.
private func multiplyFewRows(_ x: Tensor, _ weight: Tensor, _ out: Tensor) {
  let (m, n, k) = (x.shape.rowCount, weight.shape.rowCount, weight.shape.columnCount)
  let table = Kernels.table
  ThreadPool.shared.run(n, minimum: max(1, 16_384 / k)) { rows in
    let code = weight.elementType.plainCode
    let scratch = code == nil ? UnsafeMutablePointer<Float>.allocate(capacity: k) : nil
    defer { unsafe scratch?.deallocate() }
    for row in rows {
      var source = unsafe UnsafeRawPointer(weight.pointer + row * weight.bytesPerRow)
      if let scratch = unsafe scratch {
        unsafe weight.decodeRows(row..<row + 1, into: scratch)
        unsafe source = UnsafeRawPointer(scratch)
      }
      for i in 0..<m {
        unsafe out.floatPointer[i * n + row] = table.dot(k, x.floatPointer + i * k, source, code ?? Int32(CTK_F32))
      }
    }
  }
}

/// A few rows of x against [k, n]: threads share the columns, rows of the weight are added up.
private func multiplyFewRowsInputMajor(_ x: Tensor, _ weight: Tensor, _ out: Tensor) {
  let (m, k, n) = (x.shape.rowCount, weight.shape.rowCount, weight.shape.columnCount)
  let table = Kernels.table
  let (type, code) = (weight.elementType, weight.elementType.plainCode)
  // Whole blocks of a block type, and whole cache lines of a plain one.
  let unit = max(64, type.blockSize)
  ThreadPool.shared.run((n + unit - 1) / unit, minimum: 4) { units in
    let columns = units.lowerBound * unit..<min(n, units.upperBound * unit)
    let scratch = code == nil ? UnsafeMutablePointer<Float>.allocate(capacity: columns.count) : nil
    defer { unsafe scratch?.deallocate() }
    for i in 0..<m { unsafe (out.floatPointer + i * n + columns.lowerBound).initialize(repeating: 0, count: columns.count) }
    let offset = columns.lowerBound / type.blockSize * type.bytesPerBlock
    for row in 0..<k {
      var source = unsafe UnsafeRawPointer(weight.pointer + row * weight.bytesPerRow + offset)
      if let scratch = unsafe scratch {
        unsafe weight.decode(source, count: columns.count, into: scratch)
        unsafe source = UnsafeRawPointer(scratch)
      }
      for i in 0..<m {
        unsafe table.axpy(
          columns.count, x.floatPointer[i * k + row], source, code ?? Int32(CTK_F32),
          out.floatPointer + i * n + columns.lowerBound)
      }
    }
  }
}

/// The blocked product (Goto and van de Geijn 2008): pieces of both operands are copied into the order in which the
/// register tile reads them, so that every load in the inner loop is the next one in memory. Transposition and the
/// element type of b vanish in that copy.
private struct PackedProduct {
  let a, b, out: Tensor
  let adds: Bool
  let m, n, k: Int
  let transposeA, transposeB: Bool
  let table = Kernels.table

  func run() {
    let pool = ThreadPool.shared
    let (tileRows, tileColumns) = (table.tile_rows, table.tile_columns)
    // Equal slices of the inner extent: a strip of b (depth × tileColumns) stays in the nearest caches.
    let depths = (k + 383) / 384
    let depth = (k + depths - 1) / depths
    let panelColumns = min((n + tileColumns - 1) / tileColumns, max(1, 4096 / tileColumns)) * tileColumns
    let rowTiles = (m + tileRows - 1) / tileRows
    let packedA = unsafe UnsafeMutablePointer<Float>.allocateAligned(rowTiles * tileRows * depth)
    let packedB = unsafe UnsafeMutablePointer<Float>.allocateAligned(panelColumns * depth)
    defer {
      unsafe packedA.deallocate()
      unsafe packedB.deallocate()
    }
    for column in stride(from: 0, to: n, by: panelColumns) {
      let strips = (min(panelColumns, n - column) + tileColumns - 1) / tileColumns
      for start in stride(from: 0, to: k, by: depth) {
        let part = min(depth, k - start)
        pool.run(rowTiles + strips) { index in
          if index < strips {
            packB(strip: index, column: column, start: start, part: part, into: unsafe packedB + index * tileColumns * part)
          } else {
            let tile = index - strips
            packA(tile: tile, start: start, part: part, into: unsafe packedA + tile * tileRows * part)
          }
        }
        // Pieces of about 96 × 512 results: enough of them to share evenly, large enough to reuse what they load.
        let (tilesPerPiece, stripsPerPiece) = (max(1, 96 / tileRows), max(1, 512 / tileColumns))
        let rowPieces = (rowTiles + tilesPerPiece - 1) / tilesPerPiece
        let columnPieces = (strips + stripsPerPiece - 1) / stripsPerPiece
        pool.run(rowPieces * columnPieces) { index in
          let (rowPiece, columnPiece) = (index % rowPieces, index / rowPieces)
          for strip in columnPiece * stripsPerPiece..<min(strips, (columnPiece + 1) * stripsPerPiece) {
            let first = column + strip * tileColumns
            for tile in rowPiece * tilesPerPiece..<min(rowTiles, (rowPiece + 1) * tilesPerPiece) {
              let row = tile * tileRows
              unsafe table.tile(
                part, packedA + row * part, packedB + strip * tileColumns * part, out.floatPointer + row * n + first, n,
                min(tileRows, m - row), min(tileColumns, n - first), adds || start > 0 ? 1 : 0)
            }
          }
        }
      }
    }
  }

  private func packA(tile: Int, start: Int, part: Int, into target: UnsafeMutablePointer<Float>) {
    let row = tile * table.tile_rows
    let count = min(table.tile_rows, m - row)
    if transposeA {
      unsafe table.pack(target, a.floatPointer + start * m + row, m, count, table.tile_rows, part)
    } else {
      unsafe table.pack_transposed(target, a.floatPointer + row * k + start, k, count, table.tile_rows, part)
    }
  }

  private func packB(strip: Int, column: Int, start: Int, part: Int, into target: UnsafeMutablePointer<Float>) {
    let width = table.tile_columns
    let first = column + strip * width
    let count = min(width, n - first)
    if b.elementType == .f32 {
      if transposeB {
        unsafe table.pack_transposed(target, b.floatPointer + first * k + start, k, count, width, part)
      } else {
        unsafe table.pack(target, b.floatPointer + start * n + first, n, count, width, part)
      }
      return
    }
    // Other types are decoded first, in whole blocks: the part may begin or end inside one.
    let (size, bytes) = (b.elementType.blockSize, b.elementType.bytesPerBlock)
    let along = transposeB ? start..<start + part : first..<first + count
    let (lower, upper) = (along.lowerBound / size * size, (along.upperBound + size - 1) / size * size)
    let rows = transposeB ? first..<first + count : start..<start + part
    let (length, skip) = (upper - lower, along.lowerBound - lower)
    let scratch = unsafe UnsafeMutablePointer<Float>.allocateAligned(rows.count * length)
    defer { unsafe scratch.deallocate() }
    for (index, row) in rows.enumerated() {
      unsafe b.decode(
        b.pointer + row * b.bytesPerRow + lower / size * bytes, count: length, into: scratch + index * length)
    }
    if transposeB {
      unsafe table.pack_transposed(target, scratch + skip, length, count, width, part)
    } else {
      unsafe table.pack(target, scratch + skip, length, count, width, part)
    }
  }
}

extension UnsafeMutablePointer where Pointee == Float {
  /// Memory for `count` numbers, aligned for the widest vector register.
  static func allocateAligned(_ count: Int) -> UnsafeMutablePointer<Float> {
    unsafe UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: Storage.alignment)
      .assumingMemoryBound(to: Float.self)
  }
}
