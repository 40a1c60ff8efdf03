import CTensorKernels

/// Rows of a table by number, decoded to float32.
/// - Parameters:
///   - table: [entries, size], any element type
///   - ids: Which rows; the caller has checked them.
/// - Returns: [ids.count, size]
public func embedding(_ table: Tensor, ids: [Int], tape: Tape? = nil) -> Tensor {
  let columns = table.shape.columnCount
  let out = Tensor(uninitialized: [ids.count, columns])
  for (row, id) in ids.enumerated() {
    precondition(id >= 0 && id < table.shape.rowCount, "row \(id) of \(table.shape)")
    unsafe table.decodeRows(id..<id + 1, into: out.floatPointer + row * columns)
  }
  tape?.record([table], out) { [table = table.place] tape, dy in
    tape.sum(at: table)?.scatterAddRows(dy, at: ids)
  }
  return out
}

extension Tensor {
  /// Copies of neighbouring columns of every row of a float32 tensor, as many as each width says. Of a single row they
  /// are views, unless a tape asks.
  /// - Returns: [rows, width] for each width.
  public func splitColumns(_ widths: [Int], tape: Tape? = nil) -> [Tensor] {
    precondition(widths.allSatisfy { $0 >= 0 } && widths.reduce(0, +) <= shape.columnCount)
    var first = 0
    if shape.rowCount == 1, tape == nil, elementType == .f32 {
      let columns = reshaped(to: [shape.columnCount])
      return widths.map { width in
        defer { first += width }
        return columns.rows(first..<first + width).reshaped(to: [1, width])
      }
    }
    return split(
      widths.map { width in
        defer { first += width }
        return ColumnSlice(first: first, step: 1, count: width)
      }, tape)
  }

  /// Copies of the even and the odd columns of every row of a float32 tensor.
  /// - Returns: [rows, columnCount / 2] twice.
  func deinterleavedColumns(tape: Tape? = nil) -> [Tensor] {
    let size = shape.columnCount / 2
    return split([ColumnSlice(first: 0, step: 2, count: size), ColumnSlice(first: 1, step: 2, count: size)], tape)
  }

  private struct ColumnSlice {
    let first, step, count: Int
  }

  private func split(_ slices: [ColumnSlice], _ tape: Tape?) -> [Tensor] {
    let (rows, columns) = (shape.rowCount, shape.columnCount)
    let parts = slices.map { slice in
      let part = Tensor(uninitialized: [rows, slice.count])
      for row in 0..<rows {
        let (source, target) = unsafe (
          floatPointer + row * columns + slice.first, part.floatPointer + row * slice.count
        )
        if slice.step == 1 {
          unsafe target.update(from: source, count: slice.count)
        } else {
          for index in 0..<slice.count { unsafe target[index] = source[index * slice.step] }
        }
      }
      return part
    }
    tape?.record([self], outputs: parts) { [place] tape, gradients in
      guard let dx = tape.sum(at: place) else { return }
      for (slice, gradient) in zip(slices, gradients) {
        guard let gradient else { continue }
        for row in 0..<rows {
          let (source, target) = unsafe (
            gradient.floatPointer + row * slice.count, dx.floatPointer + row * columns + slice.first
          )
          if slice.step == 1 {
            unsafe Kernels.table.add(slice.count, target, source, target)
          } else {
            for index in 0..<slice.count { unsafe target[index * slice.step] += source[index] }
          }
        }
      }
    }
    return parts
  }

  /// A copy of some rows in a given order, in the same element type: [order.count, columnCount].
  public func gatherRows(_ order: [Int], tape: Tape? = nil) -> Tensor {
    let out = Tensor(uninitialized: [order.count, shape.columnCount], elementType: elementType)
    for (row, source) in order.enumerated() { out.copyRow(from: self, row: source, to: row) }
    tape?.record([self], out) { [place] tape, dy in
      tape.sum(at: place)?.scatterAddRows(dy, at: order)
    }
    return out
  }

  /// Copies one row of a tensor whose rows are stored alike.
  public func copyRow(from source: Tensor, row: Int, to target: Int) {
    precondition(source.elementType == elementType && source.bytesPerRow == bytesPerRow && !storage.isMapped)
    precondition(row >= 0 && row < source.shape.rowCount && target >= 0 && target < shape.rowCount)
    unsafe (pointer + target * bytesPerRow).copyMemory(from: source.pointer + row * bytesPerRow, byteCount: bytesPerRow)
  }

  /// Adds row `i` of `source` to row `rows[i]` of this tensor; both float32. Threads share the columns, so that rows
  /// are added in order.
  public func scatterAddRows(_ source: Tensor, at rows: [Int]) {
    let columns = shape.columnCount
    precondition(source.shape.columnCount == columns && source.shape.rowCount == rows.count && !storage.isMapped)
    precondition(rows.allSatisfy { $0 >= 0 && $0 < shape.rowCount }, "a row outside \(shape)")
    ThreadPool.shared.run(columns, minimum: max(64, 65_536 / max(1, rows.count))) { range in
      for (index, row) in rows.enumerated() {
        let target = unsafe floatPointer + row * columns + range.lowerBound
        unsafe Kernels.table.add(
          range.count, target, source.floatPointer + index * columns + range.lowerBound, target)
      }
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
    } else if source.elementType == .f32, let code = elementType.plainCode {
      ThreadPool.shared.run(count, minimum: 32_768) { range in
        unsafe Kernels.table.narrow(
          range.count, source.floatPointer + range.lowerBound, code,
          target + range.lowerBound * elementType.bytesPerBlock)
      }
    } else {
      let converted = source.converted(to: elementType)
      unsafe target.copyMemory(from: converted.pointer, byteCount: converted.byteCount)
    }
  }
}
