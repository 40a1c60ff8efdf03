import Foundation
public import Checkpoints
import JSONParsing
public import Tensors

/// Writes a model in another format or precision, tensor by tensor: memory holds one at a time, never the model.
///
///     let model = try ModelCheckpoint.open("Llama-3.2-1B")
///     try CheckpointConversion(model, to: .gguf, elementType: .f16).write(to: "llama.gguf")
///     if let mix = QuantizationMix.named("Q4_K_M") {
///       try CheckpointConversion(model, to: .gguf, quantization: Quantization(mix)).write(to: "small.gguf")
///     }
public struct CheckpointConversion {
  /// What is written.
  public let configuration: Configuration
  /// The format it is written in.
  public let format: ModelCheckpoint.Format
  private let source: ConvertedParameters
  private let quantization: Quantization?
  private let names: TensorNames

  /// Something that the format cannot hold as its own readers expect it, for a person to know.
  public let remark: String?

  /// Plans to write an opened model.
  /// - Parameter elementType: The type of matrices; nil keeps what the source has, where the format can hold it.
  /// - Throws: `ModelError` when the format cannot hold such a model.
  public init(_ model: ModelCheckpoint, to format: ModelCheckpoint.Format, elementType: ElementType? = nil) throws {
    try self.init(
      model.configuration,
      from: ParameterReader(file: model.path, checkpoint: model.checkpoint, names: model.names), to: format,
      elementType: elementType)
  }

  /// Plans to write an opened model with the types of a mix.
  /// - Throws: `ModelError` when the format cannot hold such a model.
  public init(_ model: ModelCheckpoint, to format: ModelCheckpoint.Format, quantization: Quantization) throws {
    try self.init(
      model.configuration,
      from: ParameterReader(file: model.path, checkpoint: model.checkpoint, names: model.names), to: format,
      quantization: quantization)
  }

  /// Plans to write a model that is in memory, such as one that was trained.
  public init(_ model: LanguageModel, to format: ModelCheckpoint.Format, elementType: ElementType? = nil) throws {
    try self.init(model.configuration, from: model.table, to: format, elementType: elementType)
  }

  /// Plans to write a model with fresh random weights.
  /// - Throws: `ModelError` when the memory cannot hold its largest tensor.
  public init(
    freshly configuration: Configuration, seed: UInt64, to format: ModelCheckpoint.Format,
    elementType: ElementType = .f32
  ) throws {
    try configuration.validate()
    try Room.checkMemory(configuration.floatByteCounts.largest, for: "the largest tensor")
    try self.init(
      configuration, from: RandomParameters(seed: seed, layerCount: configuration.layerCount), to: format,
      elementType: elementType)
  }

  init(
    _ configuration: Configuration, from source: any ParameterSource, to format: ModelCheckpoint.Format,
    elementType: ElementType?
  ) throws {
    let quantization = elementType.map { Quantization(.pure($0), requantizes: true) }
    try self.init(configuration, from: source, to: format, quantization: quantization)
  }

  private init(
    _ configuration: Configuration, from source: any ParameterSource, to format: ModelCheckpoint.Format,
    quantization: Quantization?
  ) throws {
    let types = [quantization?.mix.baseType, quantization?.outputType, quantization?.embeddingType].compactMap { $0 }
    if let unknown = types.first(where: { !Tensor.canEncode($0) }) {
      let known = Tensor.encodableTypes.map(\.rawValue).joined(separator: ", ")
      throw ModelError(.unsupported, "weights cannot be written as \(unknown); known: \(known).")
    }
    self.format = format
    self.quantization = quantization
    let written = format == .llama2c ? configuration : configuration.storable
    let family = written.family.description
    var target = written
    switch format {
    case .huggingFace:
      names = family.huggingFace.names
      if let blocks = types.first(where: \.isBlocked) {
        throw ModelError(.unsupported, "safetensors hold f32, f16 or bf16, not \(blocks); write a .gguf instead.")
      }
      target = written.storedAsFolder
    case .gguf:
      try written.requireGGUF()
      if let gguf = family.gguf {
        names = gguf.names
        target = written.stored(pairing: gguf.pairing, packing: nil)
      } else {
        names = .native
        target = written.storedAsFolder
      }
    case .llama2c:
      names = family.huggingFace.names
      try written.requireLlama2C()
      if let other = types.first(where: { $0 != .f32 }) {
        throw ModelError(.unsupported, "llama2.c holds f32 only, not \(other).")
      }
      target = written.stored(pairing: .adjacent, packing: nil)
    }
    remark = Self.remark(on: written.family, from: configuration.family, format)
    self.configuration = target
    self.source = ConvertedParameters(source: source, original: configuration, target: target)
  }

  /// Who opens what is written, where it is Swiftlet alone.
  private static func remark(on family: Family, from original: Family, _ format: ModelCheckpoint.Format) -> String? {
    let (program, place) = format == .gguf ? ("llama.cpp", "file") : ("transformers", "folder")
    guard format == .gguf ? family.description.gguf == nil : family == .gpt3 || family == .hybrid else { return nil }
    if family != original {
      return "\(original.rawValue) has no words for all parts of this model, so it is written in Swiftlet's own; "
        + "only Swiftlet opens this \(place)."
    }
    return "\(program) has no architecture for \(family.rawValue); only Swiftlet opens this \(place)."
  }

  // MARK: - Tensors

  /// A tensor to write: its name in the file and how to make it.
  private struct Output {
    let description: TensorDescription
    let parameter: Parameter?
    let isTransposed: Bool
  }

  private func outputs() throws -> [Output] {
    var list = try configuration.parameters.map { parameter in
      let stored = names.stored(parameter.name)
      var extents = parameter.shape.dimensions
      if stored.isTransposed { extents.swapAt(extents.count - 1, extents.count - 2) }
      let shape = Shape(extents)
      return Output(
        description: TensorDescription(
          name: stored.names[0], shape: shape, elementType: try type(of: parameter, stored: shape)),
        parameter: parameter, isTransposed: stored.isTransposed)
    }
    if format == .gguf, configuration.family.description.gguf != nil, let divisors = configuration.ropeDivisors {
      list.append(
        Output(
          description: TensorDescription(name: "rope_freqs.weight", shape: [divisors.count], elementType: .f32),
          parameter: nil, isTransposed: false))
    }
    return list
  }

  /// Vectors stay float32 in GGUF, as llama.cpp wants them; matrices take the asked type where rows are whole blocks.
  private func type(of parameter: Parameter, stored shape: Shape) throws -> ElementType {
    if format == .llama2c { return .f32 }
    let isVector = parameter.shape.rank == 1 || parameter.name.hasSuffix(".bias")
    if format == .gguf, isVector || parameter.name == "positions.weight" || parameter.name.hasSuffix("router.weight") {
      return .f32
    }
    let found = try source.elementType(parameter.name, shape: parameter.shape)
    guard let quantization else { return found.isBlocked && format != .gguf ? .f16 : found }
    let type = quantization.type(of: parameter.name, shape: shape, in: configuration)
    guard !found.isBlocked || !type.isBlocked || type == found || quantization.requantizes else {
      throw ModelError(
        .unsupported, field: parameter.name,
        "is \(found) already, and rounding it to \(type) as well adds the errors of both; quantise the original weights, "
          + "or ask for it (--requantize).")
    }
    return type
  }

  /// The name, shape and type of every tensor that will be written, in order. Reads no weights.
  /// - Throws: `ModelError` where a tensor is missing, or would be rounded a second time without leave.
  public func plan() throws -> [TensorDescription] { try outputs().map(\.description) }

  /// How much the columns of a tensor matter: [matrices, columns].
  private func importance(of description: TensorDescription) throws -> Tensor? {
    guard description.elementType.isBlocked, let matrix = quantization?.importance,
      let means = matrix[description.name]?.means
    else { return nil }
    let (columns, shape) = (description.shape.columnCount, description.shape)
    if means.shape == [1, columns] { return means }
    if shape.rank == 3, means.elementCount == shape[0] * columns { return means.reshaped(to: [shape[0], columns]) }
    throw ModelError(
      .mismatchedTensor, file: matrix.file, field: description.name,
      "importance \(means.shape) is not that of the model's \(shape); it was measured with another model.")
  }

  private func tensor(_ output: Output) throws -> Tensor {
    guard let parameter = output.parameter else {
      let divisors = configuration.ropeDivisors ?? []
      return Tensor(divisors, shape: [divisors.count])
    }
    let found = try source.tensor(parameter.name, shape: parameter.shape)
    let isTransposed = found.layout == .inputMajor && parameter.shape.rank > 1 && !parameter.name.hasSuffix(".bias")
    let upright = isTransposed == output.isTransposed ? found.tensor : found.tensor.swappingLastTwo()
    let wanted = output.description.elementType
    if upright.elementType == wanted { return upright }
    do {
      let importance = try importance(of: output.description)
      let encoded = try upright.encoded(to: wanted, importance: importance)
      found.tensor.releasePages()
      return encoded
    } catch let error as EncodingError {
      throw ModelError(.unencodable, field: output.description.name, "\(error)")
    }
  }

  // MARK: - Writing

  /// Writes the model: a folder for safetensors (created if it is not there), otherwise a file.
  /// - Parameters:
  ///   - metadata: More GGUF keys, such as the vocabulary.
  ///   - maximumShardBytes: Splits safetensors and GGUF into files of about this size.
  ///   - progress: Called before each tensor with how many are written and how many there are; what it throws ends the
  ///     work.
  /// - Throws: `ModelError` when the disk has no room for it, `CheckpointError`, or whatever reading the source throws;
  ///   nothing is left half-written under `path`.
  public func write(
    to path: String, metadata: GGUFMetadata = GGUFMetadata(), maximumShardBytes: Int? = nil,
    progress: @escaping (Int, Int) throws -> Void = { _, _ in }
  ) throws {
    let outputs = try outputs()
    let descriptions = outputs.map(\.description)
    if let matrix = quantization?.importance, !descriptions.contains(where: { matrix[$0.name] != nil }) {
      throw ModelError(
        .mismatchedTensor, file: matrix.file, "knows none of the model's tensors; it was measured with another model.")
    }
    try Room.checkDisk(descriptions.reduce(0) { $0 + ($1.byteCount ?? 0) }, at: path)
    var written: Tensor?
    func produce(_ index: Int) throws -> Tensor {
      try progress(index, outputs.count)
      written?.releasePages()
      let made = try tensor(outputs[index])
      written = made
      return made
    }
    switch format {
    case .huggingFace:
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try SafetensorsWriter.write(
        descriptions, metadata: ["format": "pt"], to: path + "/model.safetensors",
        maximumShardBytes: maximumShardBytes, tensor: produce)
      try Data(configuration.configurationFile(elementType: quantization?.mix.baseType ?? .f32).utf8).write(
        to: URL(fileURLWithPath: path + "/config.json"), options: .atomic)
    case .gguf:
      try GGUFWriter.write(
        descriptions, metadata: ggufMetadata(descriptions, adding: metadata), to: path,
        maximumShardBytes: maximumShardBytes,
        tensor: produce)
    case .llama2c:
      guard case .gated(_, let intermediateSize)? = configuration.layers.first?.feedForward else { return }
      let header = Llama2CHeader(
        hiddenSize: configuration.hiddenSize, intermediateSize: intermediateSize, layerCount: configuration.layerCount,
        headCount: configuration.headCount, kvHeadCount: configuration.kvHeadCount,
        vocabularySize: configuration.vocabularySize, contextLength: configuration.contextLength,
        tiesEmbeddings: configuration.tiesEmbeddings)
      let indices = Dictionary(descriptions.enumerated().map { ($1.name, $0) }) { first, _ in first }
      try Llama2CWriter.write(header, to: path) { name in
        guard let index = indices[name] else { throw ModelError(.mismatchedTensor, field: name, "no such tensor.") }
        return try produce(index)
      }
    }
    try progress(outputs.count, outputs.count)
  }

  private func ggufMetadata(_ descriptions: [TensorDescription], adding more: GGUFMetadata) -> GGUFMetadata {
    let family = configuration.family
    var matrices: [ElementType: Int] = [:]
    for description in descriptions where description.shape.rank > 1 {
      matrices[description.elementType, default: 0] += description.shape.elementCount
    }
    let most = matrices.max { $0.value < $1.value }?.key ?? .f32
    var metadata = GGUFMetadata()
    metadata["general.architecture"] = .string(family.description.gguf?.architecture ?? family.rawValue)
    metadata["general.quantization_version"] = .uint32(2)
    let fileType = (quantization?.mix ?? .pure(most)).fileType
    metadata["general.file_type"] = .uint32(UInt32(clamping: fileType))
    if let importance = quantization?.importance {
      if let file = importance.file { metadata["quantize.imatrix.file"] = .string(file) }
      if let dataset = importance.datasets.first { metadata["quantize.imatrix.dataset"] = .string(dataset) }
      metadata["quantize.imatrix.entries_count"] = .uint32(UInt32(clamping: importance.entries.count))
      metadata["quantize.imatrix.chunks_count"] = .uint32(UInt32(clamping: importance.chunkCount))
    }
    if let gguf = family.description.gguf {
      for (key, field) in gguf.encode(configuration) {
        metadata[gguf.architecture + "." + key] =
          switch field {
          case .count(let count): .uint32(UInt32(clamping: count))
          case .number(let number): .float32(Float(number))
          case .text(let text): .string(text)
          case .flag(let flag): .bool(flag)
          }
      }
      // llama.cpp runs a model without a tokenizer, to measure it for one, where the file says that there is none.
      if more["tokenizer.ggml.model"] == nil {
        metadata["tokenizer.ggml.model"] = .string("no_vocab")
        metadata[gguf.architecture + ".vocab_size"] = .uint32(UInt32(clamping: configuration.vocabularySize))
      }
    } else {
      metadata[ModelCheckpoint.nativeConfigurationKey] = .string(
        JSONValue.object(configuration.fileFields(quantization?.mix.baseType ?? .f32)).serialized(pretty: false))
    }
    for key in more.keys { metadata[key] = more[key] }
    return metadata
  }
}

extension Configuration {
  /// Refuses what llama2.c's run.c, which knows one shape of decoder only, would misread.
  func requireLlama2C() throws(ModelError) {
    func refuse(_ what: String) -> ModelError {
      ModelError(.unsupported, "llama2.c has no \(what); write a .gguf or a Hugging Face folder instead.")
    }
    // What llama's config.json can say is a llama indeed: no other norm, gate or pattern.
    guard storable.family == .llama else { throw refuse(storable.family == .hybrid ? "hybrids" : family.rawValue) }
    guard biases == .none else { throw refuse("biases") }
    guard normalization.epsilon == 1e-5 else { throw refuse("norm epsilon other than 1e-5") }
    guard queryWidth == hiddenSize else { throw refuse("head size other than hidden size over heads") }
    guard case .rotary(let rotary) = position, rotary.scaling == .none, rotary.theta == 10_000 else {
      throw refuse("rotary base other than 10000, nor scaling")
    }
  }
}
