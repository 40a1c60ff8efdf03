import JSONParsing

/// Reads the two large parts that tokenizer.json and the older vocab.json + merges.txt share: the vocabulary, an
/// object from piece to id, and the list of merges.
enum VocabularyReading {
  /// The most ids that a vocabulary may have; they are 32-bit inside, and real vocabularies are far smaller.
  static let idLimit = 1 << 24

  /// Reads an object from piece to id.
  static func pieces(_ reader: inout JSONReader, field: String) throws(TokenizerError) -> PieceTable {
    do {
      var table = PieceTable(
        reserving: min(reader.bytes.count / 12, 1 << 18), byteCount: min(reader.bytes.count, 1 << 22))
      let bytes = reader.bytes
      var entries = 0
      try reader.beginObject()
      while let key = try reader.nextKey() {
        let id = try reader.readInt()
        // Ids may have gaps, which added tokens fill, but not so many that a small file makes a large table.
        guard id >= 0, id < min(idLimit, bytes.count) else {
          throw TokenizerError(
            .malformed, field: "\(field)[\"\(reader.string(key).prefix(60))\"]",
            "has the id \(id); ids count from 0 and stay below the number of pieces")
        }
        let insertion =
          key.hasEscapes
          ? table.insert(reader.utf8(key).span, id: id) : table.insert(bytes.span.extracting(key.range), id: id)
        entries += 1
        switch insertion {
        case .done: break
        case .idTaken:
          throw TokenizerError(
            .malformed, field: "\(field)[\"\(reader.string(key).prefix(60))\"]",
            "has the id \(id), which \"\(table.text(id).prefix(60))\" has already; each piece needs its own")
        case .pieceTaken:
          throw TokenizerError(
            .malformed, field: field, "lists \"\(reader.string(key).prefix(60))\" twice; each piece has one id")
        }
      }
      guard entries > 0 else {
        throw TokenizerError(.malformed, field: field, "is empty; a vocabulary has at least one piece")
      }
      return table
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw jsonError(error, field)
    }
  }

  /// Reads an array of merges, each `"left right"` or `["left", "right"]`.
  static func merges(_ reader: inout JSONReader, _ pieces: PieceTable, prefix: String) throws(TokenizerError)
    -> MergeTable
  {
    var builder = MergeBuilder(pieces, prefix: prefix, reserving: min(reader.bytes.count / 40, 1 << 19))
    let bytes = reader.bytes
    do {
      try reader.beginArray()
      while try reader.nextElement() {
        if try reader.peek() == .string {
          let token = try reader.readStringToken()
          if token.hasEscapes {
            let text = reader.utf8(token)
            try builder.add(line: text.span)
          } else {
            try builder.add(line: bytes.span.extracting(token.range))
          }
          continue
        }
        try reader.beginArray()
        var halves: [JSONReader.StringToken] = []
        while halves.count < 3, try reader.nextElement() { halves.append(try reader.readStringToken()) }
        guard halves.count == 2 else { throw builder.fault("is not a pair of pieces") }
        if halves[0].hasEscapes || halves[1].hasEscapes {
          let left = reader.utf8(halves[0])
          let right = reader.utf8(halves[1])
          try builder.add(left.span, right.span)
        } else {
          try builder.add(bytes.span.extracting(halves[0].range), bytes.span.extracting(halves[1].range))
        }
      }
      return builder.table
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw jsonError(error, "model.merges")
    }
  }

  /// Reads merges.txt: `left right` lines after a `#version` line.
  static func merges(text: [UInt8], _ pieces: PieceTable) throws(TokenizerError) -> MergeTable {
    var builder = MergeBuilder(pieces, prefix: "", reserving: text.count / 8)
    builder.field = "line"
    var start = 0
    var line = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != 0x0A { end += 1 }
      var last = end
      while last > start, text[last - 1] == 0x0D { last -= 1 }
      let isHeader = line == 0 && text[start..<last].starts(with: "#version".utf8)
      if last > start, !isHeader { try builder.add(line: text.span.extracting(start..<last)) }
      start = end + 1
      line += 1
    }
    return builder.table
  }

  static func jsonError(_ error: any Error, _ field: String?) -> TokenizerError {
    TokenizerError(.malformed, field: field, "\(error); the file is damaged or no JSON: fetch it again")
  }
}

/// Turns merges as pieces into merges as ids.
struct MergeBuilder {
  private(set) var table: MergeTable
  var field = "model.merges"
  private let pieces: PieceTable
  private let prefix: [UInt8]
  private var rank = 0
  private var joined: [UInt8] = []

  init(_ pieces: PieceTable, prefix: String, reserving count: Int) {
    self.pieces = pieces
    self.prefix = Array(prefix.utf8)
    table = MergeTable(reserving: count)
  }

  mutating func add(line: Span<UInt8>) throws(TokenizerError) {
    var space = 0
    while space < line.count, line[space] != 0x20 { space += 1 }
    guard space > 0, space + 1 < line.count else { throw fault("is not two pieces with a space between them") }
    try add(line.extracting(0..<space), line.extracting(space + 1..<line.count))
  }

  mutating func add(_ left: Span<UInt8>, _ right: Span<UInt8>) throws(TokenizerError) {
    joined.removeAll(keepingCapacity: true)
    for i in left.indices { joined.append(left[i]) }
    // A continuation's prefix is written once, at the front of the whole.
    var skipped = 0
    if !prefix.isEmpty, right.count >= prefix.count, prefix.indices.allSatisfy({ right[$0] == prefix[$0] }) {
      skipped = prefix.count
    }
    for i in skipped..<right.count { joined.append(right[i]) }
    guard let leftID = pieces.id(of: left), let rightID = pieces.id(of: right), let id = pieces.id(of: joined.span)
    else {
      let missing =
        pieces.id(of: left) == nil ? text(left) : pieces.id(of: right) == nil ? text(right) : text(joined.span)
      throw fault(
        "names \"\(missing)\", which the vocabulary does not hold; merges and vocabulary must belong together")
    }
    table.insert(left: leftID, right: rightID, rank: rank, id: id)
    rank += 1
  }

  private func text(_ piece: Span<UInt8>) -> String {
    String(decoding: piece.indices.prefix(60).map { piece[$0] }, as: UTF8.self)
  }

  func fault(_ what: String) -> TokenizerError { TokenizerError(.malformed, field: "\(field)[\(rank)]", what) }
}
