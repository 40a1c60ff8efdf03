import Foundation
import LanguageModels

/// The small checkpoints of the package's own tests: one of each family.
private let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(
  path: "../../../Tests/LanguageModelsTests/Fixtures/golden"
).standardized
private let checkpoints = ((try? FileManager.default.contentsOfDirectory(atPath: golden.path())) ?? []).sorted().map {
  golden.appending(path: $0)
}
/// A checkpoint in Swiftlet's own words, which say every part there is.
private let hybrid: URL = {
  var configuration = Configuration(
    family: .hybrid, vocabularySize: 48, contextLength: 24, hiddenSize: 16, layerCount: 5, headCount: 4, kvHeadCount: 2,
    headSize: 8, normalization: .rmsNorm(epsilon: 1e-5, hasBias: true),
    position: .rotary(
      RotaryPosition(
        theta: 10_000,
        scaling: .yarn(
          YarnScaling(factor: 4, betaFast: 32, betaSlow: 1, originalContextLength: 16, truncates: true, magnitude: 1.1)),
        pairing: .adjacent)),
    feedForward: .gated(.clampedSwish(alpha: 1.702, limit: 7), intermediateSize: 24), biases: .all,
    attention: AttentionOptions(
      scale: 0.5, hasSinks: true, normalizesQueryKey: true, temperature: AttentionTemperature(scale: 0.1, floor: 8)),
    tiesEmbeddings: false, fusesQueryKeyValue: true, bosToken: 1, eosTokens: [2, 3])
  configuration.setAttentionPatterns([.full, .banded(window: 4), .chunked(size: 6)])
  configuration.layers[1].usesRotary = false
  configuration.layers[2].feedForward = .plain(.relu, intermediateSize: 8)
  configuration.layers[3].feedForward = .mixtureOfExperts(
    MixtureOfExperts(
      expertCount: 4, expertsPerToken: 2, intermediateSize: 8, gate: .activation(.silu), routing: .softmaxOverChosen,
      sharedIntermediateSize: 8, hasBias: true, packing: .interleaved))
  let folder = FileManager.default.temporaryDirectory.appending(path: "swiftlet-fuzz-hybrid")
  do {
    try CheckpointConversion(freshly: configuration, seed: 1, to: .huggingFace).write(to: folder.path())
  } catch {
    fail("\(error)")
  }
  return folder
}()
/// The checkpoint whose configuration the input was made from.
private var chosen = golden

extension Target {
  /// config.json with tokens exchanged, lost and multiplied, beside the weights that it described.
  static let configuration = Target(name: "configuration", fileName: "config.json") { random in
    guard !checkpoints.isEmpty else { fail("\(golden.path()): the package's test fixtures are missing") }
    chosen = random.chance(3) ? hybrid : random.pick(checkpoints)
    let text = (try? String(contentsOf: chosen.appending(path: "config.json"), encoding: .utf8)) ?? ""
    var fields = JSONTokens(text)
    if !random.chance(16) {
      fields.mutate(&random, dictionary: configurationWords + fields.tokens.filter { $0.hasPrefix("\"") })
    }
    var file = fields.bytes
    if random.chance(16) { file.mutate(&random) }
    return file
  } open: { path in
    let folder = (path as NSString).deletingLastPathComponent
    let weights = folder + "/model.safetensors"
    try? FileManager.default.removeItem(atPath: weights)
    try FileManager.default.createSymbolicLink(
      atPath: weights, withDestinationPath: chosen.appending(path: "model.safetensors").path())
    let inspection = ModelInspection(try ModelCheckpoint.configuration(ofFile: path))
    let configuration = inspection.configuration
    witness &+= inspection.weightBytes(.q4_0) &+ inspection.kvCacheBytesPerToken()
    witness &+= inspection.floatingPointOperationsPerToken(depth: configuration.contextLength - 1)
    if inspection.parameterCount < 1 << 19, configuration.contextLength < 1 << 14 {
      for format in ModelCheckpoint.Format.allCases {
        try? CheckpointConversion(freshly: configuration, seed: 1, to: format).write(to: folder + "/written")
        try? FileManager.default.removeItem(atPath: folder + "/written")
      }
    }
    let model = try LanguageModel.load(from: folder)
    let cache = model.makeCache()
    _ = try model.forward([1, 2, 3], cache: cache)
    for _ in 0..<12 { _ = try model.forward([4], cache: cache) }
    witness &+= try model.logits([1, 2, 3, 4, 5]).shape.elementCount
  }

  private static let configurationWords = [
    "\"linear\"", "\"yarn\"", "\"llama3\"", "\"dynamic\"", "\"rope_scaling\"", "\"rope_type\"", "\"factor\"",
    "\"silu\"",
    "\"gelu_new\"", "\"relu\"", "\"sliding_attention\"", "\"full_attention\"", "\"chunked_attention\"",
    "\"model_type\"",
    "\"gpt2\"", "\"llama\"", "\"gpt_oss\"", "\"opt\"", "\"gpt_neo\"", "\"llama4_text\"", "\"openai-gpt\"", "null",
    "true", "false", "0", "-1", "1e308", "1e-320", "9223372036854775807", "[]", "{}", "{", "}", "[", "]", ",", ":",
    "\"swiftlet\"", "\"kind\"", "\"none\"", "\"learned\"", "\"rotary\"", "\"divisors\"", "\"full\"", "\"banded\"",
    "\"chunked\"", "\"window\"", "\"size\"", "\"plain\"", "\"gated\"", "\"mixtureOfExperts\"", "\"clampedSwish\"",
    "\"count\"",
    "\"local\"", "\"global\"", "\"head_dim\"", "\"sliding_window\"", "\"num_local_experts\"",
  ]
}
