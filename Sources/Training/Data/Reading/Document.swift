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
  /// - Throws: `TrainingError`, which names the line or the byte.
  func decoded() throws(TrainingError) -> DocumentContent {
    switch content {
    case .text(let bytes):
      if let fault = firstInvalidUTF8(in: bytes) {
        throw TrainingError(
          .unusableData, at: "\(file), byte \(position + fault)", "is not UTF-8; convert the file first, as with iconv")
      }
      return .text(bytes)
    case .line(let bytes):
      let value: JSONValue
      do { value = try JSONValue(parsing: bytes) } catch { throw TrainingError(.unusableData, at: place, "\(error)") }
      if let text = value["text"]?.string { return .text(Array(text.utf8)) }
      guard let list = value["ids"]?.array else {
        throw TrainingError(
          .unusableData, at: place, #"has neither "text" nor "ids"; give lines like {"text": "Hello"}"#)
      }
      let ids = list.compactMap(\.int)
      guard ids.count == list.count else {
        throw TrainingError(.unusableData, at: place, #""ids" holds something other than whole numbers"#)
      }
      return .ids(ids)
    }
  }
}
