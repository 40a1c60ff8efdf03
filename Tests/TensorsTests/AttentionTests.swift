import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct AttentionTests {
  static let patterns: [AttentionPattern] = [
    .full, .banded(window: 1), .banded(window: 7), .chunked(size: 5), .chunked(size: 64),
  ]

  /// The definition, in double precision, one query at a time.
  func reference(
    _ q: [Float], _ k: [Float], _ v: [Float], heads: Int, kvHeads: Int, size: Int, first: Int, scale: Float,
    _ pattern: AttentionPattern, sinks: [Float]?
  ) -> [Float] {
    let rows = q.count / (heads * size)
    var out = [Float](repeating: 0, count: q.count)
    for row in 0..<rows {
      let position = first + row
      for head in 0..<heads {
        let kvHead = head / (heads / kvHeads)
        let visible = (0...position).filter { key in
          switch pattern {
          case .full: true
          case .banded(let window): key > position - window
          case .chunked(let chunk): key / chunk == position / chunk
          }
        }
        let weights = visible.map { key -> Double in
          let score = (0..<size).reduce(0.0) {
            $0 + Double(q[(row * heads + head) * size + $1]) * Double(k[(key * kvHeads + kvHead) * size + $1])
          }
          return exp(score * Double(scale))
        }
        let total = weights.reduce(sinks.map { exp(Double($0[head])) } ?? 0, +)
        for (key, weight) in zip(visible, weights) {
          for i in 0..<size {
            out[(row * heads + head) * size + i] += Float(weight / total) * v[(key * kvHeads + kvHead) * size + i]
          }
        }
      }
    }
    return out
  }

  @Test(arguments: patterns, [[4, 4], [6, 2], [8, 1]]) func againstTheDefinition(
    _ pattern: AttentionPattern, heads: [Int]
  ) {
    let (headCount, kvHeadCount, size) = (heads[0], heads[1], 12)
    for (first, count) in [(0, 1), (0, 37), (63, 1), (70, 90), (5, 17)] {
      for hasSinks in [false, true] {
        let keyCount = first + count
        let q = numbers(count * headCount * size, seed: 1).map { 3 * $0 }
        let k = numbers(keyCount * kvHeadCount * size, seed: 2)
        let v = numbers(keyCount * kvHeadCount * size, seed: 3)
        let sinks = hasSinks ? numbers(headCount, seed: 4).map { 2 * $0 } : nil
        let result = attention(
          queries: Tensor(q, shape: [count, headCount * size]),
          segments: [
            AttentionSegment(
              queryRows: 0..<count, keys: Tensor(k, shape: [keyCount, kvHeadCount * size]),
              values: Tensor(v, shape: [keyCount, kvHeadCount * size]), keyCount: keyCount, firstPosition: first)
          ],
          headCount: headCount, kvHeadCount: kvHeadCount, headSize: size, scale: 0.7, pattern: pattern,
          sinks: sinks.map { Tensor($0, shape: [headCount]) })
        let expected = reference(
          q, k, v, heads: headCount, kvHeads: kvHeadCount, size: size, first: first, scale: 0.7, pattern, sinks: sinks)
        #expect(largestDifference(result.floats(), expected) < 3e-6, "\(first)+\(count), sinks \(hasSinks)")
      }
    }
  }

  @Test func halfPrecisionKeysAndSeveralSequences() {
    let (heads, size) = (2, 16)
    let width = heads * size
    let q = numbers(5 * width, seed: 1)
    func cache(_ seed: UInt64) -> Tensor {
      Tensor(numbers(9 * width, seed: seed), shape: [9, width]).converted(to: .f16)
    }
    let (k1, v1, k2, v2) = (cache(2), cache(3), cache(4), cache(5))
    let both = attention(
      queries: Tensor(q, shape: [5, width]),
      segments: [
        AttentionSegment(queryRows: 0..<2, keys: k1, values: v1, keyCount: 9, firstPosition: 7),
        AttentionSegment(queryRows: 2..<5, keys: k2, values: v2, keyCount: 3, firstPosition: 0),
      ], headCount: heads, kvHeadCount: heads, headSize: size, scale: 0.25, pattern: .full, sinks: nil)
    let first = reference(
      Array(q[..<(2 * width)]), k1.floats(), v1.floats(), heads: heads, kvHeads: heads, size: size, first: 7,
      scale: 0.25,
      .full, sinks: nil)
    let second = reference(
      Array(q[(2 * width)...]), k2.floats(), v2.floats(), heads: heads, kvHeads: heads, size: size, first: 0,
      scale: 0.25,
      .full, sinks: nil)
    #expect(largestDifference(both.floats(), first + second) < 3e-6)
  }
}
