import CTensorKernels

/// The sum of two tensors of the same shape.
public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
  precondition(a.elementCount == b.elementCount, "\(a.shape) and \(b.shape) cannot be added")
  let out = Tensor(uninitialized: a.shape)
  ThreadPool.shared.run(a.elementCount, minimum: 32_768) { range in
    let start = range.lowerBound
    unsafe Kernels.table.add(range.count, a.floatPointer + start, b.floatPointer + start, out.floatPointer + start)
  }
  return out
}

/// Every number times a factor.
public func scale(_ x: Tensor, by factor: Float) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  unsafe Kernels.table.scale(x.elementCount, factor, x.floatPointer, out.floatPointer)
  return out
}

/// Every row times a factor of its own.
public func scaleRows(_ x: Tensor, by factors: [Float]) -> Tensor {
  let columns = x.shape.columnCount
  precondition(factors.count == x.shape.rowCount, "\(factors.count) factors for \(x.shape.rowCount) rows")
  let out = Tensor(uninitialized: x.shape)
  for (row, factor) in factors.enumerated() {
    unsafe Kernels.table.scale(columns, factor, x.floatPointer + row * columns, out.floatPointer + row * columns)
  }
  return out
}
