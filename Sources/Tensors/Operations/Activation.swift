import CTensorKernels

/// A function that a feed-forward layer applies to each number.
public enum Activation: String, Sendable, Hashable, CaseIterable {
  /// `x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))`
  case geluTanh
  /// `x/2 · (1 + erf(x/√2))`
  case geluErf
  /// `x · sigmoid(1.702 x)`
  case quickGELU
  /// `x · sigmoid(x)`
  case silu
  /// `max(x, 0)`
  case relu

  fileprivate var kernel: ctk_activation {
    switch self {
    case .geluTanh: ctk_gelu_tanh
    case .geluErf: ctk_gelu_erf
    case .quickGELU: ctk_quick_gelu
    case .silu: ctk_silu
    case .relu: ctk_relu
    }
  }
}

/// How the two halves of a gated feed-forward layer meet.
public enum GateFunction: Sendable, Hashable {
  /// `act(gate) · up`
  case activation(Activation)
  /// gpt-oss's: `(clamp(up, ±limit) + 1) · g · sigmoid(alpha · g)` with `g = min(gate, limit)`
  case clampedSwish(alpha: Float, limit: Float)
}

/// How gate and up share a row.
public enum GatePacking: String, Sendable, Hashable {
  /// All gates, then all ups.
  case concatenated
  /// `g0 u0 g1 u1 …`
  case interleaved
}

/// The activation of each element.
public func activation(_ x: Tensor, _ kind: Activation) -> Tensor {
  let table = unsafe Kernels.table
  return unsafe Kernels.mapRows(x) { row, count, out in unsafe table.pointee.activation(kind.kernel, row, count, out) }
}

/// The gate applied to `up`: two tensors of one shape.
public func gated(gate: Tensor, up: Tensor, _ f: GateFunction) -> Tensor {
  precondition(gate.shape == up.shape, "gate \(gate.shape) and up \(up.shape) differ")
  let out = Tensor(uninitialized: gate.shape)
  let columns = gate.shape.columnCount
  let (g, u, target) = unsafe (gate.floatPointer, up.floatPointer, out.floatPointer)
  Kernels.forEachRange(rows: gate.shape.rowCount, cost: columns * 4) { rows in
    let offset = rows.lowerBound * columns
    unsafe apply(f, g + offset, u + offset, rows.count * columns, target + offset)
  }
  return out
}

/// The gate applied to `up`, which share rows of `[rows, 2 · size]`; `[rows, size]`.
public func gated(packed: Tensor, packing: GatePacking, _ f: GateFunction) -> Tensor {
  let columns = packed.shape.columnCount / 2
  let out = Tensor(uninitialized: Shape(packed.shape.dimensions.dropLast() + [columns]))
  let (source, target) = unsafe (packed.floatPointer, out.floatPointer)
  Kernels.forEachRange(rows: packed.shape.rowCount, cost: columns * 4) { rows in
    let split = Tensor(uninitialized: [2, packing == .interleaved ? columns : 0])
    let parts = unsafe split.floatPointer
    for row in rows {
      var gate = unsafe source + 2 * columns * row
      var up = unsafe gate + columns
      if packing == .interleaved {
        for i in 0..<columns {
          unsafe parts[i] = gate[2 * i]
          unsafe parts[columns + i] = gate[2 * i + 1]
        }
        unsafe gate = parts
        unsafe up = parts + columns
      }
      unsafe apply(f, gate, up, columns, target + row * columns)
    }
  }
  return out
}

private func apply(
  _ f: GateFunction, _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>, _ count: Int,
  _ out: UnsafeMutablePointer<Float>
) {
  let table = unsafe Kernels.table
  switch f {
  case .activation(let kind): unsafe table.pointee.gated(kind.kernel, gate, up, count, out)
  case .clampedSwish(let alpha, let limit): unsafe table.pointee.clamped_swish(gate, up, alpha, limit, count, out)
  }
}
