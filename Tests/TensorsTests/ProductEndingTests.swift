import Tensors
import Testing

/// What follows a product is made along with it, in pieces and on all threads: the same bits as one after the other.
@Suite struct ProductEndingTests {
  static let types: [ElementType] = [.f32, .bf16, .q8_0, .q4_0, .q5_K, .q6_K]
  private static let (input, output) = (512, 1099)

  private func part(_ type: ElementType, _ layout: WeightLayout, seed: UInt64, hasBias: Bool = true) throws -> Linear {
    let shape: Shape = layout == .outputMajor ? [Self.output, Self.input] : [Self.input, Self.output]
    let values = Tensor(numbers(Self.input * Self.output, seed: seed), shape: shape)
    let bias = hasBias ? Tensor(numbers(Self.output, seed: seed + 1), shape: [Self.output]) : nil
    // Rows of 1099 numbers are no whole blocks.
    return Linear(
      weight: layout == .outputMajor ? try values.encoded(to: type) : values, layout: layout, bias: bias
    ).kept
  }

  private func rows(_ count: Int, _ width: Int, seed: UInt64) -> Tensor {
    Tensor(numbers(count * width, seed: seed), shape: [count, width])
  }

  @Test(arguments: types, [1, 3, fewRows, 40])
  func endingsAreThoseOfSeparateSteps(_ type: ElementType, _ count: Int) throws {
    for layout in type == .f32 ? [WeightLayout.outputMajor, .inputMajor] : [.outputMajor] {
      let (one, other) = (try part(type, layout, seed: 1), try part(type, layout, seed: 3, hasBias: false))
      let (x, residual) = (rows(count, Self.input, seed: 5), rows(count, Self.output, seed: 6))
      let products = linears(x, [one, other])
      #expect(linear(x, one, addedTo: residual).floats() == add(residual, products[0]).floats())
      #expect(linear(x, other, addedTo: residual).floats() == add(residual, products[1]).floats())
      #expect(activatedLinear(x, one, .geluTanh).floats() == activation(products[0], .geluTanh).floats())
      for function in [GateFunction.activation(.silu), .clampedSwish(alpha: 1.702, limit: 1)] {
        let separate = gated(gate: products[0], up: products[1], function).floats()
        #expect(gatedLinears(x, gate: one, up: other, function).floats() == separate)
        #expect(separate.contains { $0 > 0.1 } && separate.contains { $0 < -0.1 })
      }
    }
  }

  /// Gate and up of different types are no pair that threads could take the same rows of.
  @Test(arguments: [1, 40]) func partsOfDifferentTypesCombine(_ count: Int) throws {
    let (gate, up) = (try part(.q4_0, .outputMajor, seed: 1), try part(.f16, .outputMajor, seed: 3))
    let x = rows(count, Self.input, seed: 5)
    let halves = linears(x, [gate, up])
    let separate = gated(gate: halves[0], up: halves[1], .activation(.silu)).floats()
    #expect(gatedLinears(x, gate: gate, up: up, .activation(.silu)).floats() == separate)
  }
}
