import Foundation
public import Checkpoints
import JSONParsing
import Tensors

/// An opened model file or folder: what it describes and where its tensors are. Opening reads no weights.
public struct ModelCheckpoint: Sendable {
  /// The ways in which a model is stored.
  public enum Format: String, Sendable, CaseIterable {
    /// A folder with config.json and safetensors.
    case huggingFace = "safetensors"
    /// One GGUF file, or the first of several.
    case gguf
    /// llama2.c's `.bin`.
    case llama2c = "llama2.c"
  }

  /// Where it was opened.
  public let path: String
  /// How it is stored.
  public let format: Format
  /// What it describes.
  public let configuration: Configuration
  /// Its tensors, under the names of the file.
  public let checkpoint: any Checkpoint
  let names: TensorNames

  /// What its files may call a parameter of `Configuration.parameters`.
  package func storedNames(_ parameter: String) -> [String] { names.stored(parameter).names }

  /// Opens a Hugging Face folder, a `.gguf` or a llama2.c `.bin`, told apart by what is there.
  /// - Throws: `ModelError`, `CheckpointError`: what is wrong, in which file and field, and what to do.
  public static func open(_ path: String) throws -> ModelCheckpoint {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ModelError(
        .notFound, file: path, "no such file or folder; give a Hugging Face folder, a .gguf or a llama2.c .bin.")
    }
    let model: ModelCheckpoint
    if isFolder.boolValue {
      model = try openFolder(path)
    } else if path.hasSuffix("config.json") || path.hasSuffix(".safetensors") {
      model = try openFolder((path as NSString).deletingLastPathComponent)
    } else if try MappedFile(path: path).bytes(at: 0, count: 4) == Array("GGUF".utf8) {
      model = try openGGUF(path)
    } else if path.hasSuffix(".bin") {
      model = try openLlama2C(path)
    } else {
      throw ModelError(
        .unsupported, file: path,
        "neither a GGUF file nor a llama2.c .bin; give a Hugging Face folder, a .gguf or a .bin.")
    }
    do { try model.configuration.validate() } catch { throw error.found(in: path) }
    return model
  }

  /// Reads a folder's config.json alone: what a preset or `init` needs.
  public static func configuration(ofFile path: String) throws -> Configuration {
    let (_, configuration) = try describe(path)
    do { try configuration.validate() } catch { throw error.found(in: path) }
    return configuration
  }

  // MARK: - Hugging Face

  private static func openFolder(_ folder: String) throws -> ModelCheckpoint {
    let path = folder + "/config.json"
    var (description, configuration) = try describe(path)
    let generation = folder + "/generation_config.json"
    if FileManager.default.fileExists(atPath: generation) {
      try configuration.setTextTokens(ConfigurationFields(file: generation, try readObject(generation)))
    }
    let checkpoint = try SafetensorsCheckpoint(path: folder)
    // A missing head is a tied one, whatever config.json says: older files leave the flag to its default.
    let heads = description.huggingFace.names.stored("head.weight").names
    if !configuration.tiesEmbeddings, !heads.contains(where: { checkpoint.description(of: $0) != nil }) {
      configuration.tiesEmbeddings = true
    }
    return ModelCheckpoint(
      path: folder, format: .huggingFace, configuration: configuration, checkpoint: checkpoint,
      names: description.huggingFace.names)
  }

  /// What a config.json says.
  private static func describe(_ path: String) throws -> (FamilyDescription, Configuration) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw ModelError(
        .notFound, file: path, "no such file; a Hugging Face folder needs its config.json beside the weights.")
    }
    let fields = ConfigurationFields(file: path, try readObject(path))
    guard let type = try fields.text(optional: "model_type") else {
      throw fields.error("model_type", "is missing; it names the architecture, for example \"gpt2\" or \"llama\".")
    }
    let descriptions = Family.allCases.map(\.description)
    guard let description = descriptions.first(where: { $0.huggingFace.modelTypes.contains(type) }) else {
      let known = descriptions.flatMap(\.huggingFace.modelTypes).joined(separator: ", ")
      throw fields.error("model_type", "architecture '\(type)' is not supported; known: \(known).", .unsupported)
    }
    var configuration = try description.huggingFace.decode(fields)
    try configuration.setTextTokens(fields)
    return (description, configuration)
  }

  private static func readObject(_ path: String) throws -> JSONObject {
    let file = try MappedFile(path: path)
    guard file.byteCount <= 64 << 20 else {
      throw ModelError(.invalidConfiguration, file: path, "\(file.byteCount) bytes are too many for a configuration.")
    }
    return try readObject(file.bytes(at: 0, count: file.byteCount) ?? [], in: path)
  }

  private static func readObject(_ bytes: [UInt8], in file: String, field: String? = nil) throws -> JSONObject {
    do {
      guard let object = try JSONValue(parsing: bytes).object else {
        throw ModelError(.invalidConfiguration, file: file, field: field, "is not a JSON object.")
      }
      return object
    } catch let error as JSONError {
      throw ModelError(.invalidConfiguration, file: file, field: field, "\(error)")
    }
  }

  // MARK: - GGUF

  private static func openGGUF(_ path: String) throws -> ModelCheckpoint {
    let checkpoint = try GGUFCheckpoint(path: path)
    let general = ConfigurationFields(file: path) { checkpoint.metadata[$0]?.json }
    guard let architecture = try general.text(optional: "general.architecture") else {
      throw general.error("general.architecture", "is missing; the file does not say what it holds.")
    }
    if let family = Family(rawValue: architecture), family.description.gguf == nil {
      return try openNativeGGUF(checkpoint, general, family)
    }
    let known = Family.allCases.compactMap { $0.description.gguf }
    guard let description = known.first(where: { $0.architecture == architecture }) else {
      throw general.error(
        "general.architecture",
        "'\(architecture)' is not supported; known: \(known.map(\.architecture).joined(separator: ", ")).", .unsupported
      )
    }
    let fields = ConfigurationFields(file: path) { checkpoint.metadata[architecture + "." + $0]?.json }
    var divisors: [Float]?
    if checkpoint.description(of: "rope_freqs.weight") != nil {
      divisors = try checkpoint.tensor(named: "rope_freqs.weight").floats()
    }
    let tensors = GGUFTensorFacts(
      has: { checkpoint.description(of: $0) != nil }, shape: { checkpoint.description(of: $0)?.shape },
      ropeDivisors: divisors)
    var configuration = try description.decode(fields, tensors)
    configuration.bosToken = try general.integer(optional: "tokenizer.ggml.bos_token_id")
    let ends = ["eos", "eot", "eom"].compactMap { checkpoint.metadata["tokenizer.ggml.\($0)_token_id"]?.json?.int }
    configuration.eosTokens = ends.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    return ModelCheckpoint(
      path: path, format: .gguf, configuration: configuration, checkpoint: checkpoint, names: description.names)
  }

  /// A family that llama.cpp has no architecture for: Swiftlet's own parameter names, and config.json as metadata.
  private static func openNativeGGUF(
    _ checkpoint: GGUFCheckpoint, _ general: ConfigurationFields, _ family: Family
  ) throws -> ModelCheckpoint {
    guard let text = try general.text(optional: nativeConfigurationKey) else {
      throw general.error(nativeConfigurationKey, "is missing; it holds the configuration of a \(family.rawValue).")
    }
    let fields = ConfigurationFields(
      file: general.file, try readObject(Array(text.utf8), in: general.file, field: nativeConfigurationKey))
    var configuration = try family.description.huggingFace.decode(fields)
    try configuration.setTextTokens(fields)
    return ModelCheckpoint(
      path: general.file, format: .gguf, configuration: configuration, checkpoint: checkpoint, names: .native)
  }

  static let nativeConfigurationKey = "swiftlet.config"

  // MARK: - llama2.c

  private static func openLlama2C(_ path: String) throws -> ModelCheckpoint {
    let checkpoint = try Llama2CCheckpoint(path: path)
    let header = checkpoint.header
    var configuration = Configuration.llama(
      vocabularySize: header.vocabularySize, contextLength: header.contextLength, hiddenSize: header.hiddenSize,
      intermediateSize: header.intermediateSize, layerCount: header.layerCount, headCount: header.headCount,
      kvHeadCount: header.kvHeadCount, theta: 10_000, tiesEmbeddings: header.tiesEmbeddings, bosToken: 1,
      eosTokens: [1, 2])
    configuration.position = .rotary(RotaryPosition(theta: 10_000, pairing: .adjacent))
    return ModelCheckpoint(
      path: path, format: .llama2c, configuration: configuration, checkpoint: checkpoint,
      names: FamilyDescription.llama.huggingFace.names)
  }
}

extension TensorNames {
  /// Swiftlet's own names, in files of families that the format has no names for.
  static let native = TensorNames([:])
}

extension Configuration {
  /// Takes `bos_token_id` and `eos_token_id`, where they are given.
  mutating func setTextTokens(_ fields: ConfigurationFields) throws {
    if let bos = try fields.integer(optional: "bos_token_id") { bosToken = bos }
    if let eos = try fields.integers("eos_token_id") { eosTokens = eos }
  }
}

extension LanguageModel {
  /// Loads a Hugging Face folder, a `.gguf` or a llama2.c `.bin`. Weights stay in the mapped file.
  /// - Throws: `ModelError`, `CheckpointError`: what is wrong, in which file and field, and what to do.
  public static func load(from path: String) throws -> LanguageModel {
    try LanguageModel(ModelCheckpoint.open(path))
  }

  /// The model that an opened checkpoint describes.
  public convenience init(_ model: ModelCheckpoint) throws {
    let reader = ParameterReader(
      file: model.path, checkpoint: model.checkpoint, names: model.names, checksScales: true)
    try self.init(model.configuration, from: reader)
  }
}
