import CTensorKernels

/// The sum of two tensors of one shape.
public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
  precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) differ")
  let out = Tensor(uninitialized: a.shape)
  let (x, y, target) = unsafe (a.floatPointer, b.floatPointer, out.floatPointer)
  let table = unsafe Kernels.table
  Kernels.forEachRange(rows: a.elementCount, cost: 1) { range in
    let start = range.lowerBound
    unsafe table.pointee.add(x + start, y + start, range.count, target + start)
  }
  return out
}

/// Every element multiplied by one number.
public func scale(_ x: Tensor, by factor: Float) -> Tensor {
  let table = unsafe Kernels.table
  return unsafe Kernels.mapRows(x) { row, count, out in unsafe table.pointee.scale(row, factor, count, out) }
}

/// Every row multiplied by its own number.
public func scaleRows(_ x: Tensor, by factors: [Float]) -> Tensor {
  let columns = x.shape.columnCount
  precondition(factors.count == x.shape.rowCount, "\(factors.count) factors for \(x.shape)")
  let out = Tensor(uninitialized: x.shape)
  let (source, target) = unsafe (x.floatPointer, out.floatPointer)
  let table = unsafe Kernels.table
  Kernels.forEachRange(rows: factors.count, cost: columns) { rows in
    for row in rows {
      unsafe table.pointee.scale(source + row * columns, factors[row], columns, target + row * columns)
    }
  }
  return out
}

/// `exp(x) / Σ exp(x)` over the last dimension.
public func softmax(_ x: Tensor) -> Tensor {
  let table = unsafe Kernels.table
  return unsafe Kernels.mapRows(x) { row, count, out in
    let sum = unsafe table.pointee.exp_shifted(row, count, table.pointee.maximum(row, count), out)
    unsafe table.pointee.scale(out, 1 / sum, count, out)
  }
}
