import Foundation
public import Tokenization

/// Tokens to learn from: one corpus, however many files it came in.
///
///     let corpus = try TokenSource(shards: "shards", tokenizer: tokenizer)
///     let (training, validation) = try corpus.split(validationFraction: 0.1)
public struct TokenSource: Sendable {
  /// How samples are cut from the tokens.
  public enum Arrangement: Sendable, Hashable {
    /// Documents stand one after another, and a sample is a window of them.
    case packed
    /// Each document is a sample of its own.
    case documents
  }

  /// What messages call it.
  public let name: String
  /// How samples are cut from it.
  public let arrangement: Arrangement
  /// One past the largest id that may occur.
  public let vocabularySize: Int
  /// The UTF-8 bytes that all tokens stand for, 0 where only ids were given; a split keeps its share.
  public let textByteCount: Int

  private let parts: [any TokenStorage]
  /// Where each part begins among the tokens, and where the last ends.
  private let offsets: [Int]
  /// What of the tokens belongs to this source; the rest was split off.
  package let range: Range<Int>

  private init(
    name: String, arrangement: Arrangement, vocabularySize: Int, textByteCount: Int, parts: [any TokenStorage],
    range: Range<Int>? = nil
  ) {
    self.name = name
    self.arrangement = arrangement
    self.vocabularySize = vocabularySize
    self.textByteCount = textByteCount
    self.parts = parts
    offsets = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.tokenCount) }
    self.range = range ?? 0..<offsets[parts.count]
  }

  /// How many tokens there are.
  public var tokenCount: Int { range.count }

  // MARK: - Where tokens come from

  /// Maps the shards of a folder, or one shard.
  /// - Parameter tokenizer: refuses shards that another tokenizer made.
  /// - Throws: `TrainingError` where a shard is damaged, missing, or not of this tokenizer.
  public init(shards path: String, tokenizer: Tokenizer? = nil) throws(TrainingError) {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw TrainingError(.unusableData, at: path, "does not exist")
    }
    var files = [path]
    if isFolder.boolValue {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
      files = names.filter { $0.hasSuffix(TokenShardOutput.suffix) }.map { path + "/" + $0 }
    }
    var shards: [TokenShard] = []
    for file in files { shards.append(try TokenShard(path: file)) }
    guard let first = shards.first else {
      throw TrainingError(.unusableData, at: path, "holds no token shards; write some with `swiftlet data shards`")
    }
    if isFolder.boolValue {
      for (index, shard) in shards.enumerated() where shard.header.index != index {
        throw TrainingError(
          .unusableData, at: shard.path, "is shard \(shard.header.index) where \(index) should be; is a file missing?")
      }
      guard shards.last?.header.isLast == true else {
        throw TrainingError(.unusableData, at: path, "lacks its last shards; copy all of them")
      }
    }
    if let other = shards.first(where: { $0.header.vocabularyHash != first.header.vocabularyHash }) {
      throw TrainingError(
        .unusableData, at: other.path, "was made with another tokenizer than \(first.path); write them together")
    }
    if let tokenizer, first.header.vocabularyHash != tokenizer.fingerprint {
      throw TrainingError(
        .unusableData, at: first.path,
        "was made with another tokenizer; use that one, or write the shards again with `swiftlet data shards`")
    }
    self.init(
      name: path, arrangement: .packed, vocabularySize: first.header.vocabularySize,
      textByteCount: shards.reduce(0) { $0 &+ $1.header.textByteCount }, parts: shards)
  }

  /// Encodes text into memory, on all threads. Shards are better for text that does not fit.
  /// - Parameter arrangement: `.documents` makes each document a sample of its own.
  /// - Throws: `TrainingError` where a file cannot be read, or holds no text.
  public init(_ inputs: TextInputs, tokenizer: Tokenizer, arrangement: Arrangement = .packed) throws {
    var tokens = TokensInMemory()
    let encoding = DocumentEncoding(tokenizer)
    let reader = DocumentReader(inputs, cutsDocuments: tokenizer.encodesInParts)
    try ParallelReading.run(reader) { batch, _ in
      try encoding.encode(batch)
    } consume: { batch, _ in
      tokens.append(batch)
      return true
    }
    let name = inputs.inputs.map(\.path).joined(separator: ", ")
    guard tokens.tokenCount > 0 else {
      throw TrainingError(.unusableData, at: name, "holds no text; give files that do")
    }
    self.init(
      name: name, arrangement: arrangement, vocabularySize: tokenizer.vocabularySize,
      textByteCount: tokens.textByteCount, parts: [tokens])
  }

  /// Reads `.jsonl` files whose lines are `{"ids": […]}`, each a sample of its own. Needs no tokenizer.
  /// - Throws: `TrainingError` where a line has no ids, fewer than two, or one that no vocabulary has.
  public init(sequences inputs: TextInputs) throws {
    var tokens = TokensInMemory()
    let reader = DocumentReader(inputs, cutsDocuments: false)
    while let piece = try reader.next() {
      guard case .ids(let ids) = try piece.decoded() else {
        throw TrainingError(.unusableData, at: piece.place, "holds text, not ids; give a tokenizer")
      }
      guard ids.count >= 2 else {
        throw TrainingError(.unusableData, at: piece.place, "has \(ids.count) ids; a sequence needs at least 2")
      }
      if let wrong = ids.first(where: { $0 < 0 || $0 > Int(Int32.max) }) {
        throw TrainingError(
          .unusableData, at: piece.place, "id \(wrong) cannot belong to a vocabulary; ids count from 0")
      }
      tokens.append(document: ids)
    }
    let name = inputs.inputs.map(\.path).joined(separator: ", ")
    guard tokens.documentCount > 0 else {
      throw TrainingError(.unusableData, at: name, "holds no sequences; give lines with ids")
    }
    self.init(
      name: name, arrangement: .documents, vocabularySize: tokens.vocabularySize, textByteCount: 0, parts: [tokens])
  }

  /// Documents that are in memory already.
  /// - Parameter textByteCount: the UTF-8 bytes that all tokens stand for.
  package init(
    documents: [[Int]], name: String, vocabularySize: Int, textByteCount: Int, arrangement: Arrangement
  ) throws(TrainingError) {
    var tokens = TokensInMemory()
    for document in documents where !document.isEmpty { tokens.append(document: document) }
    guard tokens.tokenCount > 0 else { throw TrainingError(.unusableData, at: name, "holds no text; give some") }
    self.init(
      name: name, arrangement: arrangement, vocabularySize: vocabularySize, textByteCount: textByteCount,
      parts: [tokens])
  }

  // MARK: - Looking at tokens

  /// The ids at some places of the whole corpus.
  package func ids(_ places: Range<Int>) throws(TrainingError) -> [Int] {
    var ids: [Int] = []
    ids.reserveCapacity(places.count)
    var place = places.lowerBound
    while place < places.upperBound {
      let part = part(at: place)
      let end = min(places.upperBound, offsets[part + 1])
      ids += try parts[part].ids(place - offsets[part]..<end - offsets[part])
      place = end
    }
    return ids
  }

  /// Where documents begin within some places.
  package func documentStarts(in places: Range<Int>) -> [Int] {
    var starts: [Int] = []
    var place = places.lowerBound
    while place < places.upperBound {
      let part = part(at: place)
      let end = min(places.upperBound, offsets[part + 1])
      var document = parts[part].firstDocument(from: place - offsets[part])
      while document < parts[part].documentCount {
        let start = parts[part].documentStart(document) + offsets[part]
        if start >= end { break }
        starts.append(start)
        document += 1
      }
      place = end
    }
    return starts
  }

  private func part(at place: Int) -> Int {
    var (low, high) = (0, parts.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if offsets[middle] <= place { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// Where all documents begin that lie in this source; in memory, so for documents that are samples only.
  package var documentRanges: [Range<Int>] {
    let starts = documentStarts(in: range)
    return starts.indices.map { starts[$0]..<($0 + 1 < starts.count ? starts[$0 + 1] : range.upperBound) }
  }

  /// A hash by which to notice that the tokens, or how they are cut, are others than before.
  package var fingerprint: [UInt8] {
    SHA256.hash(parts.flatMap(\.fingerprint) + Array("\(arrangement) \(range)".utf8))
  }

  // MARK: - Splitting

  /// The source in two: its last tokens (or documents) for validation, the rest for training.
  /// - Throws: `TrainingError` where a part would be empty.
  public func split(validationFraction: Double) throws(TrainingError) -> (
    training: TokenSource, validation: TokenSource
  ) {
    guard validationFraction > 0, validationFraction < 1 else {
      throw TrainingError(
        .unusableData, at: name, "a validation share of \(validationFraction) is asked for; give one between 0 and 1")
    }
    let documents = arrangement == .documents ? documentRanges : []
    let units = arrangement == .documents ? documents.count : tokenCount
    let kept = units - Int((Double(units) * validationFraction).rounded(.up))
    guard kept > 0, kept < units else {
      throw TrainingError(
        .unusableData, at: name, "is too small to keep a share of \(validationFraction) for validation")
    }
    let cut = arrangement == .documents ? documents[kept].lowerBound : range.lowerBound + kept
    func part(_ range: Range<Int>) -> TokenSource {
      let share = Double(range.count) / Double(tokenCount)
      return TokenSource(
        name: name, arrangement: arrangement, vocabularySize: vocabularySize,
        textByteCount: Int(Double(textByteCount) * share), parts: parts, range: range)
    }
    return (part(range.lowerBound..<cut), part(cut..<range.upperBound))
  }
}
