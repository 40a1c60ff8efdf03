import Checkpoints
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// Every family's gradients are PyTorch's: those of the mean loss of each row's next tokens.
@Suite struct GradientTests {
  /// Beside this, two gradients differ by the order in which float32 numbers were added.
  static let tolerance = 1e-4
  /// A gradient that is zero in exact arithmetic (a key's bias moves all scores alike) is rounding error in both. It
  /// is held against this part of the whole gradient's size instead.
  static let nothing = 1e-7

  /// Where PyTorch's gradients are: for two cases beside the checkpoint, for all where there is reference material.
  static func path(_ golden: GoldenCase) -> String? {
    let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("../shared/golden/\(golden)").standardized.path
    return [golden.path, shared].map { $0 + "/gradients.safetensors" }.first(where: FileManager.default.fileExists)
  }

  static func gradients(_ model: LanguageModel, _ ids: [[Int]], _ tape: Tape = Tape()) throws -> (Tape, CrossEntropy) {
    for parameter in model.parameters { tape.watch(parameter.tensor) }
    let result = try model.loss(ids, targets: ids.map { $0.dropFirst() + [-1] }, tape: tape)
    tape.backward(from: result.loss)
    return (tape, result)
  }

  @Test(arguments: GoldenCase.all) func areThoseOfPyTorch(_ golden: GoldenCase) throws {
    guard let path = Self.path(golden) else {
      print("skipped: no gradients of \(golden) without ../shared")
      return
    }
    let file = try SafetensorsCheckpoint(path: path)
    let checkpoint = try ModelCheckpoint.open(golden.path)
    let model = try LanguageModel(checkpoint).trainable()
    let (tape, _) = try Self.gradients(model, golden.expected().inputs)
    func size(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
    let expected = try model.parameters.map { parameter in
      let name = try #require(checkpoint.storedNames(parameter.name).first { file.description(of: $0) != nil })
      return (parameter, name, try file.tensor(named: name))
    }
    let whole = size(expected.flatMap { $0.2.floats() })
    for (parameter, name, expected) in expected {
      let found = try #require(tape.gradient(of: parameter.tensor), "\(golden) \(name)")
      #expect(found.shape == expected.shape)
      let difference = size(zip(found.floats(), expected.floats()).map { $0 - $1 })
      let allowed = max(Self.tolerance * size(expected.floats()), Self.nothing * whole)
      #expect(difference <= allowed, "\(golden) \(name): \(difference / size(expected.floats()))")
    }
    #expect(expected.count == file.tensorNames.count, "PyTorch has parameters that the model lacks")
  }

  /// Computing blocks again, with the same numbers left out at random, changes no bit.
  @Test(arguments: ["gpt2", "llama2-gqa", "gpt-oss", "llama4-text"], [Float(0), 0.2])
  func checkpointsChangeNoBit(_ name: String, rate: Float) throws {
    let golden = GoldenCase(name: name)
    let model = try LanguageModel.load(from: golden.path).trainable()
    let ids = try golden.expected().inputs
    func gradients(checkpointing: Bool, seed: UInt64 = 1) throws -> [[Float]] {
      let tape = Tape()
      tape.dropout = Dropout(rate: rate, seed: seed)
      for parameter in model.parameters { tape.watch(parameter.tensor) }
      let result = try model.loss(ids, targets: ids, tape: tape, checkpointsBlocks: checkpointing)
      tape.backward(from: result.loss)
      return [result.rows] + model.parameters.compactMap { tape.gradient(of: $0.tensor)?.floats() }
    }
    let plain = try gradients(checkpointing: false)
    #expect(plain.count == model.parameters.count + 1)
    #expect(try gradients(checkpointing: true) == plain)
    #expect(try (gradients(checkpointing: false, seed: 2) == plain) == (rate == 0))
  }

  @Test func whatCannotBeTrainedOnIsRefused() throws {
    let model = try LanguageModel.load(from: GoldenCase(name: "gpt2").path)
    let context = model.configuration.contextLength
    for (texts, targets) in [
      ([], []), ([[]], [[]]), ([[1, 2]], [[1]]), ([[1], [2]], [[1]]), ([[1]], [[97]]), ([[97]], [[1]]), ([[-1]], [[1]]),
      ([Array(repeating: 1, count: context + 1)], [Array(repeating: 1, count: context + 1)]),
    ] as [([[Int]], [[Int]])] {
      #expect(throws: ModelError.self) { try model.loss(texts, targets: targets) }
    }
    #expect(throws: ModelError.self) { try model.loss([[1, 2]], targets: [[1, 2]], weights: [1]) }
  }

  /// A trained model is written and read again as it is, under the names and in the layout of its family.
  @Test(arguments: ["gpt2", "llama2-gqa"]) func aModelInMemoryIsSaved(_ name: String) throws {
    let model = try LanguageModel.load(from: GoldenCase(name: name).path).trainable()
    model.parameters[0].tensor.withMutableSpan { $0[5] = 0.75 }
    let folder = NSTemporaryDirectory() + "/gradients-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try CheckpointConversion(model, to: .huggingFace).write(to: folder)
    let again = try LanguageModel.load(from: folder)
    #expect(again.parameters[0].tensor.floats()[5] == 0.75)
    #expect(again.parameters.map { $0.tensor.floats() } == model.parameters.map { $0.tensor.floats() })
  }
}
