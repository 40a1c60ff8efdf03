import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct RowOperationsTests {
  static let widths = [1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65, 130, 768]

  @Test(arguments: widths) func norms(width: Int) {
    var random = RandomFloats(seed: UInt64(width))
    let x = random(3 * width, scale: 4), gain = random(width), bias = random(width)
    for (g, b) in [(true, true), (true, false), (false, false)] {
      let g = g ? Tensor(gain, shape: [width]) : nil, b = b ? Tensor(bias, shape: [width]) : nil
      for centered in [true, false] {
        let input = Tensor(x, shape: [3, width])
        let out =
          centered
          ? layerNorm(input, gain: g, bias: b, epsilon: 1e-5) : rmsNorm(input, gain: g, bias: b, epsilon: 1e-5)
        var expected: [Float] = []
        for row in 0..<3 {
          let values = x[row * width..<(row + 1) * width].map(Double.init)
          let mean = centered ? values.reduce(0, +) / Double(width) : 0
          let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
          for i in 0..<width {
            let normal = (values[i] - mean) / (variance + 1e-5).squareRoot()
            expected.append(Float(normal * (g == nil ? 1 : Double(gain[i])) + (b == nil ? 0 : Double(bias[i]))))
          }
        }
        #expect(largestDifference(out.floats(), expected) < 3e-6)
      }
    }
  }

  @Test(arguments: widths) func softmaxSumsToOne(width: Int) {
    var random = RandomFloats(seed: UInt64(width))
    let x = random(2 * width, scale: 30)
    var expected: [Float] = []
    for row in 0..<2 {
      let values = x[row * width..<(row + 1) * width].map { exp(Double($0)) }
      let sum = values.reduce(0, +)
      expected += values.map { Float($0 / sum) }
    }
    #expect(largestDifference(softmax(Tensor(x, shape: [2, width])).floats(), expected) < 3e-7)
  }

  static func exact(_ kind: Activation, _ x: Double) -> Double {
    switch kind {
    case .geluTanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .geluErf: x / 2 * erfc(-x / 2.0.squareRoot())
    case .quickGELU: x / (1 + exp(-1.702 * x))
    case .silu: x / (1 + exp(-x))
    case .relu: max(x, 0)
    }
  }

  @Test(arguments: Activation.allCases) func activations(kind: Activation) {
    let x = (-3000...3001).map { Float($0) * 0.004 } + [-1e30, -200, -88, 88, 200, 1e30, 0, -0.0, 1e-30]
    let out = activation(Tensor(x, shape: [1, x.count]), kind).floats()
    for (x, y) in zip(x, out) {
      let exact = Self.exact(kind, Double(x))
      #expect(abs(Double(y) - exact) <= 3e-7 * max(abs(Double(x)), 1e-3), "\(kind)(\(x)) = \(y), not \(exact)")
    }
  }

  @Test(arguments: [GatePacking.concatenated, .interleaved]) func gates(packing: GatePacking) {
    var random = RandomFloats(seed: 1)
    let gate = random(3 * 37, scale: 9), up = random(3 * 37, scale: 9)
    var packed: [Float] = []
    for row in 0..<3 {
      let g = Array(gate[row * 37..<row * 37 + 37])
      let u = Array(up[row * 37..<row * 37 + 37])
      packed += packing == .concatenated ? g + u : zip(g, u).flatMap { [$0.0, $0.1] }
    }
    for f in [GateFunction.activation(.silu), .activation(.geluTanh), .clampedSwish(alpha: 1.702, limit: 7)] {
      let expected = zip(gate, up).map { g, u in
        switch f {
        case .activation(let kind): return Float(Self.exact(kind, Double(g)) * Double(u))
        case .clampedSwish(let alpha, let limit):
          let g = Double(min(g, limit)), u = Double(max(-limit, min(u, limit)))
          return Float((u + 1) * g / (1 + exp(-Double(alpha) * g)))
        }
      }
      #expect(
        largestDifference(gated(packed: Tensor(packed, shape: [3, 74]), packing: packing, f).floats(), expected) < 2e-5)
      let separate = gated(gate: Tensor(gate, shape: [3, 37]), up: Tensor(up, shape: [3, 37]), f)
      #expect(largestDifference(separate.floats(), expected) < 2e-5)
    }
  }

  @Test(arguments: [RotaryPairing.halves, .adjacent], [6, 16, 40]) func rotation(pairing: RotaryPairing, size: Int) {
    var random = RandomFloats(seed: 2)
    let pairs = size / 2 - 1, frequencies = (0..<pairs).map { pow(10_000, -2 * Float($0) / Float(size)) }
    let positions = [0, 3, 1000], x = random(3 * 2 * size)
    var expected = x
    for row in 0..<3 {
      for head in 0..<2 {
        for i in 0..<pairs {
          let base = (row * 2 + head) * size
          let (a, b) = pairing == .halves ? (base + i, base + i + pairs) : (base + 2 * i, base + 2 * i + 1)
          let angle = Double(Float(positions[row]) * frequencies[i])
          expected[a] = Float(1.5 * (Double(x[a]) * cos(angle) - Double(x[b]) * sin(angle)))
          expected[b] = Float(1.5 * (Double(x[b]) * cos(angle) + Double(x[a]) * sin(angle)))
        }
      }
    }
    let out = rotary(
      Tensor(x, shape: [3, 2 * size]), headSize: size, positions: positions,
      angles: RotaryAngles(inverseFrequencies: frequencies, magnitude: 1.5, pairing: pairing))
    #expect(largestDifference(out.floats(), expected) < 1e-6)
  }

  @Test func rowsAndConversions() {
    let x = Tensor((0..<12).map(Float.init), shape: [3, 4])
    #expect(x.transposed().floats() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
    #expect(x.gatherRows([2, 0]).floats() == [8, 9, 10, 11, 0, 1, 2, 3])
    #expect(x.splitColumns([1, 2]).map { $0.floats() } == [[0, 4, 8], [1, 2, 5, 6, 9, 10]])
    #expect(x.rows(1..<2).splitColumns([1, 2]).map { $0.floats() } == [[4], [5, 6]])
    #expect(embedding(x.converted(to: .bf16), ids: [1]).floats() == [4, 5, 6, 7])
    #expect(add(x, scale(x, by: 2)).floats() == (0..<12).map { Float($0 * 3) })
    #expect(scaleRows(x, by: [0, 1, 2]).floats() == [0, 0, 0, 0, 4, 5, 6, 7, 16, 18, 20, 22])
    let cache = Tensor(zeros: [4, 4], elementType: .f16)
    cache.write(x.rows(0..<2), atRow: 1)
    #expect(cache.floats() == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 0])
    let sums = Tensor(zeros: [2, 4])
    sums.scatterAddRows(x, at: [1, 0, 1])
    #expect(sums.floats() == [4, 5, 6, 7, 8, 10, 12, 14])
  }

  @Test func halvesRoundToNearestEven() {
    let x: [Float] = [1, 1.00048828125, 1.00146484375, 65504, 65520, 5.9604645e-8, 2.9e-8, 3e-8, -0.0, .infinity]
    let expected: [UInt16] = [0x3C00, 0x3C00, 0x3C02, 0x7BFF, 0x7C00, 1, 0, 1, 0x8000, 0x7C00]
    Tensor(x, shape: [1, 10]).converted(to: .f16).withBytes { bytes in
      for i in 0..<10 {
        let bits = unsafe bytes.unsafeLoad(fromByteOffset: 2 * i, as: UInt16.self)
        #expect(bits == expected[i], "\(x[i])")
      }
    }
  }

  @Test(arguments: [ElementType.q8_0, .q4_0]) func quantisedNumbersAreNear(type: ElementType) {
    var random = RandomFloats(seed: 4)
    let x = random(64 * 10)
    let back = Tensor(x, shape: [10, 64]).converted(to: type).floats()
    #expect(largestDifference(x, back) <= (type == .q8_0 ? 0.5 / 127 * 1.01 : 1.0 / 8 * 1.01))
  }
}
