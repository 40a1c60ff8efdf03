import CTensorKernels

/// Layer normalisation of each row: `(x - mean) / √(variance + ε) · gain + bias`.
/// - Parameters:
///   - x: [rows, size]
///   - gain: [size], or nil for 1
///   - bias: [size], or nil for 0
public func layerNorm(_ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float) -> Tensor {
  eachRow(x) { row, out, count in
    unsafe Kernels.table.layer_norm(count, row, gain?.floatPointer, bias?.floatPointer, epsilon, out)
  }
}

/// RMSNorm of each row: `x / √(mean(x²) + ε) · gain + bias`; parameters as for `layerNorm`.
public func rmsNorm(_ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float) -> Tensor {
  eachRow(x) { row, out, count in
    unsafe Kernels.table.rms_norm(count, row, gain?.floatPointer, bias?.floatPointer, epsilon, out)
  }
}

/// The softmax of each row.
public func softmax(_ x: Tensor) -> Tensor {
  eachRow(x) { row, out, count in unsafe Kernels.table.softmax(count, row, out) }
}

/// A new tensor made row by row, on all threads where there are enough numbers to pay for it.
private func eachRow(
  _ x: Tensor, _ body: @escaping (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  let columns = x.shape.columnCount
  guard columns > 0 else { return out }
  ThreadPool.shared.run(x.shape.rowCount, minimum: max(1, 16_384 / columns)) { rows in
    for row in rows { unsafe body(x.floatPointer + row * columns, out.floatPointer + row * columns, columns) }
  }
  return out
}
