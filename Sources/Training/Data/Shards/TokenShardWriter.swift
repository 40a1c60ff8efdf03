import Foundation
package import Tensors
public import Tokenization

/// Writes text as token shards.
///
///     let written = try TokenShardWriter(tokenizer: tokenizer).write(try TextInputs(["corpus.jsonl.gz"]), to: "shards")
///
/// All threads encode, and the bytes do not depend on how many there are. Files appear when all of them are complete:
/// a run that is stopped leaves none.
public struct TokenShardWriter {
  /// What came of it.
  public struct Summary: Sendable, Hashable {
    /// The files, in order.
    public var paths: [String] = []
    /// How many tokens they hold.
    public var tokenCount = 0
    /// How many documents.
    public var documentCount = 0
    /// How many bytes of text were read.
    public var textByteCount = 0
  }

  /// What makes text into ids.
  public let tokenizer: Tokenizer
  /// A shard is ended with the first document after so many tokens.
  public var tokensPerShard = 1 << 27

  /// A writer for a tokenizer.
  public init(tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// Reads all documents and writes the folder.
  /// - Parameter progress: called with what has been done; false stops, and nothing is left behind.
  /// - Returns: nil where `progress` stopped it.
  /// - Throws: `TrainingError` where there is no text, or it cannot be read or written.
  public func write(
    _ inputs: TextInputs, to folder: String, progress: (Summary) -> Bool = { _ in true }
  ) throws -> Summary? {
    try write(inputs, to: folder, pool: .shared, progress: progress)
  }

  package func write(
    _ inputs: TextInputs, to folder: String, pool: ThreadPool, progress: (Summary) -> Bool = { _ in true }
  ) throws -> Summary? {
    try Self.prepare(folder)
    let encoding = DocumentEncoding(tokenizer)
    let reader = DocumentReader(inputs, cutsDocuments: tokenizer.encodesInParts)
    var output = TokenShardOutput(
      folder: folder, vocabularySize: tokenizer.vocabularySize, vocabularyHash: tokenizer.fingerprint)
    var summary = Summary()
    var isStopped = false
    try ParallelReading.run(reader, pool: pool) { batch, _ in
      try encoding.encode(batch)
    } consume: { batch, _ in
      if !batch.ids.isEmpty, output.tokenCount >= tokensPerShard, !output.isOpen { try output.endShard() }
      try output.append(batch)
      summary.tokenCount += batch.ids.count
      summary.documentCount += batch.starts.count
      summary.textByteCount += batch.textByteCount
      isStopped = !progress(summary)
      return !isStopped
    }
    if isStopped { return nil }
    guard summary.tokenCount > 0 else {
      throw TrainingError(.unusableData, "the data hold no text; give files that do")
    }
    summary.paths = try output.finish()
    return summary
  }

  /// Makes the folder. One that holds shards already is refused: two runs in one folder would be mixed.
  private static func prepare(_ folder: String) throws(TrainingError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw TrainingError(.unwritable, at: folder, "cannot be made (\(error.localizedDescription))")
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard !names.contains(where: { $0.hasSuffix(TokenShardOutput.suffix) }) else {
      throw TrainingError(.unwritable, at: folder, "holds token shards already; remove them or name another folder")
    }
  }
}
