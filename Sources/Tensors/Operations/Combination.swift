import CTensorKernels

extension Tensor {
  /// Writes `self · scale + other · factor` over this tensor: what a step of gradient descent is made of.
  /// - Parameter other: float32, as many elements as this tensor has
  package func combine(_ scale: Double, adding other: Tensor, times factor: Double) {
    precondition(other.elementCount == elementCount, "\(shape) and \(other.shape) cannot be added")
    precondition(!storage.isMapped, "a mapped file cannot be written")
    let (scale, factor) = (Float(scale), Float(factor))
    ThreadPool.shared.run(elementCount, minimum: 16_384) { range in
      // Both passes over a piece that the first-level cache holds.
      for start in stride(from: range.lowerBound, to: range.upperBound, by: 2048) {
        let count = min(2048, range.upperBound - start)
        let target = unsafe floatPointer + start
        if scale != 1 { unsafe Kernels.table.scale(count, scale, target, target) }
        unsafe Kernels.table.axpy(count, factor, other.floatPointer + start, Int32(CTK_F32), target)
      }
    }
  }
}
