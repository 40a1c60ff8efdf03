import Tensors

/// Token ids, written once and mapped: opening a shard reads its header and where documents begin, and a token costs
/// memory only when it is looked at.
public final class TokenShard: Sendable {
  /// The file.
  public var path: String { file.path }
  /// What the shard says of itself.
  public let header: TokenShardHeader
  private let file: MappedFile

  /// Maps a shard.
  /// - Throws: `TrainingError` where the file is none, or contradicts itself.
  public init(path: String) throws(TrainingError) {
    do { file = try MappedFile(path: path) } catch { throw TrainingError(.unusableData, at: path, error.reason) }
    header = try TokenShardHeader(file)
    var previous = -1
    for index in 0..<header.documentCount {
      let start = documentStart(index)
      guard start > previous, start < header.tokenCount, index > 0 || start == 0 else {
        throw TrainingError(
          .unusableData, at: path, "document \(index) begins at token \(start), which cannot be; write the shard again")
      }
      previous = start
    }
  }

  /// Where a document begins.
  func documentStart(_ index: Int) -> Int {
    let bits = file.littleEndianBits(at: header.documentsOffset + 8 * index, byteCount: 8) ?? 0
    return Int(exactly: bits) ?? .max
  }

  /// The ids at some places.
  /// - Throws: `TrainingError` for an id outside the vocabulary.
  package func ids(_ range: Range<Int>) throws(TrainingError) -> [Int] {
    let width = header.bytesPerToken
    guard range.lowerBound >= 0, range.upperBound <= header.tokenCount,
      let bytes = file.bytes(at: TokenShardHeader.byteCount + range.lowerBound * width, count: range.count * width)
    else { throw TrainingError(.unusableData, at: path, "has no tokens \(range); there are \(header.tokenCount)") }
    let ids = range.indices.map { place in
      let at = (place - range.lowerBound) * width
      let low = Int(bytes[at]) | Int(bytes[at + 1]) << 8
      return width == 2 ? low : low | Int(bytes[at + 2]) << 16 | Int(bytes[at + 3]) << 24
    }
    if let place = ids.firstIndex(where: { $0 >= header.vocabularySize }) {
      throw TrainingError(
        .unusableData, at: path,
        "token \(range.lowerBound + place) is \(ids[place]), outside its vocabulary of \(header.vocabularySize);"
          + " the shard is damaged: write it again")
    }
    return ids
  }
}
