import Foundation
import Tensors
import TestSupport
import Testing

/// Every backward pass against what small changes of its operands do to the result.
@Suite struct GradientTests {
  /// Compares the gradients of a weighted sum of `f`'s result with differences of fourth order.
  func check(
    _ inputs: Tensor..., tolerance: Float = 1e-3, _ location: SourceLocation = #_sourceLocation, _ f: (Tape?) -> Tensor
  ) {
    let tape = Tape()
    inputs.forEach(tape.watch)
    let out = f(tape)
    let weights = numbers(out.elementCount, seed: 99)
    let flat = out.reshaped(to: [1, out.elementCount])
    tape.backward(from: linear(flat, weight: Tensor(weights, shape: [1, out.elementCount]), tape: tape))
    func value() -> Double { zip(f(nil).floats(), weights).reduce(0) { $0 + Double($1.0) * Double($1.1) } }

    for (number, input) in inputs.enumerated() {
      var expected: [Float] = []
      for index in 0..<input.elementCount {
        func shifted(by step: Float) -> Double {
          input.withMutableSpan { $0[index] += step }
          defer { input.withMutableSpan { $0[index] -= step } }
          return value()
        }
        let h: Float = 0.02
        let near = shifted(by: h) - shifted(by: -h)
        let far = shifted(by: 2 * h) - shifted(by: -2 * h)
        expected.append(Float((8 * near - far) / (12 * Double(h))))
      }
      let found = tape.gradient(of: input)?.floats() ?? []
      #expect(found.count == expected.count, sourceLocation: location)
      guard found.count == expected.count else { continue }
      let size = max(1, expected.map(abs).max() ?? 1)
      #expect(largestDifference(found, expected) < tolerance * size, "input \(number)", sourceLocation: location)
    }
  }

  func random(_ shape: Shape, _ seed: UInt64, scale: Float = 1) -> Tensor {
    Tensor(numbers(shape.elementCount, seed: seed).map { $0 * scale }, shape: shape)
  }

  @Test(arguments: [1, 3, 9], [WeightLayout.outputMajor, .inputMajor]) func linearLayers(
    rows: Int, layout: WeightLayout
  ) {
    let (x, bias) = (random([rows, 5], 1), random([7], 3))
    let weight = random(layout == .outputMajor ? [7, 5] : [5, 7], 2)
    check(x, weight, bias) { linear(x, weight: weight, layout: layout, bias: bias, tape: $0) }
  }

  @Test(arguments: [3, 19, 40]) func norms(rows: Int) {
    let (x, gain, bias) = (random([rows, 11], 1, scale: 2), random([11], 2), random([11], 3))
    check(x, gain, bias) { layerNorm(x, gain: gain, bias: bias, epsilon: 1e-2, tape: $0) }
    check(x, gain, bias) { rmsNorm(x, gain: gain, bias: bias, epsilon: 1e-2, tape: $0) }
    check(x) { rmsNorm(x, gain: nil, bias: nil, epsilon: 1e-2, tape: $0) }
  }

  /// Where something bends, the numbers keep their distance from the bend.
  @Test(arguments: Activation.allCases) func activations(kind: Activation) {
    let values = (-20...20).map { Float($0) * 0.25 + 0.1 }
    let x = Tensor(values, shape: [1, values.count])
    check(x) { activation(x, kind, tape: $0) }
    let up = random(x.shape, 2)
    check(x, up) { gated(gate: x, up: up, .activation(kind), tape: $0) }
  }

  @Test(arguments: [GatePacking.concatenated, .interleaved]) func packedGates(packing: GatePacking) {
    let x = Tensor((0..<4 * 22).map { Float(($0 * 37) % 41) * 0.2 - 4.05 }, shape: [4, 22])
    for function in [GateFunction.activation(.silu), .clampedSwish(alpha: 1.702, limit: 2)] {
      check(x) { gated(packed: x, packing: packing, function, tape: $0) }
    }
  }

  @Test(arguments: [RotaryPairing.halves, .adjacent]) func rotation(pairing: RotaryPairing) {
    let x = random([3, 16], 1)
    check(x) {
      rotary(
        x, headSize: 8, positions: [0, 3, 50],
        angles: RotaryAngles(inverseFrequencies: [1, 0.3, 0.01], magnitude: 1.3, pairing: pairing),
        tape: $0)
    }
  }

  static let patterns: [AttentionPattern] = [.full, .banded(window: 3), .chunked(size: 4)]

  @Test(arguments: patterns, [[2, 2], [4, 2], [3, 1]]) func attentions(pattern: AttentionPattern, heads: [Int]) {
    let (headCount, kvHeadCount, size) = (heads[0], heads[1], 4)
    let q = random([9, headCount * size], 1, scale: 2)
    let (k, v) = (random([9, kvHeadCount * size], 2), random([9, kvHeadCount * size], 3))
    let sinks = random([headCount], 4)
    for (hasSinks, rate) in [(false, 0), (true, 0), (false, 0.3), (true, 0.3)] as [(Bool, Float)] {
      func mixed(_ tape: Tape?) -> Tensor {
        let segments = [0..<6, 6..<9].map {
          AttentionSegment(
            queryRows: $0, keys: k.rows($0), values: v.rows($0), keyCount: $0.count, firstPosition: 0)
        }
        return attention(
          queries: q, segments: segments, headCount: headCount, kvHeadCount: kvHeadCount, headSize: size, scale: 0.7,
          pattern: pattern, sinks: hasSinks ? sinks : nil, dropout: Dropout(rate: rate, seed: 5), tape: tape)
      }
      if hasSinks { check(q, k, v, sinks) { mixed($0) } } else { check(q, k, v) { mixed($0) } }
    }
  }

  @Test func rowsAndColumns() {
    let (x, factors) = (random([4, 6], 1), random([2, 2], 2))
    check(x) { embedding(x, ids: [2, 0, 2, 2, 3], tape: $0) }
    check(x) { x.gatherRows([3, 1, 1], tape: $0) }
    check(x) { tape in
      let parts = x.splitColumns([2, 3], tape: tape)
      return add(parts[0].reshaped(to: [8]), activation(parts[0], .silu, tape: tape).reshaped(to: [8]), tape: tape)
    }
    check(x, factors) { scaleRows(x, by: factors, at: [3, 1, 1, 0], tape: $0) }
    check(x) { scaleRows(x, by: [1, -2, 3, 0.5], tape: $0) }
    check(x) { scale(x, by: 3, tape: $0) }
    check(x) { add(x, x, tape: $0) }
    check(x) { softmax(x, tape: $0) }
    check(x) { sigmoid(x, tape: $0) }
    check(x) { x.gatherColumns([5, 0, 0, 1, 3, 2, 1, 5], tape: $0) }
    let base = random([3, 6], 3)
    check(x, base) { sumOfRows([(x, [2, 0, 2, 1]), (x.rows(1..<2), [0])], base: base, shape: base.shape, tape: $0) }
  }

  @Test func dropouts() throws {
    let x = random([7, 9], 1)
    for rate: Float in [0.1, 0.5] { check(x) { dropout(x, Dropout(rate: rate, seed: 3), tape: $0) } }
    #expect(Dropout(rate: 0, seed: 3) == nil)
    // About as many are left out as asked for, others in each row and with each seed, and the sum stays.
    let ones = Tensor(Array(repeating: 1, count: 40_000), shape: [200, 200])
    let half = try #require(Dropout(rate: 0.25, seed: 3))
    let (first, second) = (dropout(ones, half), dropout(ones, half.place(1)))
    let zeros = first.floats().filter { $0 == 0 }.count
    #expect(abs(zeros - 10_000) < 400)
    #expect(first.floats().filter { $0 == 1 / 0.75 }.count == 40_000 - zeros)
    let common = zip(first.floats(), second.floats()).filter { $0.0 == 0 && $0.1 == 0 }.count
    #expect(abs(common - 2500) < 200)
    let rows = zip(first.floats(), first.floats().dropFirst(200)).filter { $0.0 == 0 && $0.1 == 0 }.count
    #expect(abs(rows - 2500) < 200)
  }

  @Test(arguments: [WeightLayout.outputMajor, .inputMajor]) func crossEntropy(layout: WeightLayout) {
    let hidden = random([5, 4], 1)
    let head = random(layout == .outputMajor ? [6, 4] : [4, 6], 2)
    check(hidden, head) {
      softmaxCrossEntropy(hidden, head: head, layout: layout, targets: [1, -1, 5, 0, 0], tape: $0).loss
    }
    check(hidden, head) {
      softmaxCrossEntropy(
        hidden, head: head, layout: layout, targets: [1, 2, 5, 0, 0], weights: [1, 0, -2, 3, 0.5], tape: $0
      ).loss
    }
  }

  /// More logits than one chunk holds give the same loss and the same gradients as plain double-precision sums.
  @Test func crossEntropyInChunks() {
    let (rows, size, vocabulary) = (70, 3, 300_000)
    let (hidden, head) = (random([rows, size], 1), random([vocabulary, size], 2))
    let targets = (0..<rows).map { $0 * 4001 }
    let tape = Tape()
    tape.watch(hidden)
    tape.watch(head)
    let result = softmaxCrossEntropy(hidden, head: head, targets: targets, tape: tape)
    tape.backward(from: result.loss)
    let (x, w) = (hidden.floats().map(Double.init), head.floats().map(Double.init))
    var (losses, dhidden) = ([Float](), [Float]())
    var dhead = [Double](repeating: 0, count: w.count)
    for row in 0..<rows {
      let logits = (0..<vocabulary).map { i in (0..<size).reduce(0.0) { $0 + x[row * size + $1] * w[i * size + $1] } }
      let total = logits.reduce(0) { $0 + exp($1) }
      losses.append(Float(log(total) - logits[targets[row]]))
      var d = [Double](repeating: 0, count: size)
      for i in 0..<vocabulary {
        let slope = (exp(logits[i]) / total - (i == targets[row] ? 1 : 0)) / Double(rows)
        for j in 0..<size {
          d[j] += slope * w[i * size + j]
          dhead[i * size + j] += slope * x[row * size + j]
        }
      }
      dhidden += d.map { Float($0) }
    }
    #expect(largestDifference(result.rows, losses) < 1e-4)
    #expect(largestDifference(tape.gradient(of: hidden)?.floats() ?? [], dhidden) < 1e-6)
    #expect(largestDifference(tape.gradient(of: head)?.floats() ?? [], dhead.map { Float($0) }) < 1e-7)
  }

  /// Without a tape these are made in one go, with one step by step.
  @Test func productsAndWhatFollowsThem() {
    func tensor(_ shape: Shape, seed: UInt64) -> Tensor {
      Tensor(numbers(shape.elementCount, seed: seed), shape: shape)
    }
    let (x, residual) = (tensor([3, 8], seed: 1), tensor([3, 6], seed: 2))
    let (w, v, bias) = (tensor([6, 8], seed: 3), tensor([6, 8], seed: 4), tensor([6], seed: 5))
    check(x, residual, w, bias) { linear(x, Linear(weight: w, bias: bias), addedTo: residual, tape: $0) }
    check(x, w, bias) { activatedLinear(x, Linear(weight: w, bias: bias), .geluTanh, tape: $0) }
    check(x, w, v, bias) {
      gatedLinears(x, gate: Linear(weight: w, bias: bias), up: Linear(weight: v), .activation(.silu), tape: $0)
    }
  }
}
