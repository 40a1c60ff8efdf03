import CTensorKernels

/// Which way round a weight is stored.
public enum WeightLayout: String, Sendable, Hashable {
  /// [output, input], as everything but GPT-1 and GPT-2 has it.
  case outputMajor
  /// [input, output], the "Conv1D" of GPT-1 and GPT-2.
  case inputMajor
}

/// The most rows of a batch of which each gets exactly the bits that it would get alone, whatever the others hold.
///
/// A product of so few rows reads the weight once and computes every row by itself; from some number on rows are computed
/// in blocks, whose sums run in another order. Speculative decoding rests on it: a text whose tokens are checked by the
/// handful is the text whose tokens come one at a time.
///
/// This is what holds everywhere. Where processors have kernels for it, weights of plain types, of Q8_0 and with
/// interleaved copies keep the promise for 32 rows, so that as many sequences are generated side by side.
public let fewRows = 8

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
  } else if m <= fewRows, !transposeA, !adds {
    if transposeB {
      StreamedProduct(a, [.init(linear: Linear(weight: b), interleaved: nil, out: out)]).run()
    } else {
      multiplyFewRowsInputMajor(a, b, out)
    }
  } else {
    BlockedProduct(
      .init(a, count: m, isDepthMajor: transposeA), .init(b, count: n, isDepthMajor: !transposeB), depth: k, into: out,
      adds: adds
    ).run()
  }
}

/// A few rows of x against [k, n]: threads share the columns, rows of the weight are added up.
private func multiplyFewRowsInputMajor(_ x: Tensor, _ weight: Tensor, _ out: Tensor) {
  let (m, k, n) = (x.shape.rowCount, weight.shape.rowCount, weight.shape.columnCount)
  let (type, rowBytes) = (weight.elementType, weight.bytesPerRow)
  // Rows that every row of x meets while they are in the cache; those of block types are decoded one by one.
  let rowsAtOnce = type.plainCode == nil ? 1 : 16
  // Whole blocks of a block type, and whole cache lines of a plain one.
  let unit = max(64, type.blockSize)
  ThreadPool.shared.run((n + unit - 1) / unit, minimum: 4) { units in
    let columns = units.lowerBound * unit..<min(n, units.upperBound * unit)
    let target = unsafe out.floatPointer + columns.lowerBound
    for i in 0..<m { unsafe (target + i * n).update(repeating: 0, count: columns.count) }
    let first = unsafe weight.pointer + columns.lowerBound / type.blockSize * type.bytesPerBlock
    MemoryCache.withFloats(type.plainCode == nil ? columns.count : 0) { scratch in
      for row in stride(from: 0, to: k, by: rowsAtOnce) {
        var rows = unsafe UnsafeRawPointer(first + row * rowBytes)
        if type.plainCode == nil {
          unsafe type.decode(rows, count: columns.count, into: scratch)
          unsafe rows = UnsafeRawPointer(scratch)
        }
        for i in 0..<m {
          unsafe Kernels.table.add_rows(
            columns.count, min(rowsAtOnce, k - row), x.floatPointer + i * k + row, rows, rowBytes,
            type.plainCode ?? Int32(CTK_F32), target + i * n)
        }
      }
    }
  }
}
