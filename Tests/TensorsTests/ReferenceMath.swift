import Foundation
import Tensors

/// What the operations should compute, in double precision and as plainly as can be.
enum Reference {
  static func product(
    _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false
  ) -> [Float] {
    var out: [Float] = []
    for i in 0..<m {
      for j in 0..<n {
        var sum = 0.0
        for p in 0..<k {
          sum += Double(transposeA ? a[p * m + i] : a[i * k + p]) * Double(transposeB ? b[j * k + p] : b[p * n + j])
        }
        out.append(Float(sum))
      }
    }
    return out
  }

  /// Attention of one sequence, query by query.
  static func attention(
    _ q: [Float], _ keys: [Float], _ values: [Float], rows: Int, keyCount: Int, first: Int, heads: Int, kvHeads: Int,
    size: Int, scale: Float, sinks: [Float]?, sees: (_ query: Int, _ key: Int) -> Bool
  ) -> [Float] {
    var out = [Float](repeating: 0, count: rows * heads * size)
    for row in 0..<rows {
      for head in 0..<heads {
        let kv = head / (heads / kvHeads)
        var logits: [(key: Int, value: Double)] = []
        for key in 0..<keyCount where key <= first + row && sees(first + row, key) {
          var dot = 0.0
          for d in 0..<size {
            dot += Double(q[(row * heads + head) * size + d]) * Double(keys[(key * kvHeads + kv) * size + d])
          }
          logits.append((key, dot * Double(scale)))
        }
        guard !logits.isEmpty else { continue }
        var sum = sinks.map { exp(Double($0[head])) } ?? 0
        for logit in logits { sum += exp(logit.value) }
        for logit in logits {
          for d in 0..<size {
            out[(row * heads + head) * size + d] += Float(
              exp(logit.value) / sum * Double(values[(logit.key * kvHeads + kv) * size + d]))
          }
        }
      }
    }
    return out
  }
}

/// Reproducible numbers, roughly uniform in ±1.
struct RandomFloats {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Float {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(Int64(bitPattern: state) >> 40) / Float(1 << 23)
  }

  mutating func callAsFunction(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in next() * scale } }
}
