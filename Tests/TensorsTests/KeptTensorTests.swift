import Tensors
import TestSupport
import Testing

/// What a tape keeps in bfloat16 takes half of the memory, and gradients stay what they are but for its rounding.
@Suite struct KeptTensorTests {
  let x = Tensor(numbers(24 * 16, seed: 1), shape: [24, 16])
  let gain = Tensor(numbers(16, seed: 2), shape: [16])
  let gate = Tensor(numbers(32 * 16, seed: 3), shape: [32, 16])
  let up = Tensor(numbers(32 * 16, seed: 4), shape: [32, 16])
  let down = Tensor(numbers(32 * 16, seed: 5), shape: [32, 16])  // [input, output]

  func feedForward(_ x: Tensor, _ tape: Tape?) -> Tensor {
    let normal = rmsNorm(x, gain: gain, bias: nil, epsilon: 1e-5, tape: tape)
    let inner = gated(
      gate: linear(normal, weight: gate, tape: tape), up: linear(normal, weight: up, tape: tape), .activation(.silu),
      tape: tape)
    return linear(activation(inner, .geluTanh, tape: tape), weight: down, layout: .inputMajor, tape: tape)
  }

  func gradients(_ type: ElementType) throws -> (bytes: Int, gradients: [[Float]]) {
    let tape = Tape()
    tape.activationType = type
    let watched = [x, gain, gate, up, down]
    watched.forEach(tape.watch)
    let y = feedForward(x, tape)
    let bytes = tape.keptByteCount
    tape.backward(from: y)
    #expect(tape.keptByteCount == 0)
    return (bytes, try watched.map { try #require(tape.gradient(of: $0)).floats() })
  }

  @Test func halfTheBytes() throws {
    let (full, half) = (try gradients(.f32), try gradients(.bf16))
    // x, what the norm makes of it (once, for two products), gate, up, their product, its activation.
    #expect(full.bytes == 24 * (2 * 16 + 4 * 32) * 4)
    #expect(half.bytes * 2 == full.bytes)
    for (a, b) in zip(full.gradients, half.gradients) {
      let size = a.reduce(0) { max($0, abs($1)) }
      #expect(largestDifference(a, b) < 0.01 * size)
      #expect(a != b, "nothing was rounded")
    }
  }

  /// The float32 numbers themselves are let go of; otherwise the copies would come on top.
  @Test(arguments: [ElementType.f32, .bf16]) func onlyTheCopyIsKept(_ type: ElementType) {
    let tape = Tape()
    tape.activationType = type
    [gain, gate, up, down].forEach(tape.watch)
    weak var product: Storage?
    weak var sum: Storage?
    let y: Tensor = {
      let (g, u) = (linear(x, weight: gate, tape: tape), linear(x, weight: up, tape: tape))
      let inner = gated(gate: g, up: u, .activation(.silu), tape: tape)
      (product, sum) = (inner.storage, g.storage)
      return linear(inner, weight: down, layout: .inputMajor, tape: tape)
    }()
    #expect((product == nil) == (type == .bf16))
    #expect((sum == nil) == (type == .bf16))
    tape.backward(from: y)
    #expect(product == nil && sum == nil)
  }

  /// What a checkpoint computes once more is rounded as it is without one.
  @Test func checkpointsRoundAlike() throws {
    let tape = Tape()
    tape.activationType = .bf16
    [gain, gate, up, down].forEach(tape.watch)
    let y = tape.checkpointed(x) { feedForward($0, $1) }
    #expect(tape.keptByteCount == 0)
    tape.backward(from: y)
    #expect(try #require(tape.gradient(of: gate)).floats() == gradients(.bf16).gradients[2])
  }
}
