import CTensorKernels
import Foundation
import Tensors
import TestSupport
import Testing

/// Every table that this processor runs computes what the scalar reference computes.
@Suite struct KernelTableTests {
  static let names = ["scalar", "avx2", "avx512", "neon"].filter { unsafe Kernels.named($0) != nil }
  static let lengths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 130, 257]

  func each(_ name: String, _ body: (ctk_table, ctk_table, Int) throws -> Void) throws {
    let (reference, table) = unsafe (try #require(Kernels.named("scalar")), try #require(Kernels.named(name)))
    for length in Self.lengths { try unsafe body(reference, table, length) }
  }

  /// Runs the same unary kernel of both tables and compares with a tolerance relative to the largest value.
  func compare(
    _ n: Int, _ what: String, tolerance: Float = 2e-6, scale: Float = 6,
    _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Bool) -> Void
  ) {
    let x = numbers(n, seed: UInt64(n)).map { $0 * scale }
    var (a, b) = ([Float](repeating: .nan, count: n), [Float](repeating: .nan, count: n))
    unsafe body(x, &a, false)
    unsafe body(x, &b, true)
    let size = max(1, a.map(abs).max() ?? 1)
    #expect(largestDifference(a, b) <= tolerance * size, "\(what) of \(n)")
  }

  @Test(arguments: names) func elementwise(_ name: String) throws {
    try unsafe each(name) { reference, table, n in
      let gain = numbers(n, seed: 7)
      let bias = numbers(n, seed: 8)
      for kind in 0..<5 as Range<Int32> {
        unsafe compare(n, "activation \(kind)") { x, y, second in
          unsafe (second ? table : reference).activation(n, kind, x, y)
        }
        unsafe compare(n, "gate \(kind)") { x, y, second in
          unsafe (second ? table : reference).gate(n, kind, x, gain, y)
        }
      }
      unsafe compare(n, "swish") { x, y, second in
        unsafe (second ? table : reference).clamped_swish(n, 1.702, 4, x, gain, y)
      }
      unsafe compare(n, "softmax", scale: 30) { x, y, second in unsafe (second ? table : reference).softmax(n, x, y) }
      unsafe compare(n, "layer norm") { x, y, second in
        unsafe (second ? table : reference).layer_norm(n, x, gain, bias, 1e-5, y)
      }
      unsafe compare(n, "rms norm") { x, y, second in
        unsafe (second ? table : reference).rms_norm(n, x, gain, nil, 1e-5, y)
      }
      unsafe compare(n, "add") { x, y, second in unsafe (second ? table : reference).add(n, x, gain, y) }
      unsafe compare(n, "scale") { x, y, second in unsafe (second ? table : reference).scale(n, 1.5, x, y) }
      unsafe compare(n, "maximum") { x, y, second in
        unsafe y[0] = (second ? table : reference).maximum(n, x)
        for i in 1..<max(n, 1) { unsafe y[i] = 0 }
      }
    }
  }

  @Test(arguments: names) func dotsAndSums(_ name: String) throws {
    try unsafe each(name) { reference, table, n in
      for type in 0..<3 as Range<Int32> {
        var packed = [Float](repeating: 0, count: n)
        var other = packed
        let y = numbers(n, seed: 11)
        unsafe reference.narrow(n, y, type, &packed)
        unsafe table.narrow(n, y, type, &other)
        #expect(packed == other || largestDifference(packed, other) == 0)
        unsafe compare(n, "widen \(type)", tolerance: 0) { x, out, second in
          unsafe (second ? table : reference).widen(n, packed, type, out)
        }
        unsafe compare(n, "axpy \(type)") { x, out, second in
          for i in 0..<n { unsafe out[i] = x[i] }
          unsafe (second ? table : reference).axpy(n, 0.75, packed, type, out)
        }
        unsafe compare(n, "dot \(type)", tolerance: 1e-5) { x, out, second in
          for i in 0..<n { unsafe out[i] = 0 }
          unsafe out[0] = (second ? table : reference).dot(n, x, packed, type)
        }
      }
    }
  }

  @Test(arguments: names) func tiles(_ name: String) throws {
    let table = unsafe try #require(Kernels.named(name))
    let (rows, columns) = unsafe (table.tile_rows, table.tile_columns)
    for depth in [1, 2, 17, 64] {
      for (m, n) in [(rows, columns), (1, 1), (rows - 1, columns), (rows, columns - 1), (2, 3)] {
        let (a, b) = (numbers(m * depth, seed: 1), numbers(n * depth, seed: 2))
        var packedA = [Float](repeating: .nan, count: rows * depth)
        var packedB = [Float](repeating: .nan, count: columns * depth)
        unsafe table.pack_transposed(&packedA, a, depth, m, rows, depth)
        unsafe table.pack(&packedB, b, n, n, columns, depth)
        var c = [Float](repeating: 1, count: m * (n + 1))
        unsafe table.tile(depth, packedA, packedB, &c, n + 1, m, n, 1)
        for i in 0..<m {
          #expect(c[i * (n + 1) + n] == 1, "a column past the tile was written")
          for j in 0..<n {
            let exact = (0..<depth).reduce(1.0) { $0 + Double(a[i * depth + $1]) * Double(b[$1 * n + j]) }
            #expect(abs(c[i * (n + 1) + j] - Float(exact)) < 1e-5)
          }
        }
      }
    }
  }

  @Test(arguments: names) func exponentialsAtTheEdges(_ name: String) throws {
    let table = unsafe try #require(Kernels.named(name))
    let x: [Float] = [0, -0.0, 1, -1, 88, -87, -104, -.infinity, 0.5, 1e-8, 20, -20, 3, 4, 5, 6]
    var y = x
    _ = unsafe table.exp_sum(x.count, x, 0, &y)
    for (value, exponential) in zip(x, y) {
      let exact = Float(Foundation.exp(Double(value)))
      #expect(abs(exponential - exact) <= 3e-7 * exact + 1e-37, "e^\(value) was \(exponential)")
    }
  }
}
