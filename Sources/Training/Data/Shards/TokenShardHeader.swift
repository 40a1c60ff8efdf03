import Tensors

/// What a token shard says of itself: its first 160 bytes, little-endian.
///
/// | offset | bytes | field |
/// | --- | --- | --- |
/// | 0 | 8 | `SWTOKENS` |
/// | 8 | 4 | version, 1 |
/// | 12 | 4 | bytes per token: 2 or 4 |
/// | 16 | 8 | number of tokens |
/// | 24 | 8 | number of documents |
/// | 32 | 8 | size of the vocabulary |
/// | 40 | 8 | bytes of text that the tokens stand for; 0 where they came as ids |
/// | 48 | 4 | number of this shard, from 0 |
/// | 52 | 4 | 1 in the last shard of its folder, else 0 |
/// | 56 | 8 | 0 |
/// | 64 | 32 | SHA-256 of the vocabulary |
/// | 96 | 32 | SHA-256 of the source |
/// | 128 | 32 | 0 |
///
/// The tokens follow, then the place where each document begins, as 8-byte numbers that ascend from 0.
public struct TokenShardHeader: Sendable, Hashable {
  /// 2 where all ids fit in 16 bits, else 4.
  public var bytesPerToken: Int
  /// How many tokens the shard holds.
  public var tokenCount: Int
  /// How many documents begin in it.
  public var documentCount: Int
  /// One past the largest id.
  public var vocabularySize: Int
  /// The UTF-8 bytes that the tokens stand for, for losses in bits per byte; 0 where only ids were given.
  public var textByteCount: Int
  /// The shard's place among those of its folder.
  public var index: Int
  /// Whether it is the last of them.
  public var isLast: Bool
  /// SHA-256 of the vocabulary: `Tokenizer.fingerprint`.
  public var vocabularyHash: [UInt8]
  /// SHA-256 over the SHA-256 of each batch of text.
  public var sourceHash: [UInt8]

  static let byteCount = 160
  private static let magic = Array("SWTOKENS".utf8)

  /// Where the documents' beginnings are.
  var documentsOffset: Int { Self.byteCount + tokenCount * bytesPerToken }

  var bytes: [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var bytes = Self.magic
    for (value, count) in [(1, 4), (bytesPerToken, 4), (tokenCount, 8), (documentCount, 8), (vocabularySize, 8)] {
      bytes += number(value, count)
    }
    bytes += number(textByteCount, 8) + number(index, 4) + number(isLast ? 1 : 0, 4) + number(0, 8)
    return bytes + vocabularyHash + sourceHash + [UInt8](repeating: 0, count: 32)
  }

  init(
    bytesPerToken: Int, tokenCount: Int, documentCount: Int, vocabularySize: Int, textByteCount: Int, index: Int,
    isLast: Bool, vocabularyHash: [UInt8], sourceHash: [UInt8]
  ) {
    self.bytesPerToken = bytesPerToken
    self.tokenCount = tokenCount
    self.documentCount = documentCount
    self.vocabularySize = vocabularySize
    self.textByteCount = textByteCount
    self.index = index
    self.isLast = isLast
    self.vocabularyHash = vocabularyHash
    self.sourceHash = sourceHash
  }

  /// Reads and checks the header of a file against the file's size.
  init(_ file: MappedFile) throws(TrainingError) {
    func malformed(_ what: String) -> TrainingError {
      TrainingError(
        .unusableData, at: file.path,
        "\(what); the shard is damaged or cut short: write it again with `swiftlet data shards`")
    }
    guard let bytes = file.bytes(at: 0, count: Self.byteCount) else {
      throw malformed("is \(file.byteCount) bytes, less than a header")
    }
    func number(_ offset: Int, _ count: Int) throws(TrainingError) -> Int {
      guard let bits = file.littleEndianBits(at: offset, byteCount: count), let value = Int(exactly: bits) else {
        throw malformed("the number at byte \(offset) is too large")
      }
      return value
    }
    guard Array(bytes[..<8]) == Self.magic else {
      throw TrainingError(.unusableData, at: file.path, "is no token shard; write one with `swiftlet data shards`")
    }
    let version = try number(8, 4)
    guard version == 1 else {
      throw TrainingError(
        .unusableData, at: file.path, "is a token shard of version \(version); this program reads version 1")
    }
    self.init(
      bytesPerToken: try number(12, 4), tokenCount: try number(16, 8), documentCount: try number(24, 8),
      vocabularySize: try number(32, 8), textByteCount: try number(40, 8), index: try number(48, 4),
      isLast: bytes[52] == 1, vocabularyHash: Array(bytes[64..<96]), sourceHash: Array(bytes[96..<128]))
    guard bytesPerToken == 2 || bytesPerToken == 4 else { throw malformed("has \(bytesPerToken) bytes per token") }
    guard bytes[52] <= 1, bytes[53..<64].allSatisfy({ $0 == 0 }), bytes[128...].allSatisfy({ $0 == 0 }) else {
      throw malformed("a field of the header that is not in use is not 0")
    }
    guard vocabularySize > 0, vocabularySize <= 1 << (8 * bytesPerToken) else {
      throw malformed("a vocabulary of \(vocabularySize) does not fit \(bytesPerToken) bytes per token")
    }
    // Both counts are bounded by the file's size first, so nothing below can overflow.
    guard tokenCount <= file.byteCount, documentCount <= file.byteCount,
      documentsOffset + 8 * documentCount == file.byteCount
    else {
      throw malformed("\(tokenCount) tokens and \(documentCount) documents do not make its \(file.byteCount) bytes")
    }
    guard tokenCount > 0, documentCount > 0 else { throw malformed("holds no tokens") }
  }
}
