import Checkpoints
import Foundation
import JSONParsing
import LanguageModels
import Tensors
import Testing

@Suite struct QuantizationTests {
  /// A model whose rows are whole blocks of any type, with fresh weights.
  static func tiny(_ folder: String) throws -> String {
    let config = """
      {"model_type": "llama", "vocab_size": 300, "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2,
       "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
       "tie_word_embeddings": false}
      """
    try config.write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
    let configuration = try ModelCheckpoint.configuration(ofFile: folder + "/config.json")
    let path = folder + "/model"
    try CheckpointConversion(freshly: configuration, seed: 3, to: .huggingFace).write(to: path)
    return path
  }

  static func mix(_ name: String) throws -> QuantizationMix { try #require(QuantizationMix.named(name)) }

  /// Cosine of the angle between two lists.
  static func similarity(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }

  /// Where a block's last half-precision scale lies; MXFP4's is a byte.
  static let lastScales: [(mix: String, place: Int)] = [
    ("Q8_0", 0), ("Q4_0", 0), ("Q4_1", 2), ("Q5_0", 0), ("Q5_1", 2), ("IQ4_NL", 0), ("IQ4_XS", 0), ("Q2_K", 82),
    ("Q3_K_S", 108), ("Q4_K_S", 2), ("Q5_K_S", 2), ("Q6_K", 208), ("MXFP4", 0),
  ]

  @Test(arguments: lastScales) func aScaleThatIsNoNumberIsFound(mix: String, place: Int) throws {
    try withFolder { folder in
      let path = folder + "/small.gguf"
      let name = mix == "MXFP4" ? "MXFP4_MOE" : mix
      let quantization =
        mix == "MXFP4" ? try Quantization(Self.mix(name), embeddingType: .mxfp4) : try Quantization(Self.mix(name))
      let source = try ModelCheckpoint.open(Self.tiny(folder))
      try CheckpointConversion(source, to: .gguf, quantization: quantization).write(to: path)
      let field = mix == "MXFP4" ? "token_embd.weight" : "blk.1.attn_q.weight"
      let tensor = try GGUFCheckpoint(path: path).tensor(named: field)
      let bytes = tensor.withBytes { span in
        Data((0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) })
      }
      var file = try Data(contentsOf: URL(fileURLWithPath: path))
      let found = try #require(file.range(of: bytes))
      let block = found.upperBound - tensor.elementType.bytesPerBlock
      _ = try LanguageModel.load(from: path)
      // No number, and infinite.
      for scale in [[0x00, 0x7e], [0x00, 0xfc]] as [[UInt8]] {
        if mix == "MXFP4" {
          file[block] = 0xff
        } else {
          file.replaceSubrange(block + place..<block + place + 2, with: scale)
        }
        try file.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: ModelError.self) { try LanguageModel.load(from: path) }
        #expect(error?.code == .damagedTensor && error?.field == field)
        #expect(error?.message.contains("row \(tensor.shape.rowCount - 1) ") == true)
      }
    }
  }

  @Test(arguments: QuantizationMix.all.map(\.name)) func everyMixLoadsAndComputes(name: String) throws {
    try withFolder { folder in
      let source = try ModelCheckpoint.open(Self.tiny(folder))
      let path = folder + "/small.gguf"
      let mix = try Self.mix(name)
      try CheckpointConversion(source, to: .gguf, quantization: Quantization(mix)).write(to: path)
      let file = try GGUFCheckpoint(path: path)
      #expect(try file.metadata.int("general.file_type") == mix.fileType)
      let ids = [1, 20, 250, 7, 99]
      let expected = try LanguageModel(source).logits(ids).floats()
      let logits = try LanguageModel.load(from: path).logits(ids).floats()
      let least = mix.baseType.bitsPerElement > 5 ? 0.995 : mix.baseType.bitsPerElement > 4 ? 0.98 : 0.9
      #expect(Self.similarity(logits, expected) > least)
      // And the next token is found through the cache.
      let model = try LanguageModel.load(from: path)
      let cache = model.makeCache()
      for id in ids { #expect(try model.forward([id], cache: cache).floats().allSatisfy(\.isFinite)) }
    }
  }

  // MARK: - Which tensor gets which type

  static let models = [
    "llama-gqa4", "llama-mha-tied", "llama-narrow", "llama-odd", "gpt2-tied", "gpt-oss8", "gpt-oss4", "llama4",
  ]

  @Test(arguments: models) func typesAreLlamaCpps(name: String) throws {
    let text = try Data(contentsOf: URL(fileURLWithPath: Bundle.module.bundlePath + "/Fixtures/mixes.json"))
    let model = try #require(JSONValue(parsing: Array(text)).object?[name]?.object)
    try withFolder { folder in
      let config = try #require(model["config"])
      try config.serialized(pretty: true).write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
      let configuration = try ModelCheckpoint.configuration(ofFile: folder + "/config.json")
      try CheckpointConversion(freshly: configuration, seed: 1, to: .huggingFace, elementType: .f16).write(
        to: folder + "/m")
      let opened = try ModelCheckpoint.open(folder + "/m")
      let mixes = try #require(model["mixes"]?.object)
      #expect(mixes.count > 10)
      for (mixName, expected) in mixes.pairs {
        let plan = try CheckpointConversion(opened, to: .gguf, quantization: Quantization(Self.mix(mixName))).plan()
        var found: [String: [(layer: Int, type: String)]] = [:]
        for tensor in plan where tensor.elementType != .f32 {
          let words = tensor.name.split(separator: ".")
          let layer = words[0] == "blk" ? Int(words[1]) ?? 0 : 0
          let stem = words[words[0] == "blk" ? 2 : 0]
          found[String(stem), default: []].append((layer, tensor.elementType.rawValue.lowercased()))
        }
        let runs = found.mapValues { list in
          var runs: [(type: String, count: Int)] = []
          for (_, type) in list.sorted(by: { $0.layer < $1.layer }) {
            if runs.last?.type == type { runs[runs.count - 1].count += 1 } else { runs.append((type, 1)) }
          }
          return runs.map { $0.count > 1 ? "\($0.type)*\($0.count)" : $0.type }.joined(separator: " ")
        }
        let object = try #require(expected.object)
        #expect(
          runs == Dictionary(uniqueKeysWithValues: object.pairs.map { ($0.0, $0.1.string ?? "") }),
          "\(name), \(mixName)")
      }
    }
  }

  @Test func namesAreFoundInAnyCase() {
    #expect(QuantizationMix.named("q4_k")?.name == "Q4_K_M" && QuantizationMix.named("mxfp4")?.fileType == 38)
    #expect(QuantizationMix.named("Q9_K") == nil)
    #expect(QuantizationMix.pure(.q3_K).fileType == 12 && QuantizationMix.pure(.f16).fileType == 1)
  }

  @Test func typesCanBeAskedFor() throws {
    try withFolder { folder in
      let source = try ModelCheckpoint.open(Self.tiny(folder))
      let asked = Quantization(try Self.mix("Q4_0"), outputType: .f16, embeddingType: .q8_0)
      let plan = try CheckpointConversion(source, to: .gguf, quantization: asked).plan()
      let types = Dictionary(uniqueKeysWithValues: plan.map { ($0.name, $0.elementType) })
      #expect(types["output.weight"] == .f16 && types["token_embd.weight"] == .q8_0)
      #expect(types["blk.1.ffn_down.weight"] == .q4_0 && types["blk.0.attn_norm.weight"] == .f32)
    }
  }

  // MARK: - Importance

  @Test func importanceIsTheMeanSquareOfInputs() throws {
    try withFolder { folder in
      let model = try LanguageModel.load(from: Self.tiny(folder))
      let measurement = try ImportanceMeasurement(model)
      let ids = [5, 9, 200]
      try measurement.read(ids)
      let matrix = measurement.matrix(datasets: ["x"], chunkSize: 3)
      #expect(matrix.entries.count == 14 && matrix.entries.keys.allSatisfy { $0.hasPrefix("blk.") })
      // What goes into the first layer's queries is the tokens' vectors after a norm whose gains are 1.
      let tokens = try #require(model.parameters.first { $0.name == "tokens.weight" }).tensor
      var expected = [Float](repeating: 0, count: 256)
      for id in ids {
        let row = tokens.rows(id..<id + 1).floats()
        let mean = row.reduce(0) { $0 + $1 * $1 } / 256 + 1e-5
        for column in 0..<256 { expected[column] += row[column] * row[column] / mean / 3 }
      }
      let found = try #require(matrix["blk.0.attn_q.weight"]?.means).floats()
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 * (1 + $1) })
      #expect(matrix["blk.0.attn_v.weight"]?.means.floats() == found)
      #expect(matrix["blk.0.ffn_up.weight"]?.counts == [3])
      // The model computes what it did, and nothing of the tape stays.
      #expect(throws: ModelError.self) { try measurement.read([300]) }
    }
  }

  @Test(arguments: ["gpt-oss", "llama4-text"]) func expertsAreMeasuredOneByOne(name: String) throws {
    let model = try LanguageModel.load(from: GoldenCase(name: name).path)
    let measurement = try ImportanceMeasurement(model)
    let ids = Array(1...40)
    try measurement.read(ids)
    let matrix = measurement.matrix(datasets: [], chunkSize: 40)
    let counts = try #require(matrix["blk.0.ffn_gate_exps.weight"]?.counts)
    guard case .mixtureOfExperts(let mixture) = model.configuration.layers[0].feedForward else { return }
    #expect(counts.count == mixture.expertCount)
    #expect(counts.reduce(0, +) == Float(40 * mixture.expertsPerToken))
    #expect(
      matrix["blk.0.ffn_up_exps.weight"]?.counts == counts && matrix["blk.0.ffn_down_exps.weight"]?.counts == counts)
  }

  @Test func importanceChangesWhatIsWritten() throws {
    try withFolder { folder in
      let source = try ModelCheckpoint.open(Self.tiny(folder))
      let measurement = try ImportanceMeasurement(LanguageModel(source))
      for start in 0..<8 { try measurement.read((0..<32).map { ($0 * 7 + start * 31) % 300 }) }
      let importance = measurement.matrix(datasets: [], chunkSize: 32)
      var errors: [Double] = []
      for known in [nil, importance] {
        let path = folder + "/out.gguf"
        let quantization = Quantization(try Self.mix("Q2_K"), importance: known)
        try CheckpointConversion(source, to: .gguf, quantization: quantization).write(to: path)
        let name = "blk.1.ffn_up.weight"
        let coded = try GGUFCheckpoint(path: path).tensor(named: name).floats()
        let original = try source.checkpoint.tensor(named: "model.layers.1.mlp.up_proj.weight").floats()
        let weights = try #require(importance[name]?.means).floats()
        errors.append(
          coded.indices.reduce(0) { $0 + Double(weights[$1 % 256]) * pow(Double(coded[$1] - original[$1]), 2) })
      }
      #expect(errors[1] < errors[0])
      // Importance of another model is no use.
      var foreign = ImportanceMatrix()
      foreign["blk.0.attn_q.weight"] = .init(sums: Tensor([1, 1], shape: [1, 2]), counts: [1])
      let wrong = try CheckpointConversion(
        source, to: .gguf, quantization: Quantization(Self.mix("Q4_0"), importance: foreign))
      #expect(throws: ModelError.self) { try wrong.write(to: folder + "/wrong.gguf") }
      #expect(!FileManager.default.fileExists(atPath: folder + "/wrong.gguf"))
    }
  }

  // MARK: - What is refused

  @Test func roundingTwiceIsRefusedUnlessAskedFor() throws {
    try withFolder { folder in
      let small = folder + "/small.gguf"
      let source = try ModelCheckpoint.open(Self.tiny(folder))
      try CheckpointConversion(source, to: .gguf, quantization: Quantization(Self.mix("Q8_0"))).write(to: small)
      let again = try ModelCheckpoint.open(small)
      let refused = try CheckpointConversion(again, to: .gguf, quantization: Quantization(Self.mix("Q4_K_M")))
      #expect { try refused.write(to: folder + "/no.gguf") } throws: { "\($0)".contains("--requantize") }
      let asked = Quantization(try Self.mix("Q4_K_M"), requantizes: true)
      try CheckpointConversion(again, to: .gguf, quantization: asked).write(to: folder + "/yes.gguf")
      // The type that it has already is no second rounding: bytes stay.
      try CheckpointConversion(again, to: .gguf, quantization: Quantization(Self.mix("Q8_0"))).write(
        to: folder + "/same.gguf")
      let name = "blk.0.attn_q.weight"
      let same = try GGUFCheckpoint(path: folder + "/same.gguf").tensor(named: name).floats()
      #expect(try GGUFCheckpoint(path: small).tensor(named: name).floats() == same)
    }
  }

  @Test(arguments: [Float.nan, .infinity, 1e6]) func damagedWeightsAreNamed(number: Float) throws {
    try withFolder { folder in
      let path = try Self.tiny(folder)
      let checkpoint = try SafetensorsCheckpoint(path: path)
      let names = checkpoint.tensorNames
      try SafetensorsWriter.write(
        names.compactMap { checkpoint.description(of: $0) }, metadata: ["format": "pt"],
        to: folder + "/damaged.safetensors",
        maximumShardBytes: nil
      ) { index in
        let tensor = try checkpoint.tensor(named: names[index])
        guard names[index] == "model.layers.1.mlp.up_proj.weight" else { return tensor }
        var values = tensor.floats()
        values[1000] = number
        return Tensor(values, shape: tensor.shape)
      }
      try FileManager.default.removeItem(atPath: path + "/model.safetensors")
      try FileManager.default.moveItem(atPath: folder + "/damaged.safetensors", toPath: path + "/model.safetensors")
      for name in ["Q4_K_M", "Q8_0", "F16"] {
        let conversion = try CheckpointConversion(
          ModelCheckpoint.open(path), to: .gguf, quantization: Quantization(Self.mix(name)))
        #expect {
          try conversion.write(to: folder + "/out.gguf")
        } throws: { error in
          (error as? ModelError)?.code == .unencodable && "\(error)".contains("blk.1.ffn_up.weight")
        }
        #expect(!FileManager.default.fileExists(atPath: folder + "/out.gguf"))
      }
    }
  }

  @Test func foldersHoldNoBlocks() throws {
    try withFolder { folder in
      let source = try ModelCheckpoint.open(Self.tiny(folder))
      #expect(throws: ModelError.self) {
        try CheckpointConversion(source, to: .huggingFace, quantization: Quantization(Self.mix("Q4_K_M")))
      }
    }
  }
}
