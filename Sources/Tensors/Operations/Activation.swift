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

  /// Combines some of both; `out` may be either.
  func combine(
    _ count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .activation(let kind): unsafe Kernels.table.gate(count, kind.code, gate, up, out)
    case .clampedSwish(let alpha, let limit): unsafe Kernels.table.clamped_swish(count, alpha, limit, gate, up, out)
    }
  }
}

/// How one row holds gate and up together.
public enum GatePacking: String, Sendable, Hashable, CaseIterable {
  /// All of gate, then all of up.
  case concatenated
  /// Gate and up in turn.
  case interleaved
}

/// Applies a function to each number.
public func activation(_ x: Tensor, _ kind: Activation, tape: Tape? = nil) -> Tensor {
  let out = Tensor(uninitialized: x.shape)
  ThreadPool.shared.run(x.elementCount, minimum: 8192) { range in
    unsafe Kernels.table.activation(
      range.count, kind.code, x.floatPointer + range.lowerBound, out.floatPointer + range.lowerBound)
  }
  tape?.record([x], out) { [place = x.place, x = tape?.keep(x)] tape, dy in
    guard let x = x?.tensor else { return }
    tape.accumulate(into: place) { dx, adds in
      ThreadPool.shared.run(x.elementCount, minimum: 8192) { range in
        let start = range.lowerBound
        unsafe Kernels.table.activation_gradient(
          range.count, kind.code, x.floatPointer + start, dy.floatPointer + start, dx.floatPointer + start, adds ? 1 : 0
        )
      }
    }
  }
  return out
}

/// Combines gate and up of the same shape.
public func gated(gate: Tensor, up: Tensor, _ function: GateFunction, tape: Tape? = nil) -> Tensor {
  precondition(gate.elementCount == up.elementCount, "gate \(gate.shape) and up \(up.shape) differ")
  let out = Tensor(uninitialized: up.shape)
  ThreadPool.shared.run(up.elementCount, minimum: 8192) { range in
    let start = range.lowerBound
    unsafe function.combine(
      range.count, gate: gate.floatPointer + start, up: up.floatPointer + start, into: out.floatPointer + start)
  }
  tape?.record([gate, up], out) {
    [places = (gate.place, up.place), gate = tape?.keep(gate), up = tape?.keep(up)] tape, dy in
    guard let gate = gate?.tensor, let up = up?.tensor else { return }
    // Both gradients are made in one pass over memory of their own, which the tape then takes over.
    let (dgate, dup) = (Tensor(uninitialized: gate.shape), Tensor(uninitialized: up.shape))
    ThreadPool.shared.run(up.elementCount, minimum: 8192) { range in
      let (count, start) = (range.count, range.lowerBound)
      let (gate, up, dy) = unsafe (gate.floatPointer + start, up.floatPointer + start, dy.floatPointer + start)
      let (dgate, dup) = unsafe (dgate.floatPointer + start, dup.floatPointer + start)
      switch function {
      case .activation(let kind): unsafe Kernels.table.gate_gradient(count, kind.code, gate, up, dy, dgate, dup, 0)
      case .clampedSwish(let alpha, let limit):
        unsafe Kernels.table.clamped_swish_gradient(count, alpha, limit, gate, up, dy, dgate, dup, 0)
      }
    }
    tape.accumulate(into: places.0, giving: dgate)
    tape.accumulate(into: places.1, giving: dup)
  }
  return out
}

/// Combines the gate and up halves of each row: [rows, 2 * size] to [rows, size].
public func gated(packed: Tensor, packing: GatePacking, _ function: GateFunction, tape: Tape? = nil) -> Tensor {
  let size = packed.shape.columnCount / 2
  let halves =
    switch packing {
    case .concatenated: packed.splitColumns([size, size], tape: tape)
    case .interleaved: packed.deinterleavedColumns(tape: tape)
    }
  return gated(gate: halves[0], up: halves[1], function, tape: tape)
}
