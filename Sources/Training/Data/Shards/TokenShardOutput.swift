import Tensors

/// The files of one folder of shards while they are written.
package struct TokenShardOutput {
  static let suffix = ".tokens"

  private let folder: String
  private let vocabularySize: Int
  private let vocabularyHash: [UInt8]
  private let bytesPerToken: Int

  private var finished: [OutputFile] = []
  private var current: OutputFile?
  private(set) var tokenCount = 0
  private var starts: [Int] = []
  private var textByteCount = 0
  private var source = SHA256()
  /// Whether the last document is not complete.
  private(set) var isOpen = false

  package init(folder: String, vocabularySize: Int, vocabularyHash: [UInt8]) {
    self.folder = folder
    self.vocabularySize = vocabularySize
    self.vocabularyHash = vocabularyHash
    bytesPerToken = vocabularySize <= 1 << 16 ? 2 : 4
  }

  package mutating func append(_ batch: DocumentEncoding.Batch) throws {
    let file = try current ?? begin()
    // A document whose first part left no token behind begins with its second.
    if tokenCount == 0, !batch.ids.isEmpty, batch.starts.first != 0 { starts.append(0) }
    starts += batch.starts.map { $0 + tokenCount }
    tokenCount += batch.ids.count
    textByteCount += batch.textByteCount
    source.add(batch.hash)
    isOpen = batch.isOpen
    var bytes: [UInt8] = []
    bytes.reserveCapacity(batch.ids.count * bytesPerToken)
    for id in batch.ids {
      for shift in 0..<bytesPerToken { bytes.append(UInt8(truncatingIfNeeded: id >> (8 * shift))) }
    }
    try file.write(bytes)
  }

  private mutating func begin() throws -> OutputFile {
    let number = String(finished.count)
    let name = String(repeating: "0", count: max(0, 6 - number.count)) + number + Self.suffix
    let file = try OutputFile(path: folder + "/" + name)
    try file.write([UInt8](repeating: 0, count: TokenShardHeader.byteCount))
    current = file
    return file
  }

  /// Completes the current shard. What follows begins another.
  package mutating func endShard(isLast: Bool = false) throws {
    guard let file = current else { return }
    let header = TokenShardHeader(
      bytesPerToken: bytesPerToken, tokenCount: tokenCount, documentCount: starts.count, vocabularySize: vocabularySize,
      textByteCount: textByteCount, index: finished.count, isLast: isLast, vocabularyHash: vocabularyHash,
      sourceHash: source.finish())
    try file.write(starts.flatMap { start in (0..<8).map { UInt8(truncatingIfNeeded: start >> (8 * $0)) } })
    try file.overwriteBeginning(header.bytes)
    try file.finish()
    finished.append(file)
    (current, tokenCount, starts, textByteCount, source) = (nil, 0, [], 0, SHA256())
  }

  /// Completes the last shard and gives all files their names.
  package mutating func finish() throws -> [String] {
    try endShard(isLast: true)
    for file in finished { try file.moveIntoPlace() }
    return finished.map(\.path)
  }
}
