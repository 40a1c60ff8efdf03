import CTensorKernels
import Tensors
import TestSupport
import Testing

/// Numbers that repeat for the same seed, between -1 and 1.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int64(state >> 40) - (1 << 23)) / Float(1 << 23)
  }
}

@Suite struct MatrixMultiplyTests {
  static let shapes: [[Int]] = [
    [1, 1, 1], [1, 7, 5], [2, 64, 33], [3, 130, 300], [4, 4, 4], [5, 17, 16], [7, 31, 1], [13, 33, 257], [65, 63, 100],
    [130, 40, 513], [33, 600, 70],
    [600, 20, 800], [20, 600, 800],
  ]

  /// The sum in double precision, and the largest sum of magnitudes, by which rounding errors are judged.
  func reference(_ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int, _ transposeA: Bool, _ transposeB: Bool)
    -> [Float]
  {
    (0..<m * n).map { index in
      let (i, j) = (index / n, index % n)
      var total = 0.0
      for p in 0..<k {
        total += Double(transposeA ? a[p * m + i] : a[i * k + p]) * Double(transposeB ? b[j * k + p] : b[p * n + j])
      }
      return Float(total)
    }
  }

  @Test(arguments: shapes, [0, 1, 2, 3]) func againstDoubles(_ shape: [Int], transposes: Int) {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    let (transposeA, transposeB) = (transposes & 1 == 1, transposes & 2 == 2)
    let (a, b) = (numbers(m * k, seed: 1), numbers(k * n, seed: 2))
    let product = matrixMultiply(
      Tensor(a, shape: transposeA ? [k, m] : [m, k]), Tensor(b, shape: transposeB ? [n, k] : [k, n]),
      transposeA: transposeA, transposeB: transposeB)
    let expected = reference(a, b, m, n, k, transposeA, transposeB)
    #expect(product.shape == [m, n])
    #expect(largestDifference(product.floats(), expected) < 1e-6 * Float(k).squareRoot() * 4)
  }

  /// Rows as the products of packed weights see them: whole numbers of up to `limit`, with a scale for each group.
  func rounded(_ x: [Float], group: Int, limit: Float) -> [Float] {
    stride(from: 0, to: x.count, by: group).flatMap { first -> [Float] in
      let part = x[first..<first + group]
      let scale = part.map(abs).max().map { $0 / limit } ?? 0
      return part.map { scale > 0 ? ($0 / scale).rounded() * scale : 0 }
    }
  }

  /// Groups of 256 begin anew in every row; the last may be shorter.
  func fixedRows(_ x: [Float], columns: Int, isPlain: Bool) -> [Float] {
    if isPlain { return rounded(x, group: 32, limit: 8191) }
    return stride(from: 0, to: x.count, by: columns).flatMap { row in
      stride(from: row, to: row + columns, by: 256).flatMap { first in
        let end = min(first + 256, row + columns)
        return rounded(Array(x[first..<end]), group: end - first, limit: 2047)
      }
    }
  }

  /// Few rows meet packed weights as bytes, many as 16-bit numbers; where neither is so, as they are.
  @Test(arguments: [1, 2, 5, 40, 520], [ElementType.f16, .bf16, .q8_0, .q4_0])
  func packedWeights(rows: Int, type: ElementType) {
    let (n, k) = (37, 320)
    let x = numbers(rows * k, seed: 3)
    let weight = Tensor(numbers(n * k, seed: 4), shape: [n, k]).converted(to: type)
    let mostBytes = unsafe max(fewRows, type == .q8_0 ? Kernels.table.block_dots_most : 0)
    let isByte = unsafe type.isBlocked && rows <= mostBytes && Kernels.table.block_dots != nil
    let isFixed = unsafe !isByte && rows > Kernels.table.dots_most && Kernels.table.multiply_fixed != nil
    let seen =
      isByte ? rounded(x, group: 32, limit: 127) : isFixed ? fixedRows(x, columns: k, isPlain: !type.isBlocked) : x
    // 16-bit weights are rounded as the rows are.
    let seenWeight =
      isFixed && !type.isBlocked ? rounded(weight.floats(), group: 32, limit: 8191) : weight.floats()
    let expected = reference(seen, seenWeight, rows, n, k, false, true)
    let result = linear(Tensor(x, shape: [rows, k]), weight: weight)
    // A number that lies between two whole ones may be rounded either way.
    #expect(largestDifference(result.floats(), expected) < (isByte ? 1e-2 : isFixed ? 4e-3 : 1e-4))
    // What is trained is multiplied in float32.
    let exact = reference(x, weight.floats(), rows, n, k, false, true)
    let recorded = linear(Tensor(x, shape: [rows, k]), weight: weight, tape: Tape())
    #expect(largestDifference(recorded.floats(), rows <= fewRows ? result.floats() : exact) < 1e-4)
    // The same numbers stored input-major.
    let other = Tensor(numbers(k * 96, seed: 5), shape: [k, 96]).converted(to: type)
    let expectedOther = reference(x, other.floats(), rows, 96, k, false, false)
    let resultOther = linear(Tensor(x, shape: [rows, k]), weight: other, layout: .inputMajor)
    #expect(largestDifference(resultOther.floats(), expectedOther) < 1e-4)
  }

  /// Several weights that read the same rows give what each gives alone.
  @Test(arguments: [1, 8, 33]) func severalWeightsAtOnce(rows: Int) {
    let k = 256
    let x = Tensor(numbers(rows * k, seed: 6), shape: [rows, k])
    let bias = Tensor(numbers(50, seed: 7), shape: [50])
    func weight(_ n: Int, _ type: ElementType) -> Tensor {
      Tensor(numbers(n * k, seed: UInt64(n)), shape: [n, k]).converted(to: type)
    }
    let linear = [
      Linear(weight: weight(50, .q4_0), bias: bias), Linear(weight: weight(3, .f32)),
      Linear(weight: weight(70, .q8_0)), Linear(weight: weight(25, .f16)),
      Linear(weight: Tensor(numbers(k * 20, seed: 8), shape: [k, 20]), layout: .inputMajor),
    ]
    let together = linears(x, linear)
    for (part, result) in zip(linear, together) {
      let alone = linears(x, [part])[0]
      #expect(result.shape == alone.shape && result.floats() == alone.floats())
    }
  }

  @Test func biasIsAdded() {
    let bias = Tensor([1, -2, 3], shape: [3])
    let x = Tensor([1, 0, 0, 1], shape: [2, 2])
    let weight = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    #expect(linear(x, weight: weight, bias: bias).floats() == [2, 1, 8, 3, 2, 9])
  }
}
