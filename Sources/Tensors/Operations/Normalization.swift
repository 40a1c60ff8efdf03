import CTensorKernels

/// Layer normalisation of each row: `(x - mean) / √(variance + ε) · gain + bias`.
/// - Parameters:
///   - x: [rows, size]
///   - gain: [size], or nil for 1
///   - bias: [size], or nil for 0
public func layerNorm(_ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float, tape: Tape? = nil) -> Tensor {
  let out = eachRow(x) { row, out, count in
    unsafe Kernels.table.layer_norm(count, row, gain?.floatPointer, bias?.floatPointer, epsilon, out)
  }
  recordNorm(x, centered: true, gain: gain, bias: bias, epsilon: epsilon, out, tape)
  return out
}

/// RMSNorm of each row: `x / √(mean(x²) + ε) · gain + bias`; parameters as for `layerNorm`.
public func rmsNorm(_ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float, tape: Tape? = nil) -> Tensor {
  let out = eachRow(x) { row, out, count in
    unsafe Kernels.table.rms_norm(count, row, gain?.floatPointer, bias?.floatPointer, epsilon, out)
  }
  recordNorm(x, centered: false, gain: gain, bias: bias, epsilon: epsilon, out, tape)
  return out
}

private func recordNorm(
  _ x: Tensor, centered: Bool, gain: Tensor?, bias: Tensor?, epsilon: Float, _ out: Tensor, _ tape: Tape?
) {
  tape?.record([x] + [gain, bias].compactMap(\.self), out) { [place = x.place, x = tape?.keep(x)] tape, dy in
    guard let x = x?.tensor else { return }
    let (rows, columns) = (x.shape.rowCount, x.shape.columnCount)
    // Blocks of rows whose number does not depend on the threads, each with sums of its own.
    let blockRows = max(16, (rows + 31) / 32)
    let blocks = (rows + blockRows - 1) / blockRows
    func sums(_ parameter: Tensor?) -> Tensor? {
      parameter.flatMap { tape.isTracked($0) ? Tensor(zeros: [blocks, columns]) : nil }
    }
    let (gainSums, biasSums) = (sums(gain), sums(bias))
    func pass(into dx: Tensor, adds: Bool) {
      ThreadPool.shared.run(blocks) { block in
        for row in block * blockRows..<min(rows, (block + 1) * blockRows) {
          let start = row * columns
          unsafe Kernels.table.norm_gradient(
            columns, centered ? 1 : 0, epsilon, x.floatPointer + start, gain?.floatPointer, dy.floatPointer + start,
            dx.floatPointer + start, adds ? 1 : 0, gainSums.map { unsafe $0.floatPointer + block * columns },
            biasSums.map { unsafe $0.floatPointer + block * columns })
        }
      }
    }
    if tape.wants(place) { tape.accumulate(into: place, pass) } else { pass(into: dy, adds: false) }
    for (parameter, sums) in [(gain, gainSums), (bias, biasSums)] {
      if let parameter, let sums { tape.accumulate(into: parameter.place) { addColumnSums(sums, to: $0, adds: $1) } }
    }
  }
}

/// The softmax of each row.
public func softmax(_ x: Tensor, tape: Tape? = nil) -> Tensor {
  let out = eachRow(x) { row, out, count in unsafe Kernels.table.softmax(count, row, out) }
  tape?.record([x], out) { [x = x.place] tape, dy in
    let count = out.shape.columnCount
    ThreadPool.shared.run(out.shape.rowCount, minimum: max(1, 16_384 / max(1, count))) { rows in
      for row in rows {
        let (y, d) = unsafe (out.floatPointer + row * count, dy.floatPointer + row * count)
        unsafe Kernels.table.softmax_gradient(count, y, d, Kernels.table.dot(count, y, d, Int32(CTK_F32)), d)
      }
    }
    tape.accumulate(into: x, giving: dy)
  }
  return out
}

/// A new tensor made row by row, on all threads where there are enough numbers to pay for it.
private func eachRow(
  _ x: Tensor, _ body: @escaping (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  let columns = x.shape.columnCount
  guard columns > 0 else { return out }
  ThreadPool.shared.run(x.shape.rowCount, minimum: max(1, 4096 / columns)) { rows in
    for row in rows { unsafe body(x.floatPointer + row * columns, out.floatPointer + row * columns, columns) }
  }
  return out
}
