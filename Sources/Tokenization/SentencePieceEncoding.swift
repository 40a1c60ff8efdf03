import HeapModule

/// SentencePiece's byte pair encoding: neighbouring symbols merge while what they spell together is a piece, the
/// piece with the best score first, the leftmost of equals. A heap keeps it O(n log n) over a whole text, which this
/// encoding, unlike the byte-level ones, does not cut into words.
struct SentencePieceEncoding: Sendable {
  typealias Kind = EmbeddedVocabulary.TokenType

  let pieces: PieceTable
  let scores: [Float]
  let kinds: [Kind]
  let unknownID: Int?
  let addsSpacePrefix: Bool
  let removesExtraSpaces: Bool
  /// The ids of `<0x00>` … `<0xFF>`, or empty where one is missing.
  private let byteTokens: [Int]
  private let hasUnused: Bool

  init(
    pieces: PieceTable, scores: [Float], kinds: [Kind], unknownID: Int?, addsSpacePrefix: Bool,
    removesExtraSpaces: Bool
  ) {
    self.pieces = pieces
    self.scores = scores
    self.kinds = kinds
    self.unknownID = unknownID
    self.addsSpacePrefix = addsSpacePrefix
    self.removesExtraSpaces = removesExtraSpaces
    let tokens = (0..<256).compactMap { pieces.id(of: byteTokenName($0)) }
    byteTokens = tokens.count == 256 ? tokens : []
    hasUnused = kinds.contains(.unused)
  }

  /// Spaces become `▁`, one more of which goes in front.
  func normalized(_ text: Span<UInt8>) -> [UInt8] {
    let mark = Array("▁".utf8)
    let space = UInt8(ascii: " ")
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 3)
    var i = 0
    var end = text.count
    if removesExtraSpaces {
      while i < end, text[i] == space { i += 1 }
      while end > i, text[end - 1] == space { end -= 1 }
    }
    if addsSpacePrefix, i < end { result += mark }
    while i < end {
      let byte = text[i]
      if byte != space {
        result.append(byte)
      } else if !(removesExtraSpaces && text[i - 1] == space) {
        result += mark
      }
      i += 1
    }
    return result
  }

  /// Appends the ids of a text.
  func encode(_ text: Span<UInt8>, to ids: inout [Int]) {
    let bytes = normalized(text)
    if bytes.isEmpty { return }
    var symbols = Symbols(bytes)
    merge(&symbols, bytes)
    var i = 0
    var previousWasUnknown = false
    while i < symbols.count {
      let range = symbols.starts[i]..<symbols.ends[i]
      let wasUnknown = previousWasUnknown
      previousWasUnknown = false
      if let id = id(of: bytes.span.extracting(range)) {
        appendUsed(id, symbols.halves, to: &ids)
      } else if !byteTokens.isEmpty {
        for byte in bytes[range] { ids.append(byteTokens[Int(byte)]) }
      } else if let unknownID {
        if !wasUnknown { ids.append(unknownID) }
        previousWasUnknown = true
      }
      i = symbols.next[i]
    }
  }

  /// The symbols of a text as a linked list over it; a symbol is known by the index of its first character.
  private struct Symbols {
    var starts: [Int] = []
    var ends: [Int] = []
    var next: [Int] = []
    var previous: [Int] = []
    /// What each unused piece was merged from.
    var halves: [Int: (Int, Int)] = [:]
    var count: Int { starts.count }

    init(_ bytes: [UInt8]) {
      var i = 0
      while i < bytes.count {
        let end = min(i + scalarLength(bytes[i]), bytes.count)
        previous.append(starts.count - 1)
        starts.append(i)
        ends.append(end)
        next.append(starts.count)
        i = end
      }
    }
  }

  private func merge(_ symbols: inout Symbols, _ bytes: [UInt8]) {
    let span = bytes.span
    var candidates: [UInt64] = []
    for i in 0..<symbols.count - 1 {
      if let candidate = candidate(symbols, i, span) { candidates.append(candidate) }
    }
    var heap = Heap(candidates)
    let merged = -1
    while let candidate = heap.popMin() {
      let i = Int(candidate & 0xFFFF_FFFF)
      // A neighbour may have merged since; what stands here now is noted under its own score.
      guard symbols.ends[i] != merged, self.candidate(symbols, i, span) == candidate else { continue }
      let right = symbols.next[i]
      if hasUnused { noteHalves(&symbols, i, right, span) }
      symbols.ends[i] = symbols.ends[right]
      symbols.ends[right] = merged
      let after = symbols.next[right]
      symbols.next[i] = after
      if after < symbols.count {
        symbols.previous[after] = i
        if let candidate = self.candidate(symbols, i, span) { heap.insert(candidate) }
      }
      let before = symbols.previous[i]
      if before >= 0, let candidate = self.candidate(symbols, before, span) { heap.insert(candidate) }
    }
  }

  /// The merge of a symbol with the next as one integer, better ones smaller: descending score, then place.
  @inline(__always)
  private func candidate(_ symbols: Symbols, _ i: Int, _ bytes: Span<UInt8>) -> UInt64? {
    let right = symbols.next[i]
    guard right < symbols.count, let id = id(of: bytes.extracting(symbols.starts[i]..<symbols.ends[right])) else {
      return nil
    }
    let bits = scores[id].bitPattern
    let ascending = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
    return UInt64(~ascending) << 32 | UInt64(i)
  }

  /// The id of a piece that text may become: control, unknown and byte pieces are not spelled.
  @inline(__always)
  private func id(of piece: Span<UInt8>) -> Int? {
    guard let id = pieces.id(of: piece) else { return nil }
    switch kinds[id] {
    case .normal, .userDefined, .unused: return id
    case .unknown, .control, .byte: return nil
    }
  }

  private func noteHalves(_ symbols: inout Symbols, _ i: Int, _ right: Int, _ bytes: Span<UInt8>) {
    guard let id = id(of: bytes.extracting(symbols.starts[i]..<symbols.ends[right])), kinds[id] == .unused,
      let first = self.id(of: bytes.extracting(symbols.starts[i]..<symbols.ends[i])),
      let second = self.id(of: bytes.extracting(symbols.starts[right]..<symbols.ends[right]))
    else { return }
    symbols.halves[id] = (first, second)
  }

  /// Appends an id, or, for an unused piece, those it was merged from.
  private func appendUsed(_ id: Int, _ halves: [Int: (Int, Int)], to ids: inout [Int]) {
    var waiting = [id]
    while let id = waiting.popLast() {
      if kinds[id] == .unused, let (first, second) = halves[id] {
        waiting.append(second)
        waiting.append(first)
      } else {
        ids.append(id)
      }
    }
  }
}
