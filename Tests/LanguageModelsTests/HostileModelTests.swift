import Foundation
import LanguageModels
import Testing

/// Folders whose configuration is wrong: each a typed error that names the file and the field.
@Suite struct HostileModelTests {
  /// A copy of a golden checkpoint with its configuration changed.
  func error(changing edit: (inout [String: Any]) -> Void, of name: String = "llama2-gqa") throws -> ModelError? {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(atPath: GoldenCase(name: name).path, toPath: folder.path)
    let file = folder.appendingPathComponent("config.json")
    var fields = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    edit(&fields)
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
    do {
      _ = try LanguageModel.load(from: folder.path)
      return nil
    } catch let error as ModelError {
      #expect(error.description.contains(folder.lastPathComponent), "\(error) does not name the file")
      return error
    }
  }

  @Test(arguments: [
    ("hidden_size", -1), ("hidden_size", 0), ("num_attention_heads", 0), ("num_key_value_heads", 3),
    ("num_hidden_layers", 1_000_000), ("num_hidden_layers", -3), ("vocab_size", 0), ("head_dim", 7),
    ("vocab_size", Int.max), ("intermediate_size", Int.max), ("max_position_embeddings", -5), ("head_dim", 1 << 40),
  ]) func impossibleSizes(_ field: String, _ value: Int) throws {
    let error = try #require(try error { $0[field] = value })
    #expect(error.code == .invalidConfiguration || error.code == .mismatchedTensor)
  }

  @Test func fieldsOfTheWrongKind() throws {
    #expect(try error { $0["hidden_size"] = "large" }?.field == "hidden_size")
    #expect(try error { $0["rms_norm_eps"] = [1] }?.field == "rms_norm_eps")
    #expect(try error { $0["hidden_size"] = nil }?.field == "hidden_size")
    #expect(try error { $0["rope_parameters"] = ["rope_type": "unheard"] }?.code == .unsupported)
    #expect(try error { $0["hidden_act"] = "sine" }?.code == .unsupported)
    #expect(try error { $0["model_type"] = "mamba" }?.code == .unsupported)
    #expect(try error { $0["model_type"] = nil }?.field == "model_type")
    #expect(try error(changing: { $0["layer_types"] = ["full_attention"] }, of: "gpt-oss")?.field == "layer_types")
    #expect(try error(changing: { $0["attention_layers"] = ["global"] }, of: "gpt3-neo")?.field == "attention_layers")
    #expect(try error(changing: { $0["add_cross_attention"] = true }, of: "gpt2")?.code == .unsupported)
  }

  @Test func constantsBeyondWholeNumbers() throws {
    let scaling: [String: Any] = [
      "rope_theta": 1e4, "rope_type": "yarn", "factor": 2, "original_max_position_embeddings": 1e30,
    ]
    #expect(try error { $0["rope_parameters"] = ["rope_theta": 1e30] }?.field == "theta")
    #expect(try error { $0["rope_parameters"] = scaling }?.field == "ropeScaling")
    #expect(try error(changing: { $0["floor_scale"] = 1e30 }, of: "llama4-text")?.field == "attention.temperature")
    #expect(try error(changing: { $0["floor_scale"] = 0 }, of: "llama4-text")?.field == "attention.temperature")
  }

  @Test func sizesThatAreEachPossibleAndTogetherBeyondCounting() throws {
    let error = try error {
      for (field, value) in [
        ("num_hidden_layers", 2048), ("num_attention_heads", 65_536), ("num_key_value_heads", 65_536),
        ("head_dim", 65_536), ("max_position_embeddings", 1_000_000_000),
      ] { $0[field] = value }
    }
    #expect(error?.code == .invalidConfiguration && error?.field == "contextLength")
  }

  @Test func shapesThatDisagreeWithTheTensors() throws {
    #expect(try error { $0["intermediate_size"] = 96 }?.code == .mismatchedTensor)
    #expect(try error { $0["vocab_size"] = 132 }?.code == .mismatchedTensor)
    #expect(try error { $0["num_hidden_layers"] = 4 }?.code == .mismatchedTensor)
    #expect(try error(changing: { $0["n_positions"] = 63 }, of: "gpt2")?.field == "transformer.wpe.weight")
  }

  @Test func nothingToLoad() throws {
    #expect(throws: ModelError.self) { try LanguageModel.load(from: "/nowhere/at-all") }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: ModelError.self) { try LanguageModel.load(from: folder.path) }
    #expect(error?.code == .notFound && error?.description.contains("config.json") == true)
  }

  @Test func tokensOutsideTheVocabularyAndTheContext() throws {
    let model = try LanguageModel.load(from: GoldenCase(name: "gpt2").path)
    for ids in [[97], [-1], [0, Int.max]] {
      #expect(throws: ModelError.self) { try model.logits(ids) }
    }
    #expect(throws: ModelError.self) { try model.logits([]) }
    #expect(throws: ModelError.self) { try model.logits(Array(repeating: 1, count: 65)) }
    let cache = model.makeCache()
    _ = try model.forward(Array(repeating: 1, count: 64), cache: cache)
    let error = #expect(throws: ModelError.self) { try model.forward([1], cache: cache) }
    #expect(error?.code == .contextExceeded && cache.count == 64)
    cache.truncate(to: 10)
    _ = try model.forward([1], cache: cache)
    #expect(cache.count == 11)
  }
}
