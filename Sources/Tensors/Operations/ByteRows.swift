import CTensorKernels

/// Rows as signed bytes with a scale for each group.
final class ByteRows {
  let kernelRows: ctk_bytes
  /// The kernels' number of how weights want them.
  let order: Int32
  private let memory: Storage

  /// - Parameters:
  ///   - x: [rows, columns], whole groups of columns
  ///   - order: The kernels' number of how the weights want them.
  init(_ x: Tensor, order: Int32) {
    self.order = order
    let (count, n, group) = (x.shape.rowCount, x.shape.columnCount, ctk_byte_group(order))
    let (scaleStride, rowStride) = ((n / group + 7) / 8 * 8, ctk_byte_row(order, n))
    let groupStride = rowStride / 16
    let (codes, scales, groupSums) = (count * rowStride, count * scaleStride * 4, count * groupStride * 2)
    memory = Storage(byteCount: 2 * scales + groupSums + codes)
    let base = unsafe memory.base
    let scalePointer = unsafe base.assumingMemoryBound(to: Float.self)
    let sums = unsafe (base + scales).assumingMemoryBound(to: Float.self)
    let groupPointer = unsafe (base + 2 * scales).assumingMemoryBound(to: Int16.self)
    let codePointer = unsafe (base + 2 * scales + groupSums).assumingMemoryBound(to: Int8.self)
    // Kernels read eight scales at a time, and rows to their ends.
    let zeros = 2 * scales + (rowStride == n ? 0 : groupSums + codes)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: zeros)
    ThreadPool.shared.run(count, minimum: max(1, 8192 / max(1, n))) { rows in
      for row in rows {
        unsafe Kernels.table.to_bytes(
          n, order, x.floatPointer + row * n, codePointer + row * rowStride, scalePointer + row * scaleStride,
          sums + row * scaleStride, groupPointer + row * groupStride)
      }
    }
    unsafe kernelRows = ctk_bytes(
      count: count, n: n, codes: codePointer, scales: scalePointer, sums: sums, group_sums: groupPointer,
      row_stride: rowStride, scale_stride: scaleStride, group_stride: groupStride)
  }
}
