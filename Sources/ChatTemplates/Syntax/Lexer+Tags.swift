extension Lexer {
  /// Reads what is between `{{` and `}}`, or `{%` and `%}`.
  mutating func readTag(isBlock: Bool) throws(TemplateError) {
    emit(isBlock ? .blockBegin : .variableBegin)
    while position < bytes.count {
      if brackets.isEmpty {
        let end =
          isBlock
          ? endOfDelimiter("%}", at: position, allowsPlus: true, trimsLine: true)
          : endOfDelimiter("}}", at: position, allowsPlus: false, trimsLine: false)
        if let end {
          emit(isBlock ? .blockEnd : .variableEnd)
          advance(to: end)
          return
        }
      }
      try readToken()
    }
  }

  private mutating func readToken() throws(TemplateError) {
    let byte = bytes[position]
    let space = Whitespace.end(in: bytes, from: position)
    if space > position {
      advance(to: space)
    } else if isDigit(byte) {
      try readNumber()
    } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
      try readString(quote: byte)
    } else if byte == UInt8(ascii: "_") || isLetter(byte) || byte >= 0x80 {
      try readName()
    } else {
      try readSymbol()
    }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
  private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }

  // MARK: - Names and symbols

  private mutating func readName() throws(TemplateError) {
    var end = position
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "_") || isLetter(byte) || isDigit(byte) {
        end += 1
      } else if byte >= 0x80, let scalar = Whitespace.scalar(in: bytes, at: end).flatMap(Unicode.Scalar.init),
        scalar.properties.isXIDContinue
      {
        end += Text.length(ofScalar: byte)
      } else {
        break
      }
    }
    let name = String(decoding: bytes[position..<end], as: UTF8.self)
    guard let first = name.unicodeScalars.first, first == "_" || first.properties.isXIDStart else {
      throw failure("a character that no name may have")
    }
    emit(.name(name))
    advance(to: end)
  }

  private mutating func readSymbol() throws(TemplateError) {
    for length in [2, 1] where position + length <= bytes.count {
      let text = String(decoding: bytes[position..<(position + length)], as: UTF8.self)
      guard let symbol = Token.Symbol(rawValue: text) else { continue }
      try balance(bytes[position], isSingle: length == 1)
      emit(.symbol(symbol))
      advance(to: position + length)
      return
    }
    throw failure("unexpected character '\(String(decoding: bytes[position...position], as: UTF8.self))'")
  }

  private mutating func balance(_ byte: UInt8, isSingle: Bool) throws(TemplateError) {
    guard isSingle else { return }
    switch byte {
    case UInt8(ascii: "("): brackets.append(UInt8(ascii: ")"))
    case UInt8(ascii: "["): brackets.append(UInt8(ascii: "]"))
    case UInt8(ascii: "{"): brackets.append(UInt8(ascii: "}"))
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      let expected = brackets.popLast()
      if expected != byte {
        let due = expected.map { ", expected '\(Character(Unicode.Scalar($0)))'" } ?? ""
        throw failure("unexpected '\(Character(Unicode.Scalar(byte)))'" + due)
      }
    default: break
    }
  }

  // MARK: - Numbers

  private mutating func readNumber() throws(TemplateError) {
    if let end = endOfFraction() {
      let digits = String(decoding: bytes[position..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
      guard let value = Double(digits), value.isFinite else {
        throw failure("a number too large for 64-bit floating point")
      }
      emit(.number(value))
      advance(to: end)
      return
    }
    var radix = 10
    var start = position
    if bytes[position] == UInt8(ascii: "0"), position + 1 < bytes.count {
      switch bytes[position + 1] | 0x20 {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "o"): radix = 8
      case UInt8(ascii: "b"): radix = 2
      default: break
      }
    }
    if radix != 10 {
      start += 2
      if start < bytes.count, bytes[start] == UInt8(ascii: "_") { start += 1 }
    }
    var end = endOfDigits(from: start, radix: radix)
    if end == start {  // "0x" without a digit: a zero, then a name.
      (radix, start, end) = (10, position, position + 1)
    } else if radix == 10, bytes[start] == UInt8(ascii: "0") {  // "012": a zero, then 12.
      end = start + 1
      while end < bytes.count, bytes[end] == UInt8(ascii: "0") { end += 1 }
    }
    let digits = String(decoding: bytes[start..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    guard let value = Int(digits, radix: radix) else { throw failure("an integer too large for 64 bits") }
    emit(.integer(value))
    advance(to: end)
  }

  /// The end of a run of digits, single underscores between them.
  private func endOfDigits(from start: Int, radix: Int = 10) -> Int {
    func isDigit(_ offset: Int) -> Bool {
      guard offset < bytes.count, let value = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
        return false
      }
      return value < radix
    }
    var end = start
    while isDigit(end) || (end > start && end < bytes.count && bytes[end] == UInt8(ascii: "_") && isDigit(end + 1)) {
      end += 1
    }
    return end
  }

  /// The end of a number with fraction or exponent, if this is one. After a dot, digits are an index: `x.0.1`.
  private func endOfFraction() -> Int? {
    if position > 0, bytes[position - 1] == UInt8(ascii: ".") { return nil }
    let whole = endOfDigits(from: position)
    var end = whole
    if end < bytes.count, bytes[end] == UInt8(ascii: ".") {
      let fraction = endOfDigits(from: end + 1)
      if fraction > end + 1 { end = fraction }
    }
    if end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
      var digits = end + 1
      if digits < bytes.count, bytes[digits] == UInt8(ascii: "+") || bytes[digits] == UInt8(ascii: "-") { digits += 1 }
      let exponent = endOfDigits(from: digits)
      if exponent > digits { end = exponent }
    }
    return end > whole ? end : nil
  }

  // MARK: - Strings

  private mutating func readString(quote: UInt8) throws(TemplateError) {
    var content: [UInt8] = []
    var offset = position + 1
    while offset < bytes.count, bytes[offset] != quote {
      if bytes[offset] == UInt8(ascii: "\\"), offset + 1 < bytes.count {
        offset = try readEscape(at: offset + 1, into: &content)
      } else {
        content.append(bytes[offset])
        offset += 1
      }
    }
    guard offset < bytes.count else { throw failure("a string has no end") }
    emit(.string(content))
    advance(to: offset + 1)
  }

  /// What follows a backslash. Returns where it ends.
  private func readEscape(at offset: Int, into content: inout [UInt8]) throws(TemplateError) -> Int {
    switch bytes[offset] {
    case 0x0A: break
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): content.append(bytes[offset])
    case UInt8(ascii: "a"): content.append(0x07)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "v"): content.append(0x0B)
    case UInt8(ascii: "x"): return try readCodePoint(from: offset + 1, digits: 2, into: &content)
    case UInt8(ascii: "u"): return try readCodePoint(from: offset + 1, digits: 4, into: &content)
    case UInt8(ascii: "U"): return try readCodePoint(from: offset + 1, digits: 8, into: &content)
    case UInt8(ascii: "N"): throw failure("'\\N' in a string: write the character itself instead of its name")
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var end = offset
      while end < min(offset + 3, bytes.count), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[end]) {
        end += 1
      }
      try append(UInt32(String(decoding: bytes[offset..<end], as: UTF8.self), radix: 8), to: &content)
      return end
    case 0x80...:
      // Python spells the character in ASCII first, whose backslash the one before it then escapes.
      guard let scalar = Whitespace.scalar(in: bytes, at: offset) else { break }
      let digits = String(scalar, radix: 16)
      let (letter, width) = scalar < 0x100 ? ("x", 2) : scalar < 0x10000 ? ("u", 4) : ("U", 8)
      content.append(contentsOf: ("\\" + letter + String(repeating: "0", count: width - digits.count) + digits).utf8)
      return offset + Text.length(ofScalar: bytes[offset])
    default: content.append(contentsOf: [UInt8(ascii: "\\"), bytes[offset]])
    }
    return offset + 1
  }

  private func readCodePoint(from start: Int, digits: Int, into content: inout [UInt8]) throws(TemplateError) -> Int {
    let end = start + digits
    guard end <= bytes.count, bytes[start..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
      throw failure("a '\\x', '\\u' or '\\U' in a string without its 2, 4 or 8 digits")
    }
    try append(UInt32(String(decoding: bytes[start..<end], as: UTF8.self), radix: 16), to: &content)
    return end
  }

  private func append(_ value: UInt32?, to content: inout [UInt8]) throws(TemplateError) {
    guard let scalar = value.flatMap(Unicode.Scalar.init) else {
      throw failure("a code point in a string that is no character")
    }
    content.append(contentsOf: String(Character(scalar)).utf8)
  }
}
