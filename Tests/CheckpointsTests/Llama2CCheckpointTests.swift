import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct Llama2CCheckpointTests {
  static func header(tied: Bool = true) -> Llama2CHeader {
    Llama2CHeader(
      hiddenSize: 8, intermediateSize: 12, layerCount: 2, headCount: 4, kvHeadCount: 2, vocabularySize: 5,
      contextLength: 6, tiesEmbeddings: tied)
  }

  /// Each tensor is filled with a number of its own, from which its place in the file can be told.
  static func tensor(_ name: String, shape: Shape) -> Tensor {
    Tensor(
      [Float](repeating: Float(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xFFFF), count: shape.elementCount),
      shape: shape)
  }

  static func shape(_ name: String) -> Shape {
    switch name {
    case "model.embed_tokens.weight", "lm_head.weight": [5, 8]
    case _ where name.contains("norm"): [8]
    case _ where name.contains("k_proj") || name.contains("v_proj"): [4, 8]
    case _ where name.contains("q_proj") || name.contains("o_proj"): [8, 8]
    case _ where name.contains("down_proj"): [8, 12]
    default: [12, 8]
    }
  }

  static func write(tied: Bool, to path: String) throws {
    try Llama2CWriter.write(header(tied: tied), to: path) { tensor($0, shape: shape($0)) }
  }

  @Test(arguments: [true, false])
  func writesWhatItReads(tied: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.bin"
    try Self.write(tied: tied, to: path)
    let checkpoint = try Llama2CCheckpoint(path: path)
    #expect(checkpoint.header == Self.header(tied: tied))
    #expect(checkpoint.tensorNames.count == 2 + 2 * 9 + (tied ? 0 : 1))
    for name in checkpoint.tensorNames {
      let tensor = try checkpoint.tensor(named: name)
      #expect(tensor.shape == Self.shape(name), "\(name)")
      #expect(bytes(of: tensor) == bytes(of: Self.tensor(name, shape: Self.shape(name))), "\(name)")
    }
  }

  @Test(.enabled(if: hasShared, "needs ../shared"))
  func writingStories260KGivesTheSameFile() throws {
    let original = shared.appending(path: "data/stories260k/stories260K.bin").path()
    let checkpoint = try Llama2CCheckpoint(path: original)
    #expect(
      checkpoint.header
        == Llama2CHeader(
          hiddenSize: 64, intermediateSize: 172, layerCount: 5, headCount: 8, kvHeadCount: 4, vocabularySize: 512,
          contextLength: 512, tiesEmbeddings: true))
    let folder = try TemporaryFolder()
    try Llama2CWriter.write(checkpoint.header, to: folder.path + "/model.bin") { try checkpoint.tensor(named: $0) }
    let written = try folder.bytes(of: "model.bin")
    let expected = [UInt8](try Data(contentsOf: URL(filePath: original)))
    #expect(written.count == expected.count)
    // Cosines and sines may differ in the last bit; the weights, which come first, may not.
    let tables = 2 * 512 * 4 * 4
    #expect(written.dropLast(tables) == expected.dropLast(tables))
  }

  /// A version 1 file: norms come first, then the embedding, then the matrices.
  static func versionOne(tied: Bool = true, version: Int32 = 1, flag: UInt8? = nil) -> [UInt8] {
    var file = Array("24ka".utf8) + bytes(version)
    for number: Int32 in [8, 12, 2, 4, 2, 5, 6] { file += bytes(number) }
    file.append(flag ?? (tied ? 1 : 0))
    file += [UInt8](repeating: 0, count: 256 - file.count)
    func append(_ name: String) { file += CheckpointsTests.bytes(of: tensor(name, shape: shape(name))) }
    func layered(_ name: String) { for layer in 0..<2 { append("model.layers.\(layer).\(name).weight") } }
    layered("input_layernorm")
    layered("post_attention_layernorm")
    append("model.norm.weight")
    append("model.embed_tokens.weight")
    for name in ["q_proj", "k_proj", "v_proj", "o_proj"] { layered("self_attn." + name) }
    for name in ["gate_proj", "down_proj", "up_proj"] { layered("mlp." + name) }
    if !tied { append("lm_head.weight") }
    return file
  }

  @Test(arguments: [true, false])
  func readsVersionOne(tied: Bool) throws {
    let folder = try TemporaryFolder()
    let checkpoint = try Llama2CCheckpoint(path: folder.write(Self.versionOne(tied: tied), as: "model.bin"))
    #expect(checkpoint.header == Self.header(tied: tied))
    for name in checkpoint.tensorNames {
      #expect(bytes(of: try checkpoint.tensor(named: name)) == bytes(of: Self.tensor(name, shape: Self.shape(name))))
    }
  }

  static let numbers: [(Int, Int32, String)] = [
    (0, 0, "dim"), (0, -8, "dim"), (0, .max, "dim"), (1, 0, "hidden_dim"), (2, 0, "n_layers"), (2, .max, "n_layers"),
    (2, 5000, "n_layers"), (3, 0, "n_heads"), (3, 3, "n_heads"), (3, 8, "n_heads"), (4, 0, "n_kv_heads"),
    (4, 3, "n_kv_heads"), (4, 8, "n_kv_heads"), (5, 0, "vocab_size"), (5, .min, "vocab_size"), (6, -1, "seq_len"),
    (0, 1 << 20, "model.embed_tokens.weight"), (2, 4000, "model.layers"), (6, 1 << 20, "freq_cis"), (6, 5, "header"),
    (5, -5, "lm_head.weight"),
  ]

  @Test(arguments: numbers)
  func hostileHeadersAreErrors(field: Int, value: Int32, name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.bin"
    try Self.write(tied: true, to: path)
    var file = try folder.bytes(of: "model.bin")
    file.replaceSubrange(field * 4..<field * 4 + 4, with: bytes(value))
    _ = try folder.write(file, as: "model.bin")
    let error = try #require(throws: CheckpointError.self) { try Llama2CCheckpoint(path: path) }
    #expect(error.code == .malformed && error.file == path, "\(error)")
    #expect(error.field == name || name == "model.layers", "\(error)")
  }

  @Test func otherVersionsAreErrors() throws {
    let folder = try TemporaryFolder()
    for (version, flag) in [(2, 1), (0, 1), (-1, 1)] as [(Int32, UInt8)] {
      let path = try folder.write(Self.versionOne(version: version, flag: flag), as: "model.bin")
      let error = try #require(throws: CheckpointError.self) { try Llama2CCheckpoint(path: path) }
      #expect(error.code == .unsupported && error.field == "version")
    }
    let path = try folder.write(Self.versionOne(flag: 2), as: "model.bin")
    #expect(
      try #require(throws: CheckpointError.self) { try Llama2CCheckpoint(path: path) }.field == "shared_classifier")
  }

  @Test(arguments: [true, false])
  func everyCutIsAnError(isLegacy: Bool) throws {
    let folder = try TemporaryFolder()
    if isLegacy { try Self.write(tied: false, to: folder.path + "/model.bin") }
    let whole = isLegacy ? try folder.bytes(of: "model.bin") : Self.versionOne()
    for count in Array(0..<300) + [whole.count - 1, whole.count + 1] {
      let path = try folder.write((whole + [0]).prefix(count), as: "cut.bin")
      #expect(throws: CheckpointError.self) { try Llama2CCheckpoint(path: path) }
    }
  }

  @Test func refusesTensorsThatDoNotFit() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.bin"
    #expect(throws: CheckpointError.self) {
      try Llama2CWriter.write(Self.header(), to: path) { _ in Tensor(zeros: [5, 8]) }
    }
    #expect(folder.names.isEmpty)
  }
}
