import Checkpoints
import Foundation
import LanguageModels
import Tensors
import TestSupport
import Testing

/// What is converted computes what the original computes, there and back.
@Suite struct ConversionTests {
  func expectSameLogits(_ golden: GoldenCase, _ path: String, tolerance: Float = 1e-5, _ what: String) throws {
    let ids = try golden.expected().inputs[0]
    let original = try LanguageModel.load(from: golden.path).logits(ids).floats()
    let converted = try LanguageModel.load(from: path).logits(ids).floats()
    #expect(largestDifference(original, converted) <= tolerance, "\(golden) as \(what)")
  }

  @Test(arguments: GoldenCase.all.filter { $0.name != "llama4-temperature" }) func throughGGUFAndBack(
    _ golden: GoldenCase
  ) throws {
    try withFolder { folder in
      let (gguf, back) = (folder + "/model.gguf", folder + "/back")
      try CheckpointConversion(ModelCheckpoint.open(golden.path), to: .gguf).write(to: gguf)
      try expectSameLogits(golden, gguf, tolerance: 1e-4, "GGUF")
      try CheckpointConversion(ModelCheckpoint.open(gguf), to: .huggingFace).write(to: back, maximumShardBytes: 50_000)
      try expectSameLogits(golden, back, tolerance: 1e-4, "safetensors again")
      let families = try [golden.path, gguf, back].map { try ModelCheckpoint.open($0).configuration.family }
      #expect(Set(families).count == 1, "\(golden) comes back as \(families)")
      // Nothing was computed on the way: every tensor is the original's to the bit.
      let (first, second) = (try SafetensorsCheckpoint(path: golden.path), try SafetensorsCheckpoint(path: back))
      for name in first.tensorNames {
        #expect(try first.tensor(named: name).floats() == second.tensor(named: name).floats(), "\(golden): \(name)")
      }
    }
  }

  @Test func throughLlama2CAndBack() throws {
    let golden = GoldenCase(name: "llama2-gqa")
    try withFolder { folder in
      let file = folder + "/model.bin"
      try CheckpointConversion(ModelCheckpoint.open(golden.path), to: .llama2c).write(to: file)
      try expectSameLogits(golden, file, "llama2.c")
      try CheckpointConversion(ModelCheckpoint.open(file), to: .huggingFace).write(to: folder + "/back")
      try expectSameLogits(golden, folder + "/back", "safetensors again")
    }
  }

  @Test func halfPrecisionIsClose() throws {
    let golden = GoldenCase(name: "llama2-gqa")
    try withFolder { folder in
      for type in [ElementType.f16, .bf16] {
        let path = folder + "/\(type).gguf"
        try CheckpointConversion(ModelCheckpoint.open(golden.path), to: .gguf, elementType: type).write(to: path)
        try expectSameLogits(golden, path, tolerance: 0.2, "\(type)")
        let checkpoint = try GGUFCheckpoint(path: path)
        #expect(checkpoint.description(of: "blk.0.attn_q.weight")?.elementType == type)
        #expect(checkpoint.description(of: "blk.0.attn_norm.weight")?.elementType == .f32)
      }
    }
  }

  @Test func refusesWhatAFormatCannotHold() throws {
    let model = try ModelCheckpoint.open(GoldenCase(name: "llama31-ropescaled").path)
    #expect(throws: ModelError.self) { try CheckpointConversion(model, to: .llama2c) }
    #expect(throws: ModelError.self) { try CheckpointConversion(model, to: .gguf, elementType: .i8) }
    // run.c fixes the norm's epsilon at 1e-5; LLaMA 1 has 1e-6.
    let first = try ModelCheckpoint.open(GoldenCase(name: "llama1-mha").path)
    #expect(throws: ModelError.self) { try CheckpointConversion(first, to: .llama2c) }
    #expect(throws: ModelError.self) { try CheckpointConversion(model, to: .huggingFace, elementType: .q8_0) }
    // llama.cpp fixes Llama 4's attention temperature and which of its layers rotate.
    let fourth = try ModelCheckpoint.open(GoldenCase(name: "llama4-temperature").path)
    #expect(throws: ModelError.self) { try CheckpointConversion(fourth, to: .gguf) }
  }

  @Test func freshWeightsRepeatWithTheSeed() throws {
    let configuration = try ModelCheckpoint.open(GoldenCase(name: "gpt2").path).configuration
    let (a, b) = (try LanguageModel(configuration, seed: 7), try LanguageModel(configuration, seed: 7))
    let c = try LanguageModel(configuration, seed: 8)
    let ids = [1, 2, 3]
    #expect(try a.logits(ids).floats() == b.logits(ids).floats())
    #expect(try a.logits(ids).floats() != c.logits(ids).floats())
    try withFolder { folder in
      try CheckpointConversion(freshly: configuration, seed: 7, to: .huggingFace).write(to: folder)
      // The file stores GPT-2's matrices the other way round, so sums are taken in another order.
      let loaded = try LanguageModel.load(from: folder).logits(ids).floats()
      #expect(largestDifference(loaded, try a.logits(ids).floats()) < 1e-5)
    }
  }

  @Test func freshWeightsHaveGPT2sDeviations() throws {
    let configuration = try ModelCheckpoint.open(GoldenCase(name: "gpt2").path).configuration
    try withFolder { folder in
      try CheckpointConversion(freshly: configuration, seed: 7, to: .huggingFace).write(to: folder)
      let checkpoint = try SafetensorsCheckpoint(path: folder)
      let narrow = 0.02 / Float(2 * configuration.layerCount).squareRoot()
      for (name, deviation) in [
        ("attn.c_attn.weight", 0.02), ("attn.c_proj.weight", narrow), ("mlp.c_fc.weight", 0.02),
        ("mlp.c_proj.weight", narrow),
      ] {
        let weights = try checkpoint.tensor(named: "transformer.h.0." + name).floats()
        let found = (weights.reduce(0) { $0 + $1 * $1 } / Float(weights.count)).squareRoot()
        #expect(abs(found / deviation - 1) < 0.08, "\(name): \(found), expected \(deviation)")
      }
      let gains = try checkpoint.tensor(named: "transformer.h.0.ln_1.weight").floats()
      let biases = try checkpoint.tensor(named: "transformer.h.0.mlp.c_fc.bias").floats()
      #expect(gains.allSatisfy { $0 == 1 } && biases.allSatisfy { $0 == 0 })
    }
  }

  @Test func aMissingHeadIsTheEmbedding() throws {
    let golden = GoldenCase(name: "llama32-tied-headdim")
    try withFolder { folder in
      try FileManager.default.removeItem(atPath: folder)
      try FileManager.default.copyItem(atPath: golden.path, toPath: folder)
      let file = folder + "/config.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let untied = text.replacing(#""tie_word_embeddings": true"#, with: #""tie_word_embeddings": false"#)
      #expect(untied != text)
      try untied.write(toFile: file, atomically: true, encoding: .utf8)
      try expectSameLogits(golden, folder, tolerance: 0, "a model whose configuration leaves the head out")
    }
  }

  @Test func aCertainRouterDoesNotOverflow() throws {
    let golden = GoldenCase(name: "gpt-oss")
    try withFolder { folder in
      let checkpoint = try SafetensorsCheckpoint(path: golden.path)
      try SafetensorsWriter.write(
        checkpoint.tensorNames.compactMap { checkpoint.description(of: $0) }, metadata: ["format": "pt"],
        to: folder + "/model.safetensors", maximumShardBytes: nil
      ) { index in
        let name = checkpoint.tensorNames[index]
        let tensor = try checkpoint.tensor(named: name)
        return name.contains("router.weight") ? scale(tensor, by: 1e4) : tensor
      }
      try FileManager.default.copyItem(atPath: golden.path + "/config.json", toPath: folder + "/config.json")
      let logits = try LanguageModel.load(from: folder).logits(golden.expected().inputs[0]).floats()
      #expect(logits.allSatisfy { $0.isFinite })
    }
  }
}
