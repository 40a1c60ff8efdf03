import CTensorKernels
import Foundation
import Tensors
import Testing

@Suite struct BlockEncodingTests {
  static let types = ElementType.allCases.filter(\.isBlocked)

  /// What llama.cpp's quantiser (ggml_quantize_chunk, of llama-cpp-python 0.3.36) leaves of `values`: the root mean
  /// square of the errors for each kind of values, plain and then weighted by `importance`.
  static let peers: [(type: ElementType, errors: [Double])] = [
    (.q4_0, [0.095238, 0.051637, 0.23545, 0.1309, 0.40047, 0.23293]),
    (.q4_1, [0.089175, 0.044153, 0.21952, 0.10836, 0.28331, 0.14077]),
    (.q5_0, [0.047538, 0.025738, 0.12092, 0.067289, 0.23008, 0.13328]),
    (.q5_1, [0.042724, 0.02147, 0.10619, 0.05252, 0.13458, 0.06873]),
    (.q8_0, [0.0059167, 0.0034836, 0.015773, 0.0093574, 0.030169, 0.017802]),
    (.q2_K, [0.33391, 0.1642, 0.82959, 0.35791, 0.61991, 0.33409]),
    (.q3_K, [0.17162, 0.092507, 0.37726, 0.20479, 0.39808, 0.23427]),
    (.q4_K, [0.080862, 0.044672, 0.19714, 0.11035, 0.25438, 0.14551]),
    (.q5_K, [0.040844, 0.02276, 0.10136, 0.05635, 0.12973, 0.073267]),
    (.q6_K, [0.01986, 0.010937, 0.049626, 0.027858, 0.083619, 0.048461]),
    (.iq4_nl, [0.086563, 0.048512, 0.19487, 0.10905, 0.31798, 0.18071]),
    (.iq4_xs, [0.087033, 0.048936, 0.19631, 0.11019, 0.32282, 0.18479]),
    (.mxfp4, [0.12899, 0.075345, 0.29161, 0.17095, 0.43936, 0.26853]),
  ]

  static let (rows, columns) = (16, 1024)
  static let importance = numbers(columns, seed: 9).map { $0 * $0 + 0.01 }

  /// Bell-shaped numbers (0), heavy-tailed ones (1), or bell-shaped ones with outliers in some places (2).
  static func values(_ kind: Int) -> [Float] {
    let parts = numbers(4 * rows * columns, seed: UInt64(7 + kind))
    return (0..<rows * columns).map { index in
      let bell = parts[4 * index] + parts[4 * index + 1] + parts[4 * index + 2] + parts[4 * index + 3]
      return kind == 0 ? bell : kind == 1 ? bell * abs(bell) : bell * (index % 97 == 0 ? 20 : 1)
    }
  }

  static func error(_ values: [Float], _ coded: [Float], weights: [Float]? = nil) -> Double {
    var sum = 0.0
    for index in values.indices {
      let difference = Double(coded[index]) - Double(values[index])
      sum += difference * difference * Double(weights?[index % columns] ?? 1)
    }
    return (sum / Double(values.count)).squareRoot()
  }

  @Test(arguments: peers.indices) func errorsAreAtMostLlamaCpps(index: Int) throws {
    let (type, errors) = Self.peers[index]
    for kind in 0..<3 {
      let values = Self.values(kind)
      let tensor = Tensor(values, shape: [Self.rows, Self.columns])
      let plain = try tensor.encoded(to: type).floats()
      let importance = Tensor(Self.importance, shape: [1, Self.columns])
      let weighted = try tensor.encoded(to: type, importance: importance).floats()
      #expect(Self.error(values, plain) <= errors[2 * kind], "\(type), kind \(kind)")
      #expect(Self.error(values, weighted, weights: Self.importance) <= errors[2 * kind + 1], "\(type), kind \(kind)")
      #expect(
        Self.error(values, weighted, weights: Self.importance) < Self.error(values, plain, weights: Self.importance),
        "importance is for nothing in \(type), kind \(kind)")
    }
  }

  /// The least error of a block by trying many thousand scales in double precision.
  func leastError(_ x: ArraySlice<Float>, _ codes: [Double]) -> Double {
    let largest = x.map { Double(abs($0)) }.max() ?? 0
    var least = Double.infinity
    for sign in [-1.0, 1] {
      for step in 0..<4000 {
        let scale = sign * largest / 4 * (0.1 + Double(step) / 1000) / (codes.map(abs).max() ?? 1)
        var sum = 0.0
        for value in x {
          let y = Double(value) / scale
          let nearest = codes.min { abs($0 - y) < abs($1 - y) } ?? 0
          sum += (Double(value) - scale * nearest) * (Double(value) - scale * nearest)
        }
        least = min(least, sum)
      }
    }
    return least.squareRoot()
  }

  @Test(arguments: [
    (ElementType.q4_0, (-8...7).map(Double.init)), (.q5_0, (-16...15).map(Double.init)),
    (.iq4_nl, [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113]),
  ])
  func aScaleIsNearlyTheBestThereIs(type: ElementType, codes: [Double]) throws {
    let values = Array(Self.values(0).prefix(256))
    let coded = try Tensor(values, shape: [1, 256]).encoded(to: type).floats()
    for block in 0..<8 {
      let range = block * 32..<(block + 1) * 32
      let found = zip(values[range], coded[range]).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }.squareRoot()
      let least = leastError(values[range], codes)
      #expect(found <= least * 1.05, "block \(block) of \(type): \(found), could be \(least)")
    }
  }

  /// The same bytes from the code for this processor and from that for any, however many blocks a row has.
  @Test(arguments: types) func bytesAreTheSameEverywhere(type: ElementType) {
    for (kind, count) in [(0, 1024), (1, 256), (2, 96)] where count % type.blockSize == 0 {
      let values = Array(Self.values(kind).prefix(count))
      for weights in [nil, Self.importance] {
        let blocks = [Int32(0), 1].map { portable in
          var bytes = [UInt8](repeating: 0, count: count / type.blockSize * type.bytesPerBlock)
          let status = unsafe ctk_encode_row(type.ggufCode ?? -1, values, weights, count, &bytes, portable)
          #expect(status == 0)
          return bytes
        }
        #expect(blocks[0] == blocks[1], "\(type)")
      }
    }
  }

  @Test(arguments: types) func numbersOfAnySizeAreCoded(type: ElementType) throws {
    let bell = Array(Self.values(0).prefix(512)).map { $0 / 4 }
    for magnitude in [0, Float(bitPattern: 714), 1e-20, 1e-5, 1, 6e4] as [Float] {
      let values = bell.map { $0 * magnitude }
      let coded = try Tensor(values, shape: [2, 256]).encoded(to: type).floats()
      let scale = Self.error(values, Array(repeating: 0, count: 512))
      #expect(coded.allSatisfy(\.isFinite) && Self.error(values, coded) <= scale, "\(type) at \(magnitude)")
      if magnitude >= 1e-5 {
        #expect(Self.error(values, coded) < 0.4 * scale, "\(type) at \(magnitude)")
      }
    }
    // A row of one number, as a bias or a dead unit has.
    let same = try Tensor([Float](repeating: -0.3, count: 256), shape: [1, 256]).encoded(to: type).floats()
    #expect(same.allSatisfy { abs($0 + 0.3) < (type == .mxfp4 ? 0.06 : 2e-3) }, "\(type)")
  }

  @Test(arguments: types + [.f16, .bf16]) func whatATypeCannotHoldIsAnError(type: ElementType) throws {
    for number in [Float.nan, .infinity, -.infinity, type == .mxfp4 || type == .bf16 ? .infinity : 7e4] {
      var values = Self.values(0)
      values[3 * Self.columns + 40] = number
      let tensor = Tensor(values, shape: [Self.rows, Self.columns])
      #expect {
        try tensor.encoded(to: type)
      } throws: {
        ($0 as? EncodingError)?.row == 3
      }
      // Asked for all the same, it stays visible, and harms no other block.
      let coded = tensor.converted(to: type).floats()
      #expect(
        !coded[3 * Self.columns + 40].isFinite
          && coded[3 * Self.columns + 256..<4 * Self.columns].allSatisfy(\.isFinite))
    }
  }

  @Test func eachMatrixOfAStackHasItsOwnImportance() throws {
    let values = Array(Self.values(0).prefix(512))
    let stack = Tensor(values + values, shape: [2, 1, 512])
    let even = (0..<512).map { Float($0 % 2) }
    let both = Tensor(even + even.map { 1 - $0 }, shape: [2, 512])
    let coded = try stack.encoded(to: .q2_K, importance: both).floats()
    func error(_ matrix: Int, _ parity: Int) -> Double {
      (0..<512).filter { $0 % 2 == parity }.reduce(0) { $0 + pow(Double(coded[matrix * 512 + $1] - values[$1]), 2) }
    }
    #expect(error(0, 1) < error(1, 1) && error(1, 0) < error(0, 0))
  }
}
