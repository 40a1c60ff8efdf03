import Tensors
import TestSupport
import Testing

@Suite struct TapeTests {
  let x = Tensor(numbers(6 * 8, seed: 1), shape: [6, 8])
  let weight = Tensor(numbers(8 * 8, seed: 2), shape: [8, 8])
  let gain = Tensor(numbers(8, seed: 3), shape: [8])

  func block(_ x: Tensor, _ tape: Tape?) -> Tensor {
    let normal = rmsNorm(x, gain: gain, bias: nil, epsilon: 1e-5, tape: tape)
    return add(x, activation(linear(normal, weight: weight, tape: tape), .silu, tape: tape), tape: tape)
  }

  @Test func nothingIsRecordedWithoutAParameter() {
    let tape = Tape()
    let y = block(x, tape)
    #expect(tape.stepCount == 0)
    #expect(!tape.isTracked(y))
    tape.watch(weight)
    #expect(tape.isTracked(block(x, tape)))
    // The norm comes before the only parameter.
    #expect(tape.stepCount == 3)
    tape.backward(from: block(x, tape))
    #expect(tape.stepCount == 0)
    #expect(tape.gradient(of: gain) == nil)
  }

  @Test func gradientsAddUpUntilTheyAreReset() throws {
    let tape = Tape()
    tape.watch(weight)
    #expect(tape.gradient(of: weight) == nil)
    tape.backward(from: block(x, tape))
    let once = try #require(tape.gradient(of: weight)).floats()
    tape.backward(from: block(x, tape))
    #expect(largestDifference(try #require(tape.gradient(of: weight)).floats(), once.map { 2 * $0 }) < 1e-5)
    tape.resetGradients()
    #expect(tape.gradient(of: weight) == nil)
    tape.backward(from: block(x, tape))
    #expect(try #require(tape.gradient(of: weight)).floats() == once)
  }

  @Test func aViewsGradientIsAViewOfTheGradient() throws {
    let tape = Tape()
    tape.watch(weight)
    tape.backward(from: scale(weight.rows(2..<4), by: 3, tape: tape))
    let expected = (0..<64).map { Float(16..<32 ~= $0 ? 3 : 0) }
    #expect(try #require(tape.gradient(of: weight)).floats() == expected)
    #expect(try #require(tape.gradient(of: weight[3])).floats() == Array(repeating: 3, count: 8))
  }

  @Test func checkpointsChangeNoBit() throws {
    func gradients(checkpointing: Bool) throws -> [[Float]] {
      let tape = Tape()
      [x, weight, gain].forEach(tape.watch)
      var h = x
      for _ in 0..<3 { h = checkpointing ? tape.checkpointed(h, block) : block(h, tape) }
      #expect(tape.stepCount == (checkpointing ? 3 : 12))
      tape.backward(from: h)
      return try [x, weight, gain].map { try #require(tape.gradient(of: $0)).floats() }
    }
    #expect(try gradients(checkpointing: true) == gradients(checkpointing: false))
  }

  @Test func backwardLetsGoOfActivations() {
    let tape = Tape()
    tape.watch(weight)
    weak var activation: Storage?
    weak var sum: Storage?
    let loss: Tensor = {
      let h = linear(x, weight: weight, tape: tape)
      let s = add(h, h, tape: tape)
      (activation, sum) = (h.storage, s.storage)
      return linear(
        layerNorm(Tensors.activation(h, .silu, tape: tape), gain: nil, bias: nil, epsilon: 1e-5, tape: tape),
        weight: weight, tape: tape)
    }()
    #expect(activation != nil, "the activation's gradient needs its operand")
    #expect(sum == nil, "a sum's gradient needs none of its numbers")
    tape.backward(from: loss)
    #expect(activation == nil)
  }
}
