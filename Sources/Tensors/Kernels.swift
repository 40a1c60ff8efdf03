import CTensorKernels

/// The face of the C kernels: the table chosen at start, and loops over rows that run on all threads.
package enum Kernels {
  /// The kernels of the best instruction set of this processor.
  static var table: UnsafePointer<ctk_table> { unsafe ctk_active() }
  /// The name of that instruction set: `avx512`, `avx2`, `neon` or `scalar`.
  package static var name: String { unsafe String(cString: table.pointee.name) }

  /// Calls `body` with ranges that together cover `0 ..< rows`, at once on several threads when the work pays for it.
  /// - Parameter cost: about how many numbers one row touches.
  package static func forEachRange(rows: Int, cost: Int, _ body: (Range<Int>) -> Void) {
    let smallest = max(1, 16_384 / max(1, cost))
    let pieces = min((rows + smallest - 1) / smallest, ThreadPool.shared.threadCount * 4)
    guard pieces > 1 else {
      if rows > 0 { body(0..<rows) }
      return
    }
    ThreadPool.shared.run(count: pieces) { piece in
      let start = rows * piece / pieces
      let end = rows * (piece + 1) / pieces
      if start < end { body(start..<end) }
    }
  }

  /// Runs `body` for every row of `x`, into a tensor of the same shape.
  package static func mapRows(
    _ x: Tensor, _ body: (_ row: UnsafePointer<Float>, _ count: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) -> Tensor {
    let out = Tensor(uninitialized: x.shape)
    let columns = x.shape.columnCount
    let source = unsafe UnsafePointer(x.floatPointer)
    let target = unsafe out.floatPointer
    forEachRange(rows: x.shape.rowCount, cost: columns) { rows in
      for row in rows { unsafe body(source + row * columns, columns, target + row * columns) }
    }
    return out
  }
}

extension ElementType {
  var kernelType: ctk_type {
    switch self {
    case .f32: ctk_f32
    case .f16: ctk_f16
    case .bf16: ctk_bf16
    case .q4_0: ctk_q4_0
    case .q4_1: ctk_q4_1
    case .q5_0: ctk_q5_0
    case .q5_1: ctk_q5_1
    case .q8_0: ctk_q8_0
    case .q2_K: ctk_q2_K
    case .q3_K: ctk_q3_K
    case .q4_K: ctk_q4_K
    case .q5_K: ctk_q5_K
    case .q6_K: ctk_q6_K
    case .iq4_nl: ctk_iq4_nl
    case .iq4_xs: ctk_iq4_xs
    case .mxfp4: ctk_mxfp4
    case .i8: ctk_i8
    case .u8: ctk_u8
    case .i16: ctk_i16
    case .i32: ctk_i32
    case .i64: ctk_i64
    case .f64: ctk_f64
    }
  }
}
