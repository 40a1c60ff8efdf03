import Foundation

extension Evaluator {
  func applyTextFilter(_ filter: Filter, to value: Value) throws(TemplateError) -> Value {
    let text = try text(of: value)
    try charge(bytes: text.bytes.count)
    switch filter {
    case .capitalize: return .text(text.capitalized())
    case .lower: return .text(text.lowercased())
    case .upper: return .text(text.uppercased())
    case .title: return .text(titled(text))
    case .wordcount: return .integer(wordCount(text))
    case .striptags: return try self.text(withoutTags(text))
    case .safe: return .text(text.marked())
    case .e, .escape: return .text(text.isMarkup ? text : try escaped(text))
    case .forceescape: return .text(try escaped(text))
    default: return .text(text)
    }
  }

  /// With HTML's special characters as entities.
  func escaped(_ text: Text) throws(TemplateError) -> Text {
    var builder = TextBuilder()
    var start = 0
    for run in text.runs {
      var bytes: [UInt8] = []
      for byte in text.bytes[start..<run.end] {
        switch byte {
        case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
        case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
        case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
        case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
        case UInt8(ascii: "\""): bytes.append(contentsOf: "&#34;".utf8)
        default: bytes.append(byte)
        }
      }
      try charge(bytes: bytes.count)
      builder.append(bytes, isData: run.isData)
      start = run.end
    }
    return builder.finish().marked()
  }

  /// Words with a capital first; words begin after whitespace and after `-`, `(`, `{`, `[` and `<`.
  private func titled(_ text: Text) -> Text {
    var builder = TextBuilder()
    func isSeparator(_ offset: Int) -> Int {
      let length = Whitespace.length(in: text.bytes, at: offset)
      return length > 0 ? length : "-({[<".utf8.contains(text.bytes[offset]) ? 1 : 0
    }
    var offset = 0
    while offset < text.bytes.count {
      let start = offset
      let wantsSeparator = isSeparator(offset) > 0
      while offset < text.bytes.count, (isSeparator(offset) > 0) == wantsSeparator {
        offset += max(isSeparator(offset), 1)
      }
      let piece = text.slice(start..<offset)
      if wantsSeparator {
        builder.append(piece)
      } else {
        let first = min(piece.scalarLength(at: 0), piece.bytes.count)
        builder.append(piece.slice(0..<first).uppercased())
        builder.append(piece.slice(first..<piece.bytes.count).lowercased())
      }
    }
    return builder.finish().marked(text.isMarkup)
  }

  private func wordCount(_ text: Text) -> Int {
    var count = 0
    var isInWord = false
    for scalar in text.string.unicodeScalars {
      let properties = scalar.properties
      let isWord: Bool =
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: scalar == "_" || properties.numericType != nil
        }
      if isWord, !isInWord { count += 1 }
      isInWord = isWord
    }
    return count
  }

  /// Without tags and comments, each stretch of whitespace as one space, a few entities as their characters.
  private func withoutTags(_ text: Text) -> Text {
    var current = text.marked(false)
    for (opening, closing) in [("<!--", "-->"), ("<", ">")] {
      var builder = TextBuilder()
      var offset = 0
      while let start = current.firstOffset(of: Array(opening.utf8), from: offset),
        let end = current.firstOffset(of: Array(closing.utf8), from: start)
      {
        builder.append(current.slice(offset..<start))
        offset = end + closing.utf8.count
      }
      builder.append(current.slice(offset..<current.bytes.count))
      current = builder.finish()
    }
    var builder = TextBuilder()
    for (index, word) in current.words().enumerated() {
      if index > 0 { builder.appendNeutral(" ") }
      builder.append(word)
    }
    current = builder.finish()
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&amp;", "&")]
    for (entity, character) in entities {
      // The character is from where the entity is from: what a user spelled out so is still the user's.
      var builder = TextBuilder()
      var start = 0
      for offset in current.offsets(of: Array(entity.utf8)) {
        let end = offset + entity.utf8.count
        builder.append(current.slice(start..<offset))
        let isData = current.slice(offset..<end).runs.contains(where: \.isData)
        builder.append(Array(character.utf8), isData: isData)
        start = end
      }
      builder.append(current.slice(start..<current.bytes.count))
      current = builder.finish()
    }
    return current
  }

  func indented(_ value: Value, by width: Value?, first: Bool, blank: Bool) throws(TemplateError) -> Value {
    guard case .text(let text) = value else { throw failure(value, "'indent' needs a string, not a \(value.typeName)") }
    var indentation: Text
    if case .text(let given)? = width {
      indentation = given
    } else {
      let count = max(try integer(width, default: 4), 0)
      try charge(bytes: count)
      indentation = Text([UInt8](repeating: 0x20, count: count), .template)
    }
    try charge(elements: 3 * text.lineCount)
    // Ending with a line break makes an empty string one line, and the last line end as it should.
    let lines = (text + Text("\n")).lines()
    var builder = TextBuilder()
    for (index, line) in lines.enumerated() {
      if index > 0 { builder.append(Text("\n")) }
      if index == 0 ? first : blank || !line.isEmpty {
        try charge(bytes: indentation.bytes.count)
        builder.append(indentation)
      }
      builder.append(line)
    }
    return try self.text(builder.finish().marked(text.isMarkup))
  }

  func truncated(_ value: Value, _ values: [Value?]) throws(TemplateError) -> Value {
    let length = try integer(values[0], default: 255)
    let end = try values[2].map { (value) throws(TemplateError) in try string(value) } ?? Text("...")
    let leeway = try integer(values[3].flatMap { $0.isNone ? nil : $0 }, default: 5)
    guard length >= end.count, leeway >= 0 else {
      throw failure(.invalidOperation, "'truncate' needs a length that holds the ellipsis, and no negative leeway")
    }
    let count = try self.length(of: value)
    if count.subtractingReportingOverflow(leeway).partialValue <= length { return value }
    let kept = try slice(value, start: .none, stop: .integer(length - end.count), step: .none)
    guard case .text(let text) = kept else { throw failure(value, "'truncate' needs a string") }
    if values[1]?.isTrue ?? false { return try self.text(text + end) }
    let cut = text.lastOffset(of: [0x20]).map { text.slice(0..<$0) } ?? text
    return try self.text(cut + end)
  }

  func applyFormat(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let format = try text(of: value)
    if arguments.named.isEmpty { return try text(try formatted(format, with: try tuple(arguments.positional))) }
    guard arguments.positional.isEmpty else {
      throw failure(.invalidOperation, "'format' takes values by position or by name, not both")
    }
    var builder = DictionaryBuilder()
    for (name, value) in arguments.named { builder.set(Text(name), to: value) }
    return try text(try formatted(format, with: try dictionary(builder)))
  }

  // MARK: - For the web

  func urlEncoded(_ value: Value) throws(TemplateError) -> Value {
    var pairs: [(Value, Value)] = []
    if case .dictionary(let dictionary) = value {
      pairs = Array(zip(dictionary.keys, dictionary.values))
    } else if case .text = value {
      return try text(try quoted(value, isQuery: false))
    } else if var elements = ElementIterator(value) {
      while let element = try elements.next(self) {
        let parts = try array(element)
        guard parts.count == 2 else { throw failure(.invalidOperation, "'urlencode' needs pairs of key and value") }
        pairs.append((parts[0], parts[1]))
      }
    } else {
      return try text(try quoted(value, isQuery: false))
    }
    var builder = TextBuilder()
    for (index, (key, value)) in pairs.enumerated() {
      if index > 0 { builder.appendNeutral("&") }
      builder.append(try quoted(key, isQuery: true))
      builder.appendNeutral("=")
      builder.append(try quoted(value, isQuery: true))
    }
    return try text(builder.finish())
  }

  private func quoted(_ value: Value, isQuery: Bool) throws(TemplateError) -> Text {
    let text = try text(of: value)
    var builder = TextBuilder()
    var start = 0
    for run in text.runs {
      var bytes: [UInt8] = []
      for byte in text.bytes[start..<run.end] {
        let character = Character(Unicode.Scalar(byte))
        if byte < 0x80, character.isLetter || character.isNumber || "_.-~".contains(character) {
          bytes.append(byte)
        } else if isQuery ? byte == 0x20 : byte == UInt8(ascii: "/") {
          bytes.append(isQuery ? UInt8(ascii: "+") : byte)
        } else {
          let digits = String(byte, radix: 16, uppercase: true)
          bytes.append(contentsOf: ("%" + (digits.count < 2 ? "0" : "") + digits).utf8)
        }
      }
      try charge(bytes: bytes.count)
      builder.append(bytes, isData: run.isData)
      start = run.end
    }
    return builder.finish()
  }

  func xmlAttributes(_ value: Value, startsWithSpace: Bool) throws(TemplateError) -> Value {
    guard case .dictionary(let dictionary) = value else { throw failure(value, "'xmlattr' needs a mapping") }
    var builder = TextBuilder()
    for (key, value) in zip(dictionary.keys, dictionary.values) where !value.isNone && !value.isUndefined {
      let name = try string(key)
      if name.bytes.contains(where: { ($0 < 0x80 && Whitespace.isWhitespace(UInt32($0))) || "/>=".utf8.contains($0) }) {
        throw failure(.invalidOperation, "'\(name.string)' is no name for an attribute")
      }
      if !builder.bytes.isEmpty || startsWithSpace { builder.appendNeutral(" ") }
      builder.append(try escaped(name))
      builder.appendNeutral("=\"")
      let text = try text(of: value)
      builder.append(text.isMarkup ? text : try escaped(text))
      builder.appendNeutral("\"")
    }
    return try text(builder.finish())
  }

  func fileSize(_ value: Value, isBinary: Bool) throws(TemplateError) -> Value {
    guard let bytes = try float(value) else { throw failure(value, "'filesizeformat' needs a number") }
    let base: Double = isBinary ? 1024 : 1000
    if bytes == 1 { return .text("1 Byte") }
    if bytes < base {
      guard let whole = Int(exactly: bytes.rounded(.towardZero)) else { throw failure(.invalidOperation, "no size") }
      return .text("\(whole) Bytes")
    }
    var unit = base
    var prefix: Character = "k"
    for candidate in isBinary ? "KMGTPEZY" : "kMGTPEZY" {
      unit *= base
      prefix = candidate
      if bytes < unit { break }
    }
    return .text(String(format: "%.1f", base * bytes / unit) + " \(prefix)\(isBinary ? "i" : "")B")
  }
}
