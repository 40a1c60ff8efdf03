/// Byte pair encoding over a vocabulary: from one pre-tokenized word to ids.
///
/// Symbols are bytes (byte-level vocabularies: GPT-2, Llama 3, gpt-oss) or characters (GPT-1, and SentencePiece
/// vocabularies written as tokenizer.json, which spell what they lack in byte tokens `<0x00>` … `<0xFF>`).
struct BytePairEncoding: Sendable {
  /// What tokenizer.json's model says besides vocabulary and merges.
  struct Options: Sendable, Hashable {
    var unknownToken: String?
    /// Unknown characters in a row count as one.
    var fusesUnknown = false
    /// Unknown characters are spelled in byte tokens.
    var byteFallback = false
    /// A word that is a piece becomes that piece, whatever the merges say (Llama 3).
    var ignoresMerges = false
    var continuingSubwordPrefix = ""
    var endOfWordSuffix = ""
  }

  let merges: MergeTable
  let options: Options
  let unknownID: Int?
  /// The ids of the 256 bytes' stand-ins, where symbols are bytes.
  private let byteIDs: [UInt32]
  /// The ids of `<0x00>` … `<0xFF>`, if all are there.
  private let byteTokens: [UInt32]
  /// The pieces as the bytes they stand for: what a word is looked up in where merges may be ignored.
  private let words: PieceTable?
  private static let absent = UInt32.max

  /// - Parameters:
  ///   - isByteLevel: symbols are bytes, and words arrive as the text's own bytes.
  ///   - excluding: control tokens, which no word becomes whole.
  init(pieces: PieceTable, merges: MergeTable, options: Options, isByteLevel: Bool, excluding: Set<Int> = []) {
    self.merges = merges
    self.options = options
    unknownID = options.unknownToken.flatMap { pieces.id(of: $0) }
    byteIDs = ByteLevelAlphabet.scalars.map { scalar in
      isByteLevel ? pieces.id(of: String(scalar)).map { UInt32($0) } ?? Self.absent : Self.absent
    }
    let tokens = options.byteFallback ? (0..<256).compactMap { pieces.id(of: byteTokenName($0)) } : []
    byteTokens = tokens.count == 256 ? tokens.map { UInt32($0) } : []
    if options.ignoresMerges, isByteLevel {
      var words = PieceTable(reserving: pieces.count)
      var bytes: [UInt8] = []
      for id in 0..<pieces.count where pieces.contains(id) && !excluding.contains(id) {
        bytes.removeAll(keepingCapacity: true)
        if ByteLevelAlphabet.appendBytes(of: pieces.piece(id).span, to: &bytes) { words.insert(bytes.span, id: id) }
      }
      self.words = words
    } else {
      words = nil
    }
  }

  /// Appends the ids of a word given as the text's own bytes.
  @inline(__always)
  func encodeBytes(_ word: Span<UInt8>, _ workspace: inout Workspace, to ids: inout [Int]) {
    let key = WordCache.Key(word)
    if let key, workspace.cache.append(key, to: &ids) { return }
    if let id = words?.id(of: word) {
      ids.append(id)
      if let key { workspace.cache.remember(key, [UInt32(id)]) }
      return
    }
    workspace.merging.symbols.removeAll(keepingCapacity: true)
    for i in word.indices {
      let id = byteIDs[Int(word[i])]
      if id != Self.absent { workspace.merging.symbols.append(id) } else { appendUnknown(&workspace) }
    }
    finish(key, &workspace, to: &ids)
  }

  /// Appends the ids of a word whose symbols are characters, written as the vocabulary writes them.
  func encodeCharacters(_ word: Span<UInt8>, _ pieces: PieceTable, _ workspace: inout Workspace, to ids: inout [Int]) {
    let key = WordCache.Key(word)
    if let key, workspace.cache.append(key, to: &ids) { return }
    if options.ignoresMerges, let id = pieces.id(of: word) {
      ids.append(id)
      return
    }
    workspace.merging.symbols.removeAll(keepingCapacity: true)
    let prefix = Array(options.continuingSubwordPrefix.utf8)
    let suffix = Array(options.endOfWordSuffix.utf8)
    var i = 0
    var symbol: [UInt8] = []
    while i < word.count {
      let end = min(i + scalarLength(word[i]), word.count)
      symbol.removeAll(keepingCapacity: true)
      if i > 0 { symbol += prefix }
      for j in i..<end { symbol.append(word[j]) }
      if end == word.count { symbol += suffix }
      if let id = pieces.id(of: symbol.span) {
        workspace.merging.symbols.append(UInt32(id))
      } else if !byteTokens.isEmpty {
        for byte in symbol { workspace.merging.symbols.append(byteTokens[Int(byte)]) }
      } else {
        appendUnknown(&workspace)
      }
      i = end
    }
    finish(key, &workspace, to: &ids)
  }

  /// What encoding needs besides the vocabulary, kept from word to word.
  struct Workspace {
    var cache = WordCache()
    var merging = BytePairMerging()
  }

  /// An unknown symbol without an unknown token vanishes, as in Hugging Face's tokenizers.
  private func appendUnknown(_ workspace: inout Workspace) {
    guard let unknownID else { return }
    if options.fusesUnknown, workspace.merging.symbols.last == UInt32(unknownID) { return }
    workspace.merging.symbols.append(UInt32(unknownID))
  }

  private func finish(_ key: WordCache.Key?, _ workspace: inout Workspace, to ids: inout [Int]) {
    workspace.merging.run(merges)
    for symbol in workspace.merging.symbols { ids.append(Int(symbol)) }
    if let key { workspace.cache.remember(key, workspace.merging.symbols) }
  }
}

/// The name of a byte token, as in `<0x0A>`.
func byteTokenName(_ byte: Int) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return "<0x" + (digits.count < 2 ? "0" : "") + digits + ">"
}

/// The byte that a piece like `<0x0A>` names.
func byteOfToken(_ piece: some Collection<UInt8>) -> UInt8? {
  guard piece.count == 6, piece.starts(with: "<0x".utf8), Array(piece)[5] == UInt8(ascii: ">") else { return nil }
  return UInt8(String(decoding: piece.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
}
