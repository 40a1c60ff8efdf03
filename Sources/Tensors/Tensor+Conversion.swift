import CTensorKernels

extension Tensor {
  /// The elements as float32.
  public func floats() -> [Float] {
    let count = elementCount
    return unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress, count > 0 { unsafe decodeRows(0..<shape.rowCount, into: base) }
      initialized = count
    }
  }

  /// Whether numbers can be rounded to a type: the plain ones, and blocks that need no search for their scales.
  public static func canEncode(_ type: ElementType) -> Bool {
    switch type {
    case .f32, .f16, .bf16, .q8_0, .q4_0: true
    default: false
    }
  }

  /// A copy in another element type; the tensor itself when it has that type already.
  ///
  /// Any type decodes; `canEncode` says which can be made. Rows must be whole blocks of it.
  public func converted(to type: ElementType) -> Tensor {
    if type == elementType { return self }
    precondition(Self.canEncode(type) && shape.columnCount % type.blockSize == 0, "\(shape) cannot become \(type)")
    let out = Tensor(uninitialized: shape, elementType: type)
    let columns = shape.columnCount
    guard columns > 0 else { return out }
    ThreadPool.shared.run(shape.rowCount, minimum: max(1, 16_384 / columns)) { rows in
      if type == .f32 {
        unsafe decodeRows(rows, into: out.floatPointer + rows.lowerBound * columns)
        return
      }
      MemoryCache.withFloats(columns) { scratch in
        for row in rows {
          unsafe decodeRows(row..<row + 1, into: scratch)
          let target = unsafe out.pointer + row * out.bytesPerRow
          if let code = type.plainCode {
            unsafe Kernels.table.narrow(columns, scratch, code, target)
          } else {
            _ = unsafe ctk_encode_blocks(type.ggufCode ?? -1, scratch, columns, target)
          }
        }
      }
    }
    return out
  }

  /// A copy of a float32 matrix with rows and columns exchanged: [rows, columns] to [columns, rows].
  public func transposed() -> Tensor {
    let (rows, columns) = (shape.rowCount, shape.columnCount)
    let out = Tensor(uninitialized: [columns, rows])
    // Small squares keep both the rows read and the rows written in the cache.
    let side = 32
    for rowStart in stride(from: 0, to: rows, by: side) {
      for columnStart in stride(from: 0, to: columns, by: side) {
        for row in rowStart..<min(rowStart + side, rows) {
          for column in columnStart..<min(columnStart + side, columns) {
            unsafe out.floatPointer[column * rows + row] = floatPointer[row * columns + column]
          }
        }
      }
    }
    return out
  }
}
