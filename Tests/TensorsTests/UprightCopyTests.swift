import Foundation
import Tensors
import Testing

/// Plain weights that a file holds as [input, output] are turned once, and only where nothing can train them.
@Suite struct UprightCopyTests {
  private static let (input, output) = (256, 331)

  private func stored(_ type: ElementType) throws -> Tensor {
    try Tensor(numbers(Self.input * Self.output, seed: 1), shape: [Self.input, Self.output])
      .encoded(to: type)
  }

  /// The same in a mapped file.
  private func mapped(_ tensor: Tensor) throws -> Tensor {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try tensor.withBytes { unsafe $0.withUnsafeBytes { unsafe Data($0) } }.write(to: file)
    let storage = Storage(mapping: try MappedFile(path: file.path))
    return try #require(Tensor(viewing: storage, byteOffset: 0, shape: tensor.shape, elementType: tensor.elementType))
  }

  @Test(arguments: [ElementType.f32, .f16, .bf16], [1, 3, fewRows, 40])
  func productsAreThoseOfAnUprightWeight(_ type: ElementType, _ count: Int) throws {
    let weight = try stored(type)
    let bias = Tensor(numbers(Self.output, seed: 2), shape: [Self.output])
    let x = Tensor(numbers(count * Self.input, seed: 3), shape: [count, Self.input])
    let upright = try weight.converted(to: .f32).transposed().encoded(to: type)
    let expected = linears(x, [Linear(weight: upright, bias: bias)])[0].floats()
    let kept = Linear(weight: try mapped(weight), layout: .inputMajor, bias: bias).kept
    #expect(linears(x, [kept])[0].floats() == expected)
    #expect(linears(x, [kept])[0].floats() == expected, "a second time, with the copy made")
  }

  /// A copy would go on computing with what the weight was.
  @Test func aWeightThatCanBeTrainedHasNone() throws {
    let weight = try stored(.f32)
    let kept = Linear(weight: weight, layout: .inputMajor).kept
    let x = Tensor(numbers(Self.input, seed: 3), shape: [1, Self.input])
    let before = linears(x, [kept])[0].floats()
    weight.combine(2, adding: Tensor(zeros: weight.shape), times: 0)
    #expect(linears(x, [kept])[0].floats() == before.map { 2 * $0 })
  }
}
