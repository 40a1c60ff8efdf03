import Foundation
public import Tokenization

extension TokenSource {
  /// Reads whatever training data a path holds: a folder of token shards or one `.tokens` file, a `.jsonl` file whose
  /// lines have ids (each a sample of its own), or text (`.txt`, `.jsonl`, either packed as `.gz`, `-` for standard
  /// input).
  /// - Parameters:
  ///   - tokenizer: for text; also refuses shards that another tokenizer made.
  ///   - delimiter: what stands between the documents of a text file; nil makes each file one document.
  /// - Throws: `TrainingError` where something cannot be read, or text has no tokenizer.
  public static func load(_ path: String, tokenizer: Tokenizer?, delimiter: String? = nil) throws -> TokenSource {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if exists, isFolder.boolValue || path.hasSuffix(TokenShardOutput.suffix) {
      return try TokenSource(shards: path, tokenizer: tokenizer)
    }
    let inputs = try TextInputs([path], delimiter: delimiter)
    if path.hasSuffix(".jsonl") || path.hasSuffix(".jsonl.gz"),
      case .ids? = try DocumentReader(inputs, cutsDocuments: false).next()?.decoded()
    {
      return try TokenSource(sequences: inputs)
    }
    guard let tokenizer else {
      throw TrainingError(
        .unusableData, at: path,
        "is text, and the model has no tokenizer; give --tokenizer, or train one with `swiftlet data tokenizer`")
    }
    return try TokenSource(inputs, tokenizer: tokenizer)
  }
}
