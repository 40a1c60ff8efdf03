import Checkpoints
import Foundation
public import Tokenization

extension Tokenizer {
  /// Loads the tokenizer that comes with a model: the files of a Hugging Face folder, the vocabulary inside a `.gguf`,
  /// or `tokenizer.bin` (else `tokenizer.model`) beside a llama2.c `.bin`.
  /// - Throws: `TokenizerError`, `CheckpointError`, or `GenerationError` when the model has no tokenizer.
  public static func load(forModel path: String) throws -> Tokenizer {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw GenerationError(
        .notFound, "\(path): no such file or folder; give a Hugging Face folder, a .gguf or a llama2.c .bin.")
    }
    if isFolder.boolValue { return try load(from: path) }
    let folder = (path as NSString).deletingLastPathComponent
    if path.hasSuffix(".safetensors") || path.hasSuffix("config.json") {
      return try load(from: folder.isEmpty ? "." : folder)
    }
    if try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 4) == Data("GGUF".utf8) {
      let metadata = try GGUFCheckpoint(path: path).metadata
      if let model = try metadata.string("tokenizer.ggml.model"), model != "no_vocab", model != "none" {
        return try Tokenizer(vocabulary: EmbeddedVocabulary(metadata))
      }
      throw GenerationError(.notFound, "\(path) has no tokenizer inside it; give one with --tokenizer.")
    }
    for name in ["tokenizer.bin", "tokenizer.model"] {
      let candidate = (folder as NSString).appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: candidate) { return try load(from: candidate) }
    }
    throw GenerationError(.notFound, "\(path) has no tokenizer inside or beside it; give one with --tokenizer.")
  }
}
