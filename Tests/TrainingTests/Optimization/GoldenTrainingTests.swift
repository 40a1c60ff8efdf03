import Foundation
import JSONParsing
import LanguageModels
import Tensors
import Testing
import Training

/// Twelve steps of AdamW on one batch go as they go in PyTorch, for every family: learning rate 1e-3, weight decay 0.1
/// on tensors of two or more dimensions, gradients clipped to a norm of 1.
@Suite struct GoldenTrainingTests {
  static let cases = [
    "gpt1", "gpt2", "gpt2-untied", "gpt3-neo", "gpt3-opt", "gpt-oss", "llama1-mha", "llama2-gqa", "llama31-ropescaled",
    "llama32-tied-headdim", "llama-bias", "llama-rope-linear", "llama-rope-yarn", "llama4-text",
  ]

  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).appendingPathComponent("../../../LanguageModelsTests/Fixtures/golden/" + name)
      .standardized.path
  }

  @Test(arguments: cases) func lossesAreThoseOfPyTorch(_ name: String) throws {
    let text = try Data(contentsOf: URL(fileURLWithPath: Self.path(name) + "/training.json"))
    let recorded = try JSONValue(parsing: Array(text))
    let ids = try #require(recorded["input_ids"]?.array).map { try #require($0.array).compactMap(\.int) }
    let losses = try #require(recorded["losses"]?.array).compactMap(\.double)
    #expect(losses.count == 13)
    let model = try LanguageModel.load(from: Self.path(name)).trainable()
    let optimizer = OptimizerSettings.adamW(AdamW.Settings()).optimizer(for: model.parameters)
    let tape = Tape()
    for parameter in model.parameters { tape.watch(parameter.tensor) }
    for (step, expected) in losses.enumerated() {
      tape.resetGradients()
      let result = try model.loss(ids, targets: ids.map { $0.dropFirst() + [-1] }, tape: tape)
      tape.backward(from: result.loss)
      let loss = Double(result.loss.floats()[0])
      #expect(abs(loss - expected) <= 1e-4 * expected, "\(name), step \(step): \(loss), not \(expected)")
      let gradients = model.parameters.map { tape.gradient(of: $0.tensor) }
      let norm = globalNorm(of: gradients)
      if step == 0 {
        let expected = try #require(recorded["grad_norm"]?.double)
        #expect(abs(norm - expected) <= 1e-4 * expected)
      }
      optimizer.step(gradients: gradients, learningRate: 1e-3, gradientScale: clippingScale(norm: norm, limit: 1))
    }
  }
}
