/// Cuts a template into tokens and applies its whitespace control.
///
/// As Jinja does with `trim_blocks` and `lstrip_blocks`: a line break right after a block or comment goes, so does
/// what indents a block or comment at the start of a line; `-` beside a delimiter takes all whitespace there, `+`
/// keeps it. Line breaks become `\n`, and one at the very end is dropped.
struct Lexer {
  let bytes: [UInt8]
  var position = 0
  var line = 1
  var tokens: [Token] = []
  /// The closing brackets that are due. While there are any, `}}` and `%}` are not the end of a tag.
  var brackets: [UInt8] = []
  /// Whether what was read last ended a line.
  private var startsLine = true

  init(_ source: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.utf8.count)
    var previous: UInt8 = 0
    for byte in source.utf8 {
      if byte == 0x0D {
        bytes.append(0x0A)
      } else if byte != 0x0A || previous != 0x0D {
        bytes.append(byte)
      }
      previous = byte
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    self.bytes = bytes
  }

  /// All tokens, an `end` last.
  mutating func tokenize() throws(TemplateError) -> [Token] {
    while position < bytes.count {
      guard let start = nextTag(from: position) else {
        emitData(position..<bytes.count)
        advance(to: bytes.count)
        break
      }
      let kind = bytes[start + 1]
      let rawBody = kind == UInt8(ascii: "%") ? endOfRawTag(at: start) : nil
      let sign = sign(at: start + 2)
      emitText(position..<start, sign: sign, keepsIndentation: kind == UInt8(ascii: "{"))
      if let rawBody {
        advance(to: rawBody)
        try readRawBody()
        continue
      }
      advance(to: start + (sign == nil ? 2 : 3))
      switch kind {
      case UInt8(ascii: "#"): try skipComment()
      case UInt8(ascii: "{"): try readTag(isBlock: false)
      default: try readTag(isBlock: true)
      }
    }
    emit(.end)
    return tokens
  }

  // MARK: - Text

  /// Where the next `{{`, `{%` or `{#` is.
  private func nextTag(from start: Int) -> Int? {
    var offset = start
    while offset + 1 < bytes.count {
      if bytes[offset] == UInt8(ascii: "{") {
        let next = bytes[offset + 1]
        if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") { return offset }
      }
      offset += 1
    }
    return nil
  }

  private func sign(at offset: Int) -> UInt8? {
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "-") || bytes[offset] == UInt8(ascii: "+") else {
      return nil
    }
    return bytes[offset]
  }

  /// Text before a tag, without the whitespace that the tag takes.
  private mutating func emitText(_ range: Range<Int>, sign: UInt8?, keepsIndentation: Bool) {
    var end = range.upperBound
    if sign == UInt8(ascii: "-") {
      end = Whitespace.start(in: bytes, before: end, downTo: range.lowerBound)
    } else if sign == nil && !keepsIndentation {
      let lineBreak = bytes[range].lastIndex(of: 0x0A)
      let lineStart = lineBreak.map { $0 + 1 } ?? range.lowerBound
      if lineBreak != nil || startsLine, Whitespace.start(in: bytes, before: end, downTo: lineStart) == lineStart {
        end = lineStart
      }
    }
    emitData(range.lowerBound..<end)
    advance(to: range.upperBound)
  }

  private mutating func emitData(_ range: Range<Int>) {
    if !range.isEmpty { emit(.data(Array(bytes[range]))) }
  }

  // MARK: - Raw text and comments

  /// Where `{% raw %}` ends, if that is what stands here.
  private func endOfRawTag(at start: Int) -> Int? {
    var offset = start + (sign(at: start + 2) == nil ? 2 : 3)
    offset = Whitespace.end(in: bytes, from: offset)
    guard hasPrefix("raw", at: offset) else { return nil }
    offset = Whitespace.end(in: bytes, from: offset + 3)
    if hasPrefix("-%}", at: offset) { return Whitespace.end(in: bytes, from: offset + 3) }
    return hasPrefix("%}", at: offset) ? offset + 2 : nil
  }

  private mutating func readRawBody() throws(TemplateError) {
    var offset = position
    while offset < bytes.count {
      if hasPrefix("{%", at: offset) {
        let sign = sign(at: offset + 2)
        var end = Whitespace.end(in: bytes, from: offset + (sign == nil ? 2 : 3))
        if hasPrefix("endraw", at: end) {
          end = Whitespace.end(in: bytes, from: end + 6)
          if let after = endOfDelimiter("%}", at: end, allowsPlus: true, trimsLine: true) {
            emitText(position..<offset, sign: sign, keepsIndentation: false)
            advance(to: after)
            return
          }
        }
      }
      offset += 1
    }
    throw failure("'{% raw %}' has no '{% endraw %}'")
  }

  private mutating func skipComment() throws(TemplateError) {
    var offset = position
    while offset + 1 < bytes.count {
      if let end = endOfDelimiter("#}", at: offset, allowsPlus: true, trimsLine: true) {
        advance(to: end)
        return
      }
      offset += 1
    }
    throw failure("a comment has no '#}'")
  }

  // MARK: - Shared with tags

  /// Where a closing delimiter ends with the whitespace it takes, or nil if it does not stand here.
  func endOfDelimiter(_ delimiter: String, at offset: Int, allowsPlus: Bool, trimsLine: Bool) -> Int? {
    guard offset < bytes.count else { return nil }
    if allowsPlus, bytes[offset] == UInt8(ascii: "+"), hasPrefix(delimiter, at: offset + 1) { return offset + 3 }
    if bytes[offset] == UInt8(ascii: "-"), hasPrefix(delimiter, at: offset + 1) {
      return Whitespace.end(in: bytes, from: offset + 3)
    }
    guard hasPrefix(delimiter, at: offset) else { return nil }
    return trimsLine && offset + 2 < bytes.count && bytes[offset + 2] == 0x0A ? offset + 3 : offset + 2
  }

  func hasPrefix(_ prefix: String, at offset: Int) -> Bool {
    offset + prefix.utf8.count <= bytes.count && bytes[offset...].starts(with: prefix.utf8)
  }

  /// Moves on, counting lines.
  mutating func advance(to end: Int) {
    if end == position { return }
    for byte in bytes[position..<end] where byte == 0x0A { line += 1 }
    startsLine = bytes[end - 1] == 0x0A
    position = end
  }

  mutating func emit(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  func failure(_ message: String) -> TemplateError { TemplateError(.syntax, message + ".", line: line) }
}
