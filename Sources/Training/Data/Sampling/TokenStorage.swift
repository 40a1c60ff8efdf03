/// Token ids with the places where documents begin: a mapped shard, or ids in memory.
protocol TokenStorage: Sendable {
  var tokenCount: Int { get }
  var documentCount: Int { get }
  /// Where a document begins; ascending.
  func documentStart(_ index: Int) -> Int
  /// The ids at some places.
  func ids(_ range: Range<Int>) throws(TrainingError) -> [Int]
  /// A hash by which to notice that the tokens are others than before.
  var fingerprint: [UInt8] { get }
}

extension TokenStorage {
  /// The first document that begins at `place` or after it; `documentCount` where none does.
  func firstDocument(from place: Int) -> Int {
    var (low, high) = (0, documentCount)
    while low < high {
      let middle = (low + high) / 2
      if documentStart(middle) < place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension TokenShard: TokenStorage {
  var tokenCount: Int { header.tokenCount }
  var documentCount: Int { header.documentCount }
  /// The header holds the hash of the text, and of the vocabulary.
  var fingerprint: [UInt8] { SHA256.hash(header.bytes) }
}

/// Ids that fit in memory.
struct TokensInMemory: TokenStorage {
  private var tokens: [UInt32] = []
  private var starts: [Int] = []
  private(set) var textByteCount = 0

  var tokenCount: Int { tokens.count }
  var documentCount: Int { starts.count }
  var vocabularySize: Int { Int(tokens.max() ?? 0) + 1 }
  func documentStart(_ index: Int) -> Int { starts[index] }
  func ids(_ range: Range<Int>) throws(TrainingError) -> [Int] { tokens[range].map { Int($0) } }

  var fingerprint: [UInt8] {
    var hash = SHA256()
    for numbers in [tokens, starts.map { UInt32(truncatingIfNeeded: $0) }] {
      for first in stride(from: 0, to: numbers.count, by: 1 << 14) {
        let part = numbers[first..<min(first + 1 << 14, numbers.count)]
        hash.add(part.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) } })
      }
    }
    return hash.finish()
  }

  mutating func append(_ batch: DocumentEncoding.Batch) {
    starts += batch.starts.map { $0 + tokens.count }
    tokens += batch.ids.map { UInt32(truncatingIfNeeded: $0) }
    textByteCount += batch.textByteCount
  }

  /// Adds a document of its own.
  mutating func append(document: [Int]) {
    starts.append(tokens.count)
    tokens += document.map { UInt32(truncatingIfNeeded: $0) }
  }
}
