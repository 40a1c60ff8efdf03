import JSONParsing

/// What a piece of a document holds.
enum DocumentContent {
  /// Well-formed UTF-8.
  case text([UInt8])
  /// Token ids, as the file gives them.
  case ids([Int])
}

extension DocumentReader.Piece {
  /// Checks the piece, and takes it out of its line.
  /// - Throws: `DataError`, which names the line or the byte.
  func decoded() throws(DataError) -> DocumentContent {
    switch content {
    case .text(let bytes):
      if let fault = firstInvalidUTF8(in: bytes) {
        throw DataError("\(file), byte \(position + fault)", "is not UTF-8; convert the file first, as with iconv")
      }
      return .text(bytes)
    case .line(let bytes):
      let value: JSONValue
      do { value = try JSONValue(parsing: bytes) } catch { throw DataError(place, "\(error)") }
      if let text = value["text"]?.string { return .text(Array(text.utf8)) }
      guard let list = value["ids"]?.array else {
        throw DataError(place, #"has neither "text" nor "ids"; give lines like {"text": "Hello"}"#)
      }
      let ids = list.compactMap(\.int)
      guard ids.count == list.count else { throw DataError(place, #""ids" holds something other than whole numbers"#) }
      return .ids(ids)
    }
  }
}
