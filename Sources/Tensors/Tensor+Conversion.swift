import CTensorKernels
import Synchronization

extension Tensor {
  /// The elements as float32.
  public func floats() -> [Float] {
    let count = elementCount
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress, count > 0 { unsafe decodeRows(0..<shape.rowCount, into: base) }
      initialized = count
    }
  }

  /// The elements as float32 in an array that may be there already, as one that is filled again and again is.
  public func write(into floats: inout [Float]) {
    guard floats.count == elementCount else { return floats = self.floats() }
    unsafe floats.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe decodeRows(0..<shape.rowCount, into: base) }
    }
  }

  /// Whether numbers can be rounded to a type: the plain floating-point ones and all blocks.
  public static func canEncode(_ type: ElementType) -> Bool { type.plainCode != nil || type.isBlocked }

  /// All of those types.
  public static let encodableTypes = ElementType.allCases.filter(canEncode)

  /// A copy in another element type; the tensor itself when it has that type already. Rows must be whole blocks of it.
  ///
  /// Blocks are made with the codes and scales whose squared error is about the least that the type can have. What the
  /// type cannot hold stays visible: infinities among float16, not-a-numbers for the whole of a block.
  ///
  ///     let small = weight.converted(to: .q4_K, importance: meanSquares)
  /// - Parameter importance: How much an error in each column weighs: [columnCount], or [matrices, columnCount] with one
  ///   row for each matrix of a stack (experts). Not negative; read only for blocks.
  public func converted(to type: ElementType, importance: Tensor? = nil) -> Tensor {
    convert(to: type, importance: importance, checks: false).tensor
  }

  /// The same, for numbers that may come from anywhere.
  /// - Throws: `EncodingError` where a number is not finite, or beyond what the type holds.
  public func encoded(to type: ElementType, importance: Tensor? = nil) throws(EncodingError) -> Tensor {
    let (tensor, badRow) = convert(to: type, importance: importance, checks: true)
    if let badRow { throw EncodingError(row: badRow, elementType: type) }
    return tensor
  }

  /// - Returns: The copy, and if `checks` a row that has a number which the type cannot hold.
  private func convert(to type: ElementType, importance: Tensor?, checks: Bool) -> (tensor: Tensor, badRow: Int?) {
    if type == elementType { return (self, nil) }
    precondition(Self.canEncode(type) && shape.columnCount % type.blockSize == 0, "\(shape) cannot become \(type)")
    let out = Tensor(uninitialized: shape, elementType: type)
    let (rows, columns) = (shape.rowCount, shape.columnCount)
    guard columns > 0 else { return (out, nil) }
    let code = type.ggufCode ?? -1
    let rowsPerMatrix = importance.map { rows / max(1, $0.shape.rowCount) } ?? rows
    if let importance {
      precondition(
        importance.elementType == .f32 && importance.shape.columnCount == columns
          && importance.shape.rowCount * rowsPerMatrix == rows, "importance \(importance.shape) is not that of \(shape)"
      )
    }
    let badRow = Atomic<Int>(-1)
    ThreadPool.shared.run(rows, minimum: max(1, 16_384 / columns)) { range in
      MemoryCache.withFloats(columns) { scratch in
        for row in range {
          let target = unsafe out.pointer + row * out.bytesPerRow
          let values = type == .f32 ? unsafe target.assumingMemoryBound(to: Float.self) : scratch
          unsafe decodeRows(row..<row + 1, into: values)
          if checks, unsafe ctk_can_hold(code, values, columns) == 0 { badRow.store(row, ordering: .relaxed) }
          if let plain = type.plainCode {
            if type != .f32 { unsafe Kernels.table.narrow(columns, values, plain, target) }
          } else {
            let weights = importance.map { unsafe $0.floatPointer + row / rowsPerMatrix * columns }
            let status = unsafe ctk_encode_row(code, values, weights, columns, target, 0)
            precondition(status == 0, "every block type has an encoder")
          }
        }
      }
    }
    let bad = badRow.load(ordering: .relaxed)
    return (out, bad < 0 ? nil : bad)
  }

  /// A copy of a matrix of a plain type with rows and columns exchanged: [rows, columns] to [columns, rows].
  public func transposed() -> Tensor {
    guard elementType == .f32 else { return converted(to: .f32).transposed().converted(to: elementType) }
    let (rows, columns) = (shape.rowCount, shape.columnCount)
    let out = Tensor(uninitialized: [columns, rows])
    let (source, target) = unsafe (floatPointer, out.floatPointer)
    // Small squares keep both the rows read and the rows written in the cache.
    let side = 32
    ThreadPool.shared.run((columns + side - 1) / side, minimum: max(1, 2048 / max(1, rows))) { strips in
      for rowStart in stride(from: 0, to: rows, by: side) {
        for columnStart in stride(from: strips.lowerBound * side, to: strips.upperBound * side, by: side) {
          for row in rowStart..<min(rowStart + side, rows) {
            for column in columnStart..<min(columnStart + side, columns) {
              unsafe target[column * rows + row] = source[row * columns + column]
            }
          }
        }
      }
    }
    return out
  }
}

extension Tensor {
  /// The row that holds the first block whose scale is infinite or not a number, as a damaged file's may be; nil where
  /// there is none, and for plain types. Reads all scales, all threads at work.
  package func firstRowWithoutScale() -> Int? {
    guard elementType.isBlocked, let code = elementType.ggufCode else { return nil }
    let (rows, perRow) = (shape.rowCount, bytesPerRow / elementType.bytesPerBlock)
    let first = Atomic<Int>(rows)
    ThreadPool.shared.run(rows, minimum: max(1, 65_536 / max(1, bytesPerRow))) { range in
      for row in range where row < first.load(ordering: .relaxed) {
        let found = unsafe ctk_first_without_scale(code, pointer + row * bytesPerRow, perRow)
        if found < perRow { first.min(row, ordering: .relaxed) }
      }
    }
    let row = first.load(ordering: .relaxed)
    return row < rows ? row : nil
  }
}
