import CTensorKernels

/// Rows of a table by number, decoded to float32.
/// - Parameters:
///   - table: [entries, size], any element type
///   - ids: Which rows; the caller has checked them.
/// - Returns: [ids.count, size]
public func embedding(_ table: Tensor, ids: [Int]) -> Tensor {
  let columns = table.shape.columnCount
  let out = Tensor(uninitialized: [ids.count, columns])
  for (row, id) in ids.enumerated() {
    precondition(id >= 0 && id < table.shape.rowCount, "row \(id) of \(table.shape)")
    unsafe table.decodeRows(id..<id + 1, into: out.floatPointer + row * columns)
  }
  return out
}

extension Tensor {
  /// A copy of some columns of every row of a float32 tensor: [rows, range.count].
  public func columns(_ range: Range<Int>) -> Tensor {
    let (rows, columns) = (shape.rowCount, shape.columnCount)
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    let out = Tensor(uninitialized: [rows, range.count])
    for row in 0..<rows {
      unsafe (out.floatPointer + row * range.count).initialize(
        from: floatPointer + row * columns + range.lowerBound, count: range.count)
    }
    return out
  }

  /// A copy of some rows in a given order, in the same element type: [order.count, columnCount].
  public func gatherRows(_ order: [Int]) -> Tensor {
    let out = Tensor(uninitialized: [order.count, shape.columnCount], elementType: elementType)
    for (row, source) in order.enumerated() { out.copyRow(from: self, row: source, to: row) }
    return out
  }

  /// Copies one row of a tensor whose rows are stored alike.
  public func copyRow(from source: Tensor, row: Int, to target: Int) {
    precondition(source.elementType == elementType && source.bytesPerRow == bytesPerRow && !storage.isMapped)
    precondition(row >= 0 && row < source.shape.rowCount && target >= 0 && target < shape.rowCount)
    unsafe (pointer + target * bytesPerRow).copyMemory(from: source.pointer + row * bytesPerRow, byteCount: bytesPerRow)
  }

  /// Adds row `i` of `source` to row `rows[i]` of this tensor; both float32.
  public func scatterAddRows(_ source: Tensor, at rows: [Int]) {
    let columns = shape.columnCount
    precondition(source.shape.columnCount == columns && source.shape.rowCount == rows.count && !storage.isMapped)
    for (index, row) in rows.enumerated() {
      precondition(row >= 0 && row < shape.rowCount)
      let target = unsafe floatPointer + row * columns
      unsafe Kernels.table.add(columns, target, source.floatPointer + index * columns, target)
    }
  }

  /// Writes rows of float32 numbers, or of this tensor's own type, beginning at row `first`.
  public func write(_ source: Tensor, atRow first: Int) {
    let columns = shape.columnCount
    let count = source.elementCount
    precondition(first >= 0 && first * columns + count <= elementCount && !storage.isMapped)
    let target = unsafe pointer + first * bytesPerRow
    if source.elementType == elementType {
      unsafe target.copyMemory(from: source.pointer, byteCount: source.byteCount)
    } else {
      let converted = source.converted(to: elementType)
      unsafe target.copyMemory(from: converted.pointer, byteCount: converted.byteCount)
    }
  }
}
