import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing
import Training

@Suite struct MasterWeightsTests {
  static func model(_ name: String, _ precision: TrainingPrecision) throws -> LanguageModel {
    try LanguageModel.load(from: GoldenTrainingTests.path(name)).trainable(precision: precision)
  }

  /// The losses of 50 steps of AdamW on one batch.
  static func losses(_ name: String, _ precision: TrainingPrecision) throws -> [Float] {
    let model = try model(name, precision)
    let weights = model.masterWeights
    let optimizer = AdamW(parameters: weights.masters)
    let tape = Tape()
    tape.activationType = precision.activationType
    for parameter in model.parameters { tape.watch(parameter.tensor) }
    let ids = (0..<2).map { row in (0..<24).map { ($0 * $0 * 7 + row * 31 + $0) % 90 + 3 } }
    return try (0..<50).map { _ in
      tape.resetGradients()
      let result = try model.loss(ids, targets: ids.map { $0.dropFirst() + [-1] }, tape: tape)
      tape.backward(from: result.loss)
      let gradients = model.parameters.map { tape.gradient(of: $0.tensor) }
      let scale = clippingScale(norm: globalNorm(of: gradients), limit: 1)
      optimizer.step(gradients: gradients, learningRate: 1e-3, gradientScale: scale)
      weights.round()
      return result.loss.floats()[0]
    }
  }

  /// Never further from float32's loss than 1 % of the first one, while the loss falls to a fraction of it.
  @Test(arguments: ["gpt2", "gpt1", "llama2-gqa", "gpt-oss", "llama4-text", "llama32-tied-headdim"])
  func followsFloat32(_ name: String) throws {
    let (full, half) = (try Self.losses(name, .float32), try Self.losses(name, .bfloat16))
    let difference = largestDifference(full, half)
    #expect(difference < 0.01 * full[0])
    #expect(full != half)
    #expect(full[49] < 0.7 * full[0])
  }

  @Test func whatIsRoundedAndWhatIsNot() throws {
    let model = try Self.model("gpt-oss", .bfloat16)
    let exact = try LanguageModel.load(from: GoldenTrainingTests.path("gpt-oss"))
    let weights = model.masterWeights
    #expect(weights.masters.map(\.name) == model.parameters.map(\.name))
    // The masters are the numbers of the file, not rounded ones.
    #expect(weights.masters.map { $0.tensor.floats() } == exact.parameters.map { $0.tensor.floats() })
    for (parameter, master) in zip(model.parameters, weights.masters) {
      #expect(master.tensor.elementType == .f32)
      #expect(parameter.tensor.elementType == (parameter.name.hasSuffix(".weight") ? .bf16 : .f32), "\(parameter.name)")
    }
    let plain = try Self.model("gpt-oss", .float32)
    #expect(plain.masterWeights.model === plain)
    #expect(plain.parameters.allSatisfy { $0.tensor.elementType == .f32 })
  }

  /// Updates of a hundredth of the distance between neighbouring bfloat16 numbers: none shows alone, all do together.
  @Test func smallUpdatesAddUp() throws {
    let model = try Self.model("llama2-gqa", .bfloat16)
    let weights = model.masterWeights
    let index = try #require(model.parameters.firstIndex { $0.name == "layers.0.attention.query.weight" })
    let (parameter, master) = (model.parameters[index].tensor, weights.masters[index].tensor)
    master.withMutableSpan { span in for i in span.indices { span[i] = 1 } }
    weights.round()
    let optimizer = SGD(parameters: weights.masters, settings: SGD.Settings(momentum: 0))
    var gradients = [Tensor?](repeating: nil, count: model.parameters.count)
    gradients[index] = Tensor(Array(repeating: -1, count: parameter.elementCount), shape: parameter.shape)
    for step in 1...400 {
      optimizer.step(gradients: gradients, learningRate: 1.0 / 128 / 100)
      weights.round()
      if step == 1 { #expect(parameter.floats().allSatisfy { $0 == 1 }) }
    }
    #expect(parameter.floats().allSatisfy { $0 == 1 + 4.0 / 128 })
  }

  /// A run can leave either: the masters, or what the model read.
  @Test func bothAreSaved() throws {
    let model = try Self.model("gpt2", .bfloat16)
    for (source, type) in [(model, ElementType.bf16), (model.masterWeights.model, .f32)] {
      let folder = try TemporaryFolder()
      try CheckpointConversion(source, to: .huggingFace).write(to: folder.path)
      let again = try LanguageModel.load(from: folder.path)
      #expect(again.parameters.map { $0.tensor.floats() } == source.parameters.map { $0.tensor.floats() })
      #expect(again.parameters[0].tensor.elementType == type)
    }
  }
}
