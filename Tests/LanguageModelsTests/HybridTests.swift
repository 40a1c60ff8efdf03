import Checkpoints
import Foundation
import LanguageModels
import Tensors
import Testing

/// Swiftlet's own config.json says every decoder that there is.
@Suite struct HybridTests {
  /// What a config.json of this text says.
  func read(_ text: String, in folder: String) throws -> Configuration {
    let path = folder + "/config.json"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try ModelCheckpoint.configuration(ofFile: path)
  }

  @Test func randomDecodersAreReadAsTheyWereWritten() throws {
    var source = RandomConfigurations(seed: 1)
    try withFolder { folder in
      for index in 0..<400 {
        let configuration = source.next()
        try configuration.validate()
        #expect(try read(configuration.configurationFile(), in: folder) == configuration, "decoder \(index)")
      }
    }
  }

  @Test(arguments: Preset.all.map(\.name)) func presetsAreReadAsTheyWereWritten(_ name: String) throws {
    let preset = try #require(Preset.named(name)).configuration
    var hybrid = preset
    hybrid.family = .hybrid
    try withFolder { folder in
      // In its own family's words, which say all of it, and in Swiftlet's.
      #expect(preset.storable == preset)
      let inFamilyWords = try read(preset.configurationFile(), in: folder)
      #expect(inFamilyWords == preset)
      let text = hybrid.configurationFile()
      let inOwnWords = try read(text, in: folder)
      #expect(inOwnWords == hybrid)
      // What repeats is said once.
      #expect(text.utf8.count < 4_000, "\(text.utf8.count) bytes")
    }
  }

  /// No family but the hybrid takes a random decoder for one of its own unless it reads the same again.
  @Test func everyFamilyIsWrittenSoThatNothingIsLost() throws {
    var source = RandomConfigurations(seed: 2)
    try withFolder { folder in
      for family in Family.allCases {
        for _ in 0..<20 {
          let storable = source.next(family: family).storable
          #expect(storable.family == .hybrid)
          let again = try read(storable.configurationFile(), in: folder)
          #expect(again == storable)
        }
      }
    }
  }

  @Test func onlyWhatAFamilyCannotSayIsHybrid() throws {
    func family(_ start: Configuration, _ change: (inout Configuration) -> Void) -> Family {
      var configuration = start
      change(&configuration)
      return configuration.storable.family
    }
    #expect(family(.gpt2) { $0.normalization.epsilon = 1e-6 } == .gpt2)
    #expect(family(.gpt2) { $0.normalization = .rmsNorm(epsilon: 1e-5) } == .hybrid)
    #expect(family(.gpt2) { $0.position = .none } == .hybrid)
    #expect(family(.gpt2) { $0.kvHeadCount = 4 } == .hybrid)
    #expect(family(.gpt2) { $0.setAttentionPatterns([.banded(window: 8)]) } == .hybrid)
    #expect(family(.gpt1) { $0.setFeedForward(.plain(.geluTanh, intermediateSize: 1024)) } == .hybrid)
    #expect(family(.llamaSmall) { $0.kvHeadCount = 6 } == .llama)
    #expect(family(.llamaSmall) { $0.position = .learned() } == .hybrid)
    #expect(family(.llamaSmall) { $0.setFeedForward(.plain(.relu, intermediateSize: 64)) } == .hybrid)
    // The order of a head's rows is no part of the decoder: a folder has its own, and weights are put into it.
    #expect(family(.llamaSmall) { $0.position = .rotary(RotaryPosition(theta: 1e4, pairing: .adjacent)) } == .llama)
  }

  /// Written as a folder, as GGUF and as a folder again, a model is the same to the bit.
  @Test func checkpointsGoThroughEveryFormat() throws {
    var source = RandomConfigurations(seed: 3)
    for index in 0..<40 {
      let configuration = source.next(family: index % 2 == 0 ? .hybrid : .llama)
      try withFolder { folder in
        let conversion = try CheckpointConversion(freshly: configuration, seed: 5, to: .huggingFace)
        #expect(conversion.remark?.contains("only Swiftlet opens this folder") == true)
        try conversion.write(to: folder + "/first")
        let opened = try ModelCheckpoint.open(folder + "/first")
        #expect(opened.configuration == configuration.storable, "decoder \(index)")
        let toGGUF = try CheckpointConversion(opened, to: .gguf)
        #expect(toGGUF.remark == "llama.cpp has no architecture for swiftlet; only Swiftlet opens this file.")
        try toGGUF.write(to: folder + "/model.gguf")
        let gguf = try ModelCheckpoint.open(folder + "/model.gguf")
        #expect(gguf.configuration == configuration.storable)
        try CheckpointConversion(gguf, to: .huggingFace).write(to: folder + "/second")
        let ids = [0, 1, 2, 3, 4, 3, 2]
        let expected = try LanguageModel.load(from: folder + "/first").logits(ids).floats()
        #expect(expected.allSatisfy { $0.isFinite }, "decoder \(index)")
        for path in ["/model.gguf", "/second"] {
          #expect(try LanguageModel.load(from: folder + path).logits(ids).floats() == expected, "decoder \(index)")
        }
      }
    }
  }

  @Test func aLlamaOfOtherPartsIsNoLlama2C() throws {
    var configuration = Configuration.llama2With7B
    configuration.setAttentionPatterns([.banded(window: 16)])
    #expect(throws: ModelError.self) { try CheckpointConversion(freshly: configuration, seed: 1, to: .llama2c) }
  }

  /// Each change makes a configuration that is refused with the name of the field at fault.
  @Test(arguments: [
    (#""kind": "rmsNorm""#, #""kind": "batchNorm""#, "normalization.kind"),
    (#""epsilon": 1e-05"#, #""epsilon": "small""#, "normalization.epsilon"),
    (#""epsilon": 1e-05"#, #""epsilon": 1e300"#, "normalization.epsilon"),
    (#""epsilon": 1e-05,"#, "", "normalization.epsilon"),
    (#""normPlacement": "pre""#, #""normPlacement": "within""#, "normPlacement"),
    (#""kind": "rotary""#, #""kind": "alibi""#, "position.kind"),
    (#""kind": "rotary""#, #""kind": "learned""#, "position.offset"),
    (#""pairing": "halves""#, #""pairing": "thirds""#, "position.pairing"),
    (#""theta": 10000.0"#, #""theta": -1"#, "theta"),
    (#""layerCount": 6"#, #""layerCount": 1000000000"#, "layerCount"),
    (#""layerCount": 6"#, #""layerCount": 0"#, "layerCount"),
    (#""count": 2"#, #""count": 7"#, "layers.0.count"),
    (#""count": 2"#, #""count": -1"#, "layers.0.count"),
    (#""count": 2"#, #""count": 9223372036854775807"#, "layers.0.count"),
    (#""kind": "full""#, #""kind": "strided""#, "layers.0.pattern.kind"),
    (#""kind": "full""#, #""kind": "banded""#, "layers.0.pattern.window"),
    (#""kind": "full""#, #""kind": "banded", "window": 0"#, "layers.0.window"),
    (#""kind": "full""#, #""kind": "full", "window": 3"#, "layers.0.pattern.window"),
    (#""kind": "gated""#, #""kind": "convolution""#, "layers.0.feedForward.kind"),
    (#""kind": "silu""#, #""kind": "sine""#, "layers.0.feedForward.gate.kind"),
    (#""kind": "silu""#, #""kind": "clampedSwish", "alpha": 1e300, "limit": 7"#, "layers.0.gate"),
    (#""intermediateSize": 1024"#, #""intermediateSize": 9223372036854775807"#, "layers.0.intermediateSize"),
    (#""hasSinks": false"#, #""hasSinks": 0"#, "attention.hasSinks"),
    (#""hasSinks": false"#, #""hasSinks": false, "softcap": 30"#, "attention.softcap"),
    (#""tiesEmbeddings": true"#, #""tiesEmbeddings": true, "mixer": "mamba""#, "mixer"),
    (#""headCount": 6"#, #""headCount": 9223372036854775807"#, "headCount"),
    (#""bos_token_id": 1"#, #""bos_token_id": "one""#, "bos_token_id"),
  ]) func whatIsWrongIsNamed(_ old: String, _ new: String, _ field: String) throws {
    var configuration = Configuration.llamaSmall
    configuration.family = .hybrid
    for index in configuration.layers.indices where index % 3 == 2 {
      configuration.layers[index].pattern = .chunked(size: 16)
    }
    let text = configuration.configurationFile()
    let range = try #require(text.range(of: old))
    try withFolder { folder in
      _ = try read(text, in: folder)
      let error = #expect(throws: ModelError.self) {
        try read(text.replacingCharacters(in: range, with: new), in: folder)
      }
      #expect(error?.field == field && error?.file?.hasSuffix("config.json") == true, "\(String(describing: error))")
    }
  }

  @Test func damageInAGGUFIsNamed() throws {
    try withFolder { folder in
      for (text, message) in [("{", "swiftlet.config"), ("[]", "not a JSON object"), ("{}", "biases")] {
        var metadata = GGUFMetadata()
        metadata["general.architecture"] = .string("swiftlet")
        metadata["swiftlet.config"] = .string(text)
        let path = folder + "/model.gguf"
        try GGUFWriter.write([], metadata: metadata, to: path, maximumShardBytes: nil) { _ in Tensor([0], shape: [1]) }
        let error = #expect(throws: ModelError.self) { try ModelCheckpoint.open(path) }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
      }
    }
  }
}
