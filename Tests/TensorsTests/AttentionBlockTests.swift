import Foundation
import Tensors
import TestSupport
import Testing

/// Attention over more tokens than one block of keys or queries holds, and with probabilities left out.
@Suite struct AttentionBlockTests {
  /// Attention by its definition in double precision, and the gradients of `weights · out`.
  struct Definition {
    var out, dq, dk, dv, dsinks: [Double]

    init(
      _ q: [Float], _ k: [Float], _ v: [Float], _ sinks: [Float]?, weights: [Float], heads: Int, kvHeads: Int,
      size: Int,
      scale: Double, sees: (_ query: Int, _ key: Int) -> Bool
    ) {
      (out, dq) = ([Double](repeating: 0, count: q.count), [Double](repeating: 0, count: q.count))
      (dk, dv) = ([Double](repeating: 0, count: k.count), [Double](repeating: 0, count: k.count))
      dsinks = [Double](repeating: 0, count: heads)
      let count = q.count / (heads * size)
      for row in 0..<count {
        for head in 0..<heads {
          let place = (row * heads + head) * size
          let kvHead = head / (heads / kvHeads)
          let keys = (0...row).filter { sees(row, $0) }.map { ($0 * kvHeads + kvHead) * size }
          let powers = keys.map { key in
            exp(scale * (0..<size).reduce(0.0) { $0 + Double(q[place + $1]) * Double(k[key + $1]) })
          }
          let sink = sinks.map { exp(Double($0[head])) } ?? 0
          let total = powers.reduce(sink, +)
          let slopes = keys.map { key in
            (0..<size).reduce(0.0) { $0 + Double(weights[place + $1]) * Double(v[key + $1]) }
          }
          let mean = zip(powers, slopes).reduce(0.0) { $0 + $1.0 / total * $1.1 }
          dsinks[head] -= sink / total * mean
          for (index, key) in keys.enumerated() {
            let p = powers[index] / total
            let dscore = p * (slopes[index] - mean) * scale
            for i in 0..<size {
              out[place + i] += p * Double(v[key + i])
              dq[place + i] += dscore * Double(k[key + i])
              dk[key + i] += dscore * Double(q[place + i])
              dv[key + i] += p * Double(weights[place + i])
            }
          }
        }
      }
    }
  }

  static func sees(_ pattern: AttentionPattern, _ query: Int, _ key: Int) -> Bool {
    switch pattern {
    case .full: true
    case .banded(let window): key > query - window
    case .chunked(let size): key / size == query / size
    }
  }

  /// The one key head makes backward divide the keys; `add` leaves it gradients to add to.
  @Test(
    arguments: [[1, 1], [4, 2], [3, 1]],
    [AttentionPattern.full, .banded(window: 40), .banded(window: 129), .chunked(size: 100), .chunked(size: 128)])
  func longTextsAgainstTheDefinition(heads: [Int], pattern: AttentionPattern) throws {
    let (headCount, kvHeadCount, size) = (heads[0], heads[1], 6)
    for count in [1, 2, 63, 127, 128, 129, 300] {
      let q = numbers(count * headCount * size, seed: 1).map { 3 * $0 }
      let (k, v) = (numbers(count * kvHeadCount * size, seed: 2), numbers(count * kvHeadCount * size, seed: 3))
      let sinks = count % 2 == 0 ? nil : numbers(headCount, seed: 4)
      let weights = numbers(q.count, seed: 5)
      let tensors = [
        Tensor(q, shape: [count, headCount * size]), Tensor(k, shape: [count, kvHeadCount * size]),
        Tensor(v, shape: [count, kvHeadCount * size]), Tensor(sinks ?? [], shape: [sinks?.count ?? 0]),
      ]
      let tape = Tape()
      tensors.forEach(tape.watch)
      let out = attention(
        queries: tensors[0],
        segments: [
          AttentionSegment(
            queryRows: 0..<count, keys: tensors[1], values: tensors[2], keyCount: count, firstPosition: 0)
        ], headCount: headCount, kvHeadCount: kvHeadCount, headSize: size, scale: 0.7, pattern: pattern,
        sinks: sinks.map { _ in tensors[3] }, tape: tape)
      let sum = add(out, tensors[0], tape: tape)
      let loss = linear(
        sum.reshaped(to: [1, q.count]), weight: Tensor(weights, shape: [1, q.count]), tape: tape)
      tape.backward(from: loss)
      let exact = Definition(
        q, k, v, sinks, weights: weights, heads: headCount, kvHeads: kvHeadCount, size: size, scale: 0.7
      ) { Self.sees(pattern, $0, $1) }
      func difference(_ found: Tensor?, _ exact: [Double]) -> Float {
        largestDifference(found?.floats() ?? [], exact.map { Float($0) })
      }
      #expect(difference(out, exact.out) < 3e-6, "\(count)")
      let dq = zip(exact.dq, weights).map { $0 + Double($1) }
      #expect(difference(tape.gradient(of: tensors[0]), dq) < 1e-5, "\(count)")
      #expect(difference(tape.gradient(of: tensors[1]), exact.dk) < 2e-5, "\(count)")
      #expect(difference(tape.gradient(of: tensors[2]), exact.dv) < 2e-5, "\(count)")
      if sinks != nil { #expect(difference(tape.gradient(of: tensors[3]), exact.dsinks) < 1e-4, "\(count)") }
    }
  }

  @Test(arguments: [ElementType.f16, .bf16]) func halfPrecisionBlocksAreThoseOfTheirFloats(_ type: ElementType) {
    let (count, size) = (150, 20)
    let q = Tensor(numbers(count * 2 * size, seed: 1), shape: [count, 2 * size])
    func cache(_ seed: UInt64) -> Tensor {
      Tensor(numbers(160 * size, seed: seed), shape: [160, size]).converted(to: type)
    }
    let (k, v) = (cache(2), cache(3))
    func mixed(_ k: Tensor, _ v: Tensor) -> [Float] {
      attention(
        queries: q,
        segments: [AttentionSegment(queryRows: 0..<count, keys: k, values: v, keyCount: 157, firstPosition: 7)],
        headCount: 2, kvHeadCount: 1, headSize: size, scale: 0.3, pattern: .full, sinks: nil
      ).floats()
    }
    #expect(mixed(k, v) == mixed(k.converted(to: .f32), v.converted(to: .f32)))
  }

  // MARK: - Dropout

  /// With equal scores and unit vectors as values, the result is the probabilities themselves.
  @Test func probabilitiesAreLeftOutAndTheOthersGrow() throws {
    let (count, heads) = (200, 2)
    let dropout = try #require(Dropout(rate: 0.25, seed: 7))
    let unit = Tensor((0..<count * count).map { $0 / count == $0 % count ? 1 : 0 }, shape: [count, count])
    func mixed(_ dropout: Dropout) -> [Float] {
      attention(
        queries: Tensor(zeros: [count, heads * count]),
        segments: [AttentionSegment(queryRows: 0..<count, keys: unit, values: unit, keyCount: count, firstPosition: 0)],
        headCount: heads, kvHeadCount: 1, headSize: count, scale: 1, pattern: .full, sinks: nil, dropout: dropout
      ).floats()
    }
    let found = mixed(dropout)
    var leftOut = [[Bool]]()
    for row in 0..<count * heads {
      let seen = row / heads + 1
      let line = found[row * count..<row * count + seen]
      let expected = 1 / (0.75 * Float(seen))
      #expect(line.allSatisfy { $0 == 0 || abs($0 - expected) < 1e-6 })
      leftOut.append(line.map { $0 == 0 })
    }
    let share = Double(leftOut.joined().filter(\.self).count) / Double(leftOut.joined().count)
    #expect(abs(share - 0.25) < 0.01, "\(share)")
    // Every head, row and block of keys has choices of its own, and so has every seed.
    #expect(leftOut[398] != leftOut[399] && leftOut[398].dropLast() != leftOut[396][...])
    #expect(leftOut[398][..<70] != leftOut[398][128..<198])
    #expect(mixed(dropout) == found && mixed(dropout.place(1)) != found)
  }

  /// Backward leaves out the same ones: the result is linear in the values, so their gradient tells the probabilities.
  @Test(arguments: [1, 5, 140]) func backwardLeavesOutTheSame(count: Int) throws {
    let (heads, size) = (2, 3)
    let q = Tensor(numbers(count * heads * size, seed: 1), shape: [count, heads * size])
    let (k, v) = (
      Tensor(numbers(count * size, seed: 2), shape: [count, size]),
      Tensor(numbers(count * size, seed: 3), shape: [count, size])
    )
    let dropout = try #require(Dropout(rate: 0.5, seed: 9))
    func mixed(_ tape: Tape?) -> Tensor {
      attention(
        queries: q,
        segments: [AttentionSegment(queryRows: 0..<count, keys: k, values: v, keyCount: count, firstPosition: 0)],
        headCount: heads, kvHeadCount: 1, headSize: size, scale: 1, pattern: .full, sinks: nil, dropout: dropout,
        tape: tape)
    }
    let tape = Tape()
    [q, k, v].forEach(tape.watch)
    let out = mixed(tape)
    tape.backward(from: out)
    let sum = out.floats().reduce(0) { $0 + Double($1) }
    let dv = try #require(tape.gradient(of: v)).floats()
    #expect(abs(zip(dv, v.floats()).reduce(0) { $0 + Double($1.0 * $1.1) } - sum) < 1e-4)
    // Along the gradient of the queries and keys, the sum changes as fast as the gradient is long.
    for x in [q, k] {
      let slope = try #require(tape.gradient(of: x)).floats()
      let length = slope.reduce(0) { $0 + Double($1 * $1) }
      func value(_ step: Float) -> Double {
        x.withMutableSpan { for i in slope.indices { $0[i] += step * slope[i] } }
        defer { x.withMutableSpan { for i in slope.indices { $0[i] -= step * slope[i] } } }
        return mixed(nil).floats().reduce(0) { $0 + Double($1) }
      }
      let h: Float = 0.01 / Float(max(1, length.squareRoot()))
      let change = (value(h) - value(-h)) / (2 * Double(h))
      #expect(abs(change - length) < 0.01 * max(0.1, length), "\(change) and \(length)")
    }
  }

  @Test func theThreadsChangeNoBit() {
    let count = 300
    let x = Tensor(numbers(count * 24, seed: 1), shape: [count, 24])
    let k = Tensor(numbers(count * 8, seed: 2), shape: [count, 8])
    func gradients() -> [[Float]] {
      let tape = Tape()
      [x, k].forEach(tape.watch)
      let out = attention(
        queries: x,
        segments: [AttentionSegment(queryRows: 0..<count, keys: k, values: k, keyCount: count, firstPosition: 0)],
        headCount: 3, kvHeadCount: 1, headSize: 8, scale: 1, pattern: .full, sinks: nil, tape: tape)
      tape.backward(from: out)
      return [out.floats()] + [x, k].map { tape.gradient(of: $0)?.floats() ?? [] }
    }
    let threads = ThreadPool.shared.threadCount
    defer { ThreadPool.configure(threadCount: threads) }
    let all = [1, 2, 5].map { count in
      ThreadPool.configure(threadCount: count)
      return gradients()
    }
    #expect(all[0] == all[1] && all[0] == all[2])
  }
}
