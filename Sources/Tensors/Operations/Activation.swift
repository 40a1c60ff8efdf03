import CTensorKernels

/// A function applied to each number alone.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// GELU by the tanh approximation (Hendrycks and Gimpel 2016), as GPT-1 to GPT-3 use it.
  case geluTanh
  /// GELU by the error function.
  case geluErf
  /// `x · σ(1.702 x)`, CLIP's GELU.
  case quickGELU
  /// `x · σ(x)`, also called Swish: the gate of LLaMA.
  case silu
  /// `max(x, 0)`.
  case relu

  var code: Int32 {
    switch self {
    case .geluTanh: Int32(CTK_GELU_TANH)
    case .geluErf: Int32(CTK_GELU_ERF)
    case .quickGELU: Int32(CTK_QUICK_GELU)
    case .silu: Int32(CTK_SILU)
    case .relu: Int32(CTK_RELU)
    }
  }
}

/// How the gate and up halves of a gated feed-forward part combine.
public enum GateFunction: Sendable, Hashable {
  /// `activation(gate) · up`; with SiLU, SwiGLU.
  case activation(Activation)
  /// gpt-oss: `(clamp(up, ±limit) + 1) · g · σ(alpha · g)` with `g = min(gate, limit)`.
  case clampedSwish(alpha: Float, limit: Float)
}

/// How one row holds gate and up together.
public enum GatePacking: String, Sendable, Hashable {
  /// All of gate, then all of up.
  case concatenated
  /// Gate and up in turn.
  case interleaved
}

/// Applies a function to each number.
public func activation(_ x: Tensor, _ kind: Activation) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  ThreadPool.shared.run(x.elementCount, minimum: 8192) { range in
    unsafe Kernels.table.activation(
      range.count, kind.code, x.floatPointer + range.lowerBound, out.floatPointer + range.lowerBound)
  }
  return out
}

/// Combines gate and up of the same shape.
public func gated(gate: Tensor, up: Tensor, _ function: GateFunction) -> Tensor {
  precondition(gate.elementCount == up.elementCount, "gate \(gate.shape) and up \(up.shape) differ")
  let out = Tensor(uninitialized: up.shape)
  ThreadPool.shared.run(up.elementCount, minimum: 8192) { range in
    let start = range.lowerBound
    unsafe combine(
      range.count, function, gate.floatPointer + start, up.floatPointer + start, out.floatPointer + start)
  }
  return out
}

/// Combines the gate and up halves of each row: [rows, 2 * size] to [rows, size].
public func gated(packed: Tensor, packing: GatePacking, _ function: GateFunction) -> Tensor {
  let (rows, size) = (packed.shape.rowCount, packed.shape.columnCount / 2)
  switch packing {
  case .concatenated:
    return gated(gate: packed.columns(0..<size), up: packed.columns(size..<2 * size), function)
  case .interleaved:
    let (gate, up) = (Tensor(uninitialized: [rows, size]), Tensor(uninitialized: [rows, size]))
    for index in 0..<rows * size {
      unsafe gate.floatPointer[index] = packed.floatPointer[2 * index]
      unsafe up.floatPointer[index] = packed.floatPointer[2 * index + 1]
    }
    return gated(gate: gate, up: up, function)
  }
}

private func combine(
  _ count: Int, _ function: GateFunction, _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>,
  _ out: UnsafeMutablePointer<Float>
) {
  switch function {
  case .activation(let kind): unsafe Kernels.table.gate(count, kind.code, gate, up, out)
  case .clampedSwish(let alpha, let limit): unsafe Kernels.table.clamped_swish(count, alpha, limit, gate, up, out)
  }
}
