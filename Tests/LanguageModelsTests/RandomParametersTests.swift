import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

@Suite struct RandomParametersTests {
  static let shapes: [Configuration] = ["gpt-small", "llama-small"].compactMap { Preset.named($0)?.configuration }

  /// GPT-2's rule: what ends on the residual stream is narrower by the root of how many such sums there are.
  @Test(arguments: shapes) func deviationsAreThoseOfGPT2(_ configuration: Configuration) throws {
    var configuration = configuration
    configuration.vocabularySize = 2000
    let model = try LanguageModel(configuration, seed: 7)
    let narrow = 0.02 / Double(2 * configuration.layerCount).squareRoot()
    var narrowCount = 0
    for (name, tensor) in model.parameters {
      let values = tensor.floats()
      if name.hasSuffix(".gain") {
        #expect(values.allSatisfy { $0 == 1 }, "\(name)")
      } else if name.hasSuffix(".bias") {
        #expect(values.allSatisfy { $0 == 0 }, "\(name)")
      } else {
        let isNarrow = name.hasSuffix("attention.output.weight") || name.hasSuffix("feedForward.down.weight")
        narrowCount += isNarrow ? 1 : 0
        let deviation = (values.reduce(0) { $0 + Double($1) * Double($1) } / Double(values.count)).squareRoot()
        let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
        let expected = isNarrow ? narrow : 0.02
        // Four standard errors of either.
        let error = 4 / Double(values.count).squareRoot()
        #expect(abs(deviation - expected) < error * expected, "\(name): \(deviation), not \(expected)")
        #expect(abs(mean) < error * expected, "\(name): a mean of \(mean)")
      }
    }
    #expect(narrowCount == 2 * configuration.layerCount)
  }

  /// A seed stands in papers and scripts, so its numbers must never change.
  @Test func aSeedsNumbersAreFixed() throws {
    var configuration = Configuration.gptSmall
    configuration.vocabularySize = 100
    let model = try LanguageModel(configuration, seed: 3)
    func first(_ name: String) throws -> [Float] {
      let tensor = try #require(model.parameters.first { $0.name == name }).tensor
      return Array(tensor.floats().prefix(3))
    }
    #expect(try largestDifference(first("tokens.weight"), [-0.0203260984, -0.00614852132, 0.00724064838]) < 1e-8)
    #expect(
      try largestDifference(first("layers.5.feedForward.down.weight"), [-0.00875197258, -0.00265162345, 0.00677432818])
        < 1e-8)
  }

  /// What no machine has room for is refused before anything is made.
  @Test func whatDoesNotFitIsRefused() throws {
    var huge = Configuration.llama31With405B
    huge.vocabularySize = 100_000_000
    huge.hiddenSize = 1_000_000
    let folder = NSTemporaryDirectory() + "/huge-" + UUID().uuidString
    for make in [
      { _ = try LanguageModel(huge, seed: 0) },
      { try CheckpointConversion(freshly: huge, seed: 0, to: .huggingFace).write(to: folder) },
      { try Room.checkDisk(1 << 60, at: folder + "/deeper/still") },
    ] as [() throws -> Void] {
      let error = #expect(throws: ModelError.self, performing: make)
      #expect(error?.code == .tooLarge)
    }
    try Room.checkDisk(1, at: folder)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
