import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct OrthogonalizationTests {
  /// `I - 2 v vᵀ` for a unit vector v: orthogonal, symmetric, and without zeros.
  static func reflection(_ size: Int, seed: UInt64) -> [[Double]] {
    let v = numbers(size, seed: seed).map(Double.init)
    let square = v.reduce(0) { $0 + $1 * $1 }
    return v.indices.map { i in v.indices.map { j in (i == j ? 1 : 0) - 2 * v[i] * v[j] / square } }
  }

  /// A matrix of known singular values keeps its singular vectors, and the values go where the polynomial takes them.
  @Test(arguments: [[7, 7], [6, 19], [19, 6], [1, 5], [40, 33]]) func singularValues(_ size: [Int]) {
    let (rows, columns, rank) = (size[0], size[1], size.min() ?? 0)
    let (u, v) = (Self.reflection(rows, seed: 1), Self.reflection(columns, seed: 2))
    let values = (0..<rank).map { 3 / Double(1 + 2 * $0) }
    var x: [Float] = []
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = 0.0
        for k in 0..<rank { sum += u[i][k] * values[k] * v[k][j] }
        x.append(Float(sum))
      }
    }
    let result = orthogonalized(Tensor(x, shape: Shape(size)), iterations: 5)
    #expect(result.shape == Shape(size))
    let o = result.floats()
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    for a in 0..<rank {
      var expected: Double = values[a] / norm
      for _ in 0..<5 { expected = 3.4445 * expected - 4.7750 * pow(expected, 3) + 2.0315 * pow(expected, 5) }
      #expect(0.65...1.25 ~= expected, "singular value \(values[a] / norm) becomes \(expected)")
      for b in 0..<rank {
        // uᵀ · o · v
        var found = 0.0
        for i in 0..<rows { for j in 0..<columns { found += u[a][i] * Double(o[i * columns + j]) * v[b][j] } }
        #expect(abs(found - (a == b ? expected : 0)) < 1e-3, "\(size) [\(a), \(b)]: \(found), not \(expected)")
      }
    }
  }

  @Test func zerosStayZeros() {
    #expect(orthogonalized(Tensor(zeros: [3, 4])).floats() == Array(repeating: 0, count: 12))
  }
}
