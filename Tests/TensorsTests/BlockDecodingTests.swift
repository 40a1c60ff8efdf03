import Tensors
import Testing

@Suite struct BlockDecodingTests {
  /// Two blocks of bytes that follow a rule, as gguf-py's `quants.dequantize` decodes them: the first number, the last,
  /// and the sum of each number times its place, counted from 1.
  static let expected: [(type: ElementType, first: Double, last: Double, weighted: Double)] = [
    (.q4_0, 0.1499634, 0.04998779, -58.4857178),
    (.q4_1, 0.6998596, 0.599884, 908.591614),
    (.q5_0, 0.7498169, -0.04998779, -72.0823975),
    (.q5_1, 1.549652, 0.1499939, 1776.07977),
    (.q8_0, -3.449158, 2.199463, -177.356689),
    (.q2_K, 1.249634, -0.6002197, 23915.4285),
    (.q3_K, 0.249939, 2.849304, 19618.9091),
    (.q4_K, 1.249268, 15.14502, 1522833.24),
    (.q5_K, 14.24609, 49.9877, 3205152.26),
    (.q6_K, 33.24188, 15.99609, 194885.859),
    (.iq4_nl, 1.899536, 0.6498413, -694.980286),
    (.iq4_xs, 129.0185, -53.93683, 352495.57),
    (.mxfp4, 0.25, 0, 60.5),
  ]

  /// Where the float16 scales of a block lie.
  static func scaleOffsets(_ type: ElementType) -> [Int] {
    switch type {
    case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
    case .q2_K: [80, 82]
    case .q3_K: [108]
    case .q6_K: [208]
    case .mxfp4: []
    default: [0]
    }
  }

  @Test(arguments: expected.indices) func everyBlockTypeDecodesAsInGGUF(index: Int) {
    let (type, first, last, weighted) = Self.expected[index]
    let size = type.bytesPerBlock
    var bytes = (0..<2 * size).map { UInt8(truncatingIfNeeded: $0 * 73 + 41 + ($0 >> 3) * 29) }
    for block in [0, size] {
      for (j, offset) in Self.scaleOffsets(type).enumerated() {
        bytes[block + offset] = UInt8(0x66 + j)
        bytes[block + offset + 1] = 0x2A
      }
      if type == .mxfp4 { bytes[block] = 125 }
    }
    let tensor = Tensor(uninitialized: [2, type.blockSize], elementType: type)
    tensor.withMutableBytes { target in
      for i in bytes.indices { target.storeBytes(of: bytes[i], toByteOffset: i, as: UInt8.self) }
    }
    let values = tensor.floats().map(Double.init)
    let sum = values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) }
    let scale = values.enumerated().reduce(1) { $0 + abs($1.element) * Double($1.offset + 1) }
    #expect(abs(values[0] - first) <= 1e-6 * max(1, abs(first)))
    #expect(abs(values[values.count - 1] - last) <= 1e-6 * max(1, abs(last)))
    #expect(abs(sum - weighted) <= 1e-6 * scale, "\(type): \(sum)")
  }
}
