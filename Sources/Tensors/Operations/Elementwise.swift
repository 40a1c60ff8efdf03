import CTensorKernels

/// The sum of two tensors of the same shape.
public func add(_ a: Tensor, _ b: Tensor, tape: Tape? = nil) -> Tensor {
  precondition(a.elementCount == b.elementCount, "\(a.shape) and \(b.shape) cannot be added")
  let out = Tensor(uninitialized: a.shape)
  ThreadPool.shared.run(a.elementCount, minimum: 32_768) { range in
    let start = range.lowerBound
    unsafe Kernels.table.add(range.count, a.floatPointer + start, b.floatPointer + start, out.floatPointer + start)
  }
  tape?.record([a, b], out) { [a = a.place, b = b.place] tape, dy in
    tape.accumulate(into: b, adding: dy)
    tape.accumulate(into: a, giving: dy)
  }
  return out
}

/// Every number times a factor.
public func scale(_ x: Tensor, by factor: Float, tape: Tape? = nil) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  unsafe Kernels.table.scale(x.elementCount, factor, x.floatPointer, out.floatPointer)
  tape?.record([x], out) { [x = x.place] tape, dy in
    unsafe Kernels.table.scale(dy.elementCount, factor, dy.floatPointer, dy.floatPointer)
    tape.accumulate(into: x, giving: dy)
  }
  return out
}

/// Every row times a factor of its own.
/// - Parameters:
///   - x: [rows, columns]
///   - factors: float32, of any shape
///   - indices: For each row, which of the factors.
public func scaleRows(_ x: Tensor, by factors: Tensor, at indices: [Int], tape: Tape? = nil) -> Tensor {
  let columns = x.shape.columnCount
  precondition(indices.count == x.shape.rowCount, "\(indices.count) factors for \(x.shape.rowCount) rows")
  precondition(indices.allSatisfy { $0 >= 0 && $0 < factors.elementCount }, "a factor outside \(factors.shape)")
  let out = Tensor(uninitialized: x.shape)
  for (row, index) in indices.enumerated() {
    let start = row * columns
    unsafe Kernels.table.scale(columns, factors.floatPointer[index], x.floatPointer + start, out.floatPointer + start)
  }
  tape?.record([x, factors], out) { tape, dy in
    if let dfactors = tape.sum(at: factors.place) {
      for (row, index) in indices.enumerated() {
        let start = row * columns
        unsafe dfactors.floatPointer[index] += Kernels.table.dot(
          columns, x.floatPointer + start, dy.floatPointer + start, Int32(CTK_F32))
      }
    }
    for (row, index) in indices.enumerated() {
      let target = unsafe dy.floatPointer + row * columns
      unsafe Kernels.table.scale(columns, factors.floatPointer[index], target, target)
    }
    tape.accumulate(into: x.place, giving: dy)
  }
  return out
}

/// Every row times a factor of its own, which is no parameter.
public func scaleRows(_ x: Tensor, by factors: [Float], tape: Tape? = nil) -> Tensor {
  scaleRows(x, by: Tensor(factors, shape: [factors.count]), at: Array(factors.indices), tape: tape)
}
