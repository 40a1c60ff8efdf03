import Tensors
import TestSupport
import Testing

@Suite struct MatrixMultiplyTests {
  static let extents = [1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 63, 65, 130]

  @Test(arguments: extents) func allLayoutsOverRaggedShapes(m: Int) {
    var random = RandomFloats(seed: UInt64(m))
    for (n, k) in zip(Self.extents + [300, 9, 1], Self.extents.reversed() + [257, 600, 300]) {
      let a = random(m * k), b = random(k * n)
      for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
        let out = matrixMultiply(
          Tensor(a, shape: transposeA ? [k, m] : [m, k]), Tensor(b, shape: transposeB ? [n, k] : [k, n]),
          transposeA: transposeA, transposeB: transposeB)
        let expected = Reference.product(a, b, m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB)
        #expect(out.shape == [m, n])
        #expect(largestDifference(out.floats(), expected) < 2e-5, "\(m)×\(n)×\(k) \(transposeA) \(transposeB)")
      }
    }
  }

  @Test(arguments: ElementType.allCases.filter { $0.rawValue != "f64" && $0.blockSize > 1 || ["f32", "f16", "bf16"].contains($0.rawValue) })
  func linearDecodesEveryWeightType(type: ElementType) {
    var random = RandomFloats(seed: 7)
    for (rows, inputs, outputs) in [(1, 256, 65), (3, 512, 512), (5, 768, 256), (33, 256, 300)] {
      for layout in [WeightLayout.outputMajor, .inputMajor] {
        let outputs = layout == .outputMajor ? outputs : 512
        let shape: Shape = layout == .outputMajor ? [outputs, inputs] : [inputs, outputs]
        let weight = RandomWeight.make(shape, type, seed: 11)
        let decoded = weight.floats()
        let largest = decoded.reduce(0) { max($0, abs($1)) }
        let x = random(rows * inputs), bias = random(outputs)
        let out = linear(
          Tensor(x, shape: [rows, inputs]), weight: weight, layout: layout, bias: Tensor(bias, shape: [outputs]))
        var expected = Reference.product(
          x, decoded, m: rows, n: outputs, k: inputs, transposeB: layout == .outputMajor)
        for i in expected.indices { expected[i] += bias[i % outputs] }
        #expect(largestDifference(out.floats(), expected) < 3e-5 * max(1, largest), "\(type) \(layout) \(rows)")
      }
    }
  }

  @Test func concurrentCallersShareThePool() async {
    var random = RandomFloats(seed: 3)
    let a = Tensor(random(120 * 200), shape: [120, 200]), b = Tensor(random(200 * 310), shape: [200, 310])
    let expected = matrixMultiply(a, b).floats()
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<20).allSatisfy { _ in largestDifference(matrixMultiply(a, b).floats(), expected) == 0 } }
      }
      for await same in group { #expect(same) }
    }
  }
}

enum RandomWeight {
  /// A weight whose bytes are random but whose scales are small finite numbers.
  static func make(_ shape: Shape, _ type: ElementType, seed: UInt64) -> Tensor {
    var random = RandomFloats(seed: seed)
    guard type.isBlocked else { return Tensor(random(shape.elementCount), shape: shape).converted(to: type) }
    let weight = Tensor(uninitialized: shape, elementType: type)
    let halves: [Int] = switch type {
    case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
    case .q2_K: [80, 82]
    case .q3_K: [108]
    case .q6_K: [208]
    case .mxfp4: []
    default: [0]
    }
    let count = weight.byteCount
    weight.withMutableBytes { bytes in
      for i in 0..<count {
        bytes.storeBytes(of: UInt8(truncatingIfNeeded: Int(random.next() * 4_000_000)), toByteOffset: i, as: UInt8.self)
      }
      for block in stride(from: 0, to: count, by: type.bytesPerBlock) {
        for half in halves {
          // About ±0.01 as float16 bits.
          let bits = UInt16(random.next() > 0 ? 0x2000 : 0xA000) + UInt16(abs(random.next()) * 1000)
          bytes.storeBytes(of: UInt8(bits & 255), toByteOffset: block + half, as: UInt8.self)
          bytes.storeBytes(of: UInt8(bits >> 8), toByteOffset: block + half + 1, as: UInt8.self)
        }
        if type == .mxfp4 { bytes.storeBytes(of: 120, toByteOffset: block, as: UInt8.self) }
      }
    }
    return weight
  }
}
