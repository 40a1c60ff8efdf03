import CTensorKernels

/// `(x - mean) / sqrt(variance + ε) · gain + bias` over the last dimension.
public func layerNorm(_ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float) -> Tensor {
  unsafe normalize(x, gain: gain, bias: bias, epsilon: epsilon, Kernels.table.pointee.layer_norm)
}

/// `x / sqrt(mean(x²) + ε) · gain + bias` over the last dimension.
public func rmsNorm(_ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float) -> Tensor {
  unsafe normalize(x, gain: gain, bias: bias, epsilon: epsilon, Kernels.table.pointee.rms_norm)
}

private typealias NormKernel =
  @convention(c) (
    UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Float, Int, UnsafeMutablePointer<Float>?
  ) -> Void

private func normalize(
  _ x: Tensor, gain: Tensor?, bias: Tensor?, epsilon: Float, _ kernel: NormKernel?
) -> Tensor {
  let columns = x.shape.columnCount
  precondition(gain.map { $0.elementCount == columns } ?? true, "a gain must have \(columns) elements")
  precondition(bias.map { $0.elementCount == columns } ?? true, "a bias must have \(columns) elements")
  let gain = unsafe UnsafePointer(gain?.converted(to: .f32).floatPointer)
  let bias = unsafe UnsafePointer(bias?.converted(to: .f32).floatPointer)
  return unsafe Kernels.mapRows(x) { row, count, out in unsafe kernel?(row, gain, bias, epsilon, count, out) }
}
