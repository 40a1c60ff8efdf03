import CTensorKernels

/// Adds the squares of each column's numbers: `sums[j] += Σ x[i, j]²`.
/// - Parameters:
///   - x: [rows, columns] float32
///   - sums: [columns] float32
package func addColumnSquares(_ x: Tensor, to sums: Tensor) {
  let (rows, columns) = (x.shape.rowCount, x.shape.columnCount)
  ThreadPool.shared.run(columns, minimum: max(64, 65_536 / max(1, rows))) { range in
    for row in 0..<rows {
      let values = unsafe x.floatPointer + row * columns
      for column in range { unsafe sums.floatPointer[column] += values[column] * values[column] }
    }
  }
}
