import CTensorKernels

extension Tensor {
  /// The elements in another type: any source, and f32, f16, bf16, q8_0 or q4_0 as the target.
  /// The tensor itself when it already has that type.
  public func converted(to type: ElementType) -> Tensor {
    guard type != elementType else { return self }
    precondition(shape.columnCount % type.blockSize == 0, "\(shape) splits a block of \(type)")
    let out = Tensor(uninitialized: shape, elementType: type)
    unsafe Self.convert(
      pointer, elementType, out.pointer, type, rows: shape.rowCount, columns: shape.columnCount)
    return out
  }

  /// The elements, decoded.
  public func floats() -> [Float] {
    let decoded = converted(to: .f32)
    return unsafe Array(UnsafeBufferPointer(start: decoded.floatPointer, count: decoded.elementCount))
  }

  /// Writes the rows of `source` over those from `row` on, converting them to this tensor's type.
  public func write(_ source: Tensor, atRow row: Int) {
    let columns = shape.columnCount
    precondition(!storage.isMapped, "a mapped file cannot be written")
    precondition(source.shape.columnCount == columns && row >= 0 && row + source.shape.rowCount <= shape.rowCount)
    unsafe Self.convert(
      source.pointer, source.elementType, pointer + row * bytesPerRow, elementType, rows: source.shape.rowCount,
      columns: columns)
  }

  /// The float32 matrix `[rows, columns]` as `[columns, rows]`.
  public func transposed() -> Tensor {
    precondition(shape.rank == 2, "only a matrix can be transposed, not \(shape)")
    let (rows, columns) = (shape[0], shape[1])
    let out = Tensor(uninitialized: [columns, rows])
    let (source, target) = unsafe (floatPointer, out.floatPointer)
    let table = unsafe Kernels.table
    Kernels.forEachRange(rows: (columns + 63) / 64, cost: rows * 64) { blocks in
      for block in blocks {
        let depth = min(64, columns - 64 * block)
        // target[p][r] = source[r][p]: a panel whose width is all rows.
        unsafe table.pointee.pack(
          source + 64 * block, columns, rows, depth, target + 64 * block * rows, rows)
      }
    }
    return out
  }

  /// The rows at these indices, in this order, in the same element type.
  public func gatherRows(_ indices: [Int]) -> Tensor {
    let (bytes, rows) = (bytesPerRow, shape.rowCount)
    let out = Tensor(uninitialized: [indices.count, shape.columnCount], elementType: elementType)
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
      unsafe (out.pointer + row * bytes).copyMemory(from: pointer + index * bytes, byteCount: bytes)
    }
    return out
  }

  /// Adds row `i` of `source` to row `indices[i]`, both float32.
  public func scatterAddRows(_ source: Tensor, at indices: [Int]) {
    let (columns, rows) = (shape.columnCount, shape.rowCount)
    precondition(!storage.isMapped && source.shape.columnCount == columns && source.shape.rowCount == indices.count)
    let (values, target) = unsafe (source.floatPointer, floatPointer)
    let table = unsafe Kernels.table
    for (row, index) in indices.enumerated() {
      precondition(index >= 0 && index < rows, "row \(index) of \(rows)")
      let place = unsafe target + index * columns
      unsafe table.pointee.add(place, values + row * columns, columns, place)
    }
  }

  /// A copy of some columns of every row, as float32: `[rows, range.count]`.
  public func columns(_ range: Range<Int>) -> Tensor {
    let (columns, rows) = (shape.columnCount, shape.rowCount)
    precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(shape)")
    let decoded = converted(to: .f32)
    let out = Tensor(uninitialized: [rows, range.count])
    let (source, target) = unsafe (decoded.floatPointer, out.floatPointer)
    for row in 0..<rows {
      unsafe (target + row * range.count).update(from: source + row * columns + range.lowerBound, count: range.count)
    }
    return out
  }

  private static func convert(
    _ source: UnsafeRawPointer, _ sourceType: ElementType, _ target: UnsafeMutableRawPointer,
    _ targetType: ElementType, rows: Int, columns: Int
  ) {
    let table = unsafe Kernels.table
    let sourceBytes = columns / sourceType.blockSize * sourceType.bytesPerBlock
    let targetBytes = columns / targetType.blockSize * targetType.bytesPerBlock
    if sourceType == targetType {
      unsafe target.copyMemory(from: source, byteCount: rows * sourceBytes)
      return
    }
    Kernels.forEachRange(rows: rows, cost: columns) { range in
      let decoded = sourceType == .f32 || targetType == .f32 ? nil : Tensor(uninitialized: [columns])
      for row in range {
        let from = unsafe source + row * sourceBytes
        let to = unsafe target + row * targetBytes
        if targetType == .f32 {
          unsafe decode(table, sourceType, from, columns, to.assumingMemoryBound(to: Float.self))
          continue
        }
        var values = unsafe from.assumingMemoryBound(to: Float.self)
        if let decoded {
          unsafe decode(table, sourceType, from, columns, decoded.floatPointer)
          unsafe values = UnsafePointer(decoded.floatPointer)
        }
        let written = unsafe ctk_encode(table, targetType.kernelType, values, columns, to)
        precondition(written != 0, "nothing can be converted to \(targetType)")
      }
    }
  }

  private static func decode(
    _ table: UnsafePointer<ctk_table>, _ type: ElementType, _ source: UnsafeRawPointer, _ count: Int,
    _ out: UnsafeMutablePointer<Float>
  ) {
    // The table's decoders are an array in C, which Swift sees as a tuple.
    unsafe ctk_decode_with(table, type.kernelType, source, count, out)
  }
}
