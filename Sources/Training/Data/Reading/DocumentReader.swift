import Tokenization

/// Reads documents from files, one file after the other, in pieces that fit in memory.
///
/// A `.txt` file is one document, or several with a delimiter between them; in a `.jsonl` file each line is one, an
/// object with `text` or with `ids`. Either may be packed with gzip (`.txt.gz`, `.jsonl.gz`). `-` is standard input.
final class DocumentReader {
  /// What a file holds.
  enum Format { case text, jsonLines }

  /// A document, or a part of one that is too long to be held whole.
  struct Piece {
    enum Content {
      /// UTF-8, as far as is known.
      case text([UInt8])
      /// A line of JSON.
      case line([UInt8])
    }
    var content: Content
    /// Whether the document began before this piece, and whether it ends here.
    var continuesDocument = false
    var endsDocument: Bool
    /// The file, and the line or the byte where the piece begins.
    var file: String
    var position: Int

    var byteCount: Int {
      switch content {
      case .text(let bytes), .line(let bytes): bytes.count
      }
    }
    var place: String {
      switch content {
      case .text: "\(file), byte \(position)"
      case .line: "\(file), line \(position)"
      }
    }
  }

  /// A piece is cut when it is longer, if documents may be cut.
  private static let pieceBytes = 1 << 18
  /// The longest document that may not be cut, and the longest line.
  private static let longestPiece = 1 << 30

  private let inputs: [TextInputs.Input]
  private let delimiter: [UInt8]?
  private let cutsDocuments: Bool
  private var nextInput = 0
  private var stream: ByteStream?
  private var format = Format.text
  private var buffer: [UInt8] = []
  /// What of the buffer has been given away, and where a search for the delimiter goes on.
  private var start = 0
  private var searched = 0
  private var position = 0
  private var isAtEnd = false
  /// Whether a part of the current document has been given away.
  private var isInDocument = false

  /// - Parameter cutsDocuments: long documents come in several pieces, each cut at `lastWordBoundary(in:)`.
  init(_ inputs: TextInputs, cutsDocuments: Bool) {
    self.inputs = inputs.inputs
    delimiter = inputs.delimiter
    self.cutsDocuments = cutsDocuments
  }

  /// The next piece, nil when all files have been read. Empty documents are passed over.
  func next() throws(TrainingError) -> Piece? {
    while true {
      if stream == nil {
        guard nextInput < inputs.count else { return nil }
        stream = try ByteStream(path: inputs[nextInput].path, isPacked: inputs[nextInput].isPacked)
        format = inputs[nextInput].format
        nextInput += 1
        (buffer, start, searched, isAtEnd) = ([], 0, 0, false)
        position = format == .text ? 0 : 1
      }
      if let piece = format == .text ? try nextText() : try nextLine() { return piece }
      if isAtEnd, start == buffer.count {
        stream = nil
      } else {
        try readMore()
      }
    }
  }

  private func readMore() throws(TrainingError) {
    if start > 0 {
      buffer.removeFirst(start)
      searched -= start
      start = 0
    }
    guard buffer.count <= Self.longestPiece else {
      throw TrainingError(
        .unusableData, at: stream?.name,
        format == .text
          ? "has a document of more than 1 GiB that this tokenizer cannot take in parts; cut it with --delimiter"
          : "line \(position) is longer than 1 GiB")
    }
    if let bytes = try stream?.next() { buffer += bytes } else { isAtEnd = true }
  }

  /// The place of `pattern` in what has not been searched yet.
  private func find(_ pattern: [UInt8]) -> Int? {
    let from = max(start, searched)
    let found = Self.place(of: pattern.span, in: buffer.span, from: from)
    if found == nil { searched = max(from, buffer.count - pattern.count + 1) }
    return found
  }

  private static func place(of pattern: Span<UInt8>, in text: Span<UInt8>, from start: Int) -> Int? {
    var i = start
    while i <= text.count - pattern.count {
      if text[i] == pattern[0] {
        var length = 1
        while length < pattern.count, text[i + length] == pattern[length] { length += 1 }
        if length == pattern.count { return i }
      }
      i += 1
    }
    return nil
  }

  private func nextLine() throws(TrainingError) -> Piece? {
    while start < buffer.count {
      let end: Int
      if let found = find([0x0A]) { end = found } else if isAtEnd { end = buffer.count } else { return nil }
      let line = Array(buffer[start..<end])
      start = min(end + 1, buffer.count)
      searched = start
      defer { position += 1 }
      if line.contains(where: { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }) {
        return Piece(content: .line(line), endsDocument: true, file: stream?.name ?? "", position: position)
      }
    }
    return nil
  }

  private func nextText() throws(TrainingError) -> Piece? {
    while start < buffer.count || (isAtEnd && isInDocument) {
      if let delimiter, let found = find(delimiter) {
        let piece = text(until: found, endsDocument: true)
        start = found + delimiter.count
        position += delimiter.count
        searched = start
        if let piece { return piece }
        continue
      }
      if isAtEnd { return text(until: buffer.count, endsDocument: true) }
      guard cutsDocuments, buffer.count - start >= Self.pieceBytes else { return nil }
      // A delimiter may have begun at the end of what is there.
      let end = buffer.count - (delimiter?.count ?? 0)
      // What lies further back was searched when it came.
      let from = max(start, end - 2 * Self.pieceBytes)
      guard let cut = lastWordBoundary(in: Array(buffer[from..<end])) else { return nil }
      return text(until: from + cut, endsDocument: false)
    }
    return nil
  }

  private func text(until end: Int, endsDocument: Bool) -> Piece? {
    let bytes = Array(buffer[start..<end])
    defer {
      start = end
      searched = max(searched, start)
      position += bytes.count
      isInDocument = !endsDocument
    }
    // An empty piece is worth giving only where it ends what was given before.
    guard !bytes.isEmpty || isInDocument else { return nil }
    return Piece(
      content: .text(bytes), continuesDocument: isInDocument, endsDocument: endsDocument, file: stream?.name ?? "",
      position: position)
  }
}
