extension Evaluator {
  /// Without whitespace, or without certain characters, at the ends.
  func stripped(_ text: Text, of characters: Value?, start: Bool = true, end: Bool = true) throws(TemplateError) -> Text
  {
    let bytes = text.bytes
    try charge(bytes: text.size)
    guard let characters, !characters.isNone else {
      let first = start ? Whitespace.end(in: bytes, from: 0) : 0
      let last = end ? Whitespace.start(in: bytes, before: bytes.count, downTo: first) : bytes.count
      return text.slice(first..<last)
    }
    let set = Set(try string(characters).string.unicodeScalars.map(\.value))
    var first = 0
    while start, first < bytes.count, let scalar = Whitespace.scalar(in: bytes, at: first), set.contains(scalar) {
      first += text.scalarLength(at: first)
    }
    var last = bytes.count
    while end, last > first {
      var previous = last - 1
      while previous > first, bytes[previous] & 0xC0 == 0x80 { previous -= 1 }
      guard let scalar = Whitespace.scalar(in: bytes, at: previous), set.contains(scalar) else { break }
      last = previous
    }
    return text.slice(first..<last)
  }

  func split(_ text: Text, by separator: Value?, limit: Value?, fromEnd: Bool) throws(TemplateError) -> Value {
    let number = try integer(limit, default: -1)
    let limit = number < 0 ? Int.max : number
    guard let separator, !separator.isNone else {
      try charge(elements: 3 * min(text.wordCount, limit))
      var words = fromEnd ? text.words() : text.words(limit: limit)
      if fromEnd, words.count > limit { words = lastWords(text, limit) }
      return try list(words.map { .text($0) })
    }
    let needle = try string(separator)
    if needle.isEmpty { throw failure(.invalidOperation, "the separator to split by is empty") }
    try charge(elements: 3 * min(text.occurrences(of: needle.bytes), limit))
    guard fromEnd else { return try list(text.split(by: needle.bytes, limit: limit).map { .text($0) }) }
    var pieces: [Value] = []
    var end = text.bytes.count
    for offset in text.offsetsFromEnd(of: needle.bytes, in: 0..<end, limit: limit) {
      pieces.append(.text(text.slice((offset + needle.bytes.count)..<end)))
      end = offset
    }
    pieces.append(.text(text.slice(0..<end)))
    return try list(pieces.reversed())
  }

  /// The last words, before them all that is left.
  private func lastWords(_ text: Text, _ limit: Int) -> [Text] {
    var words: [Text] = []
    var end = Whitespace.start(in: text.bytes, before: text.bytes.count)
    while words.count < limit {
      var start = end
      while start > 0, Whitespace.start(in: text.bytes, before: start) == start { start -= 1 }
      words.append(text.slice(start..<end))
      end = Whitespace.start(in: text.bytes, before: start)
    }
    if end > 0 { words.append(text.slice(0..<end)) }
    return words.reversed()
  }

  func partition(_ text: Text, by separator: Text, fromEnd: Bool) throws(TemplateError) -> Value {
    if separator.isEmpty { throw failure(.invalidOperation, "the separator to split by is empty") }
    let found = fromEnd ? text.lastOffset(of: separator.bytes) : text.firstOffset(of: separator.bytes)
    guard let offset = found else {
      return try tuple(
        fromEnd ? [.text(.empty), .text(.empty), .text(text)] : [.text(text), .text(.empty), .text(.empty)])
    }
    let end = offset + separator.bytes.count
    return try tuple([
      .text(text.slice(0..<offset)), .text(text.slice(offset..<end)), .text(text.slice(end..<text.bytes.count)),
    ])
  }

  // MARK: - Searching

  /// The bytes between two code points, counted from the end where negative; nil where the start lies beyond.
  private func range(_ text: Text, _ start: Value?, _ end: Value?) throws(TemplateError) -> Range<Int>? {
    let isWhole = (start?.isNone ?? true) && (end?.isNone ?? true)
    if isWhole { return 0..<text.bytes.count }
    let count = text.count
    func bound(_ value: Value?, _ fallback: Int) throws(TemplateError) -> Int {
      guard let value, !value.isNone else { return fallback }
      let index = try integer(value, default: fallback)
      return max(index < 0 ? index + count : index, 0)
    }
    let first = try bound(start, 0)
    let last = min(try bound(end, count), count)
    guard first <= last else { return nil }
    return text.offset(ofScalar: first)..<text.offset(ofScalar: last)
  }

  func hasAffix(_ text: Text, _ values: [Value?], atEnd: Bool) throws(TemplateError) -> Bool {
    guard let range = try range(text, values[1], values[2]) else { return false }
    var affixes: [Value] = []
    if case .tuple(let elements)? = values[0] { affixes = elements.values } else { affixes = [values[0] ?? .none] }
    let piece = text.bytes[range]
    for value in affixes {
      let affix = try string(value).bytes
      if atEnd ? piece.suffix(affix.count).elementsEqual(affix) : piece.starts(with: affix) { return true }
    }
    return false
  }

  func search(_ method: TextMethod, _ text: Text, _ values: [Value?]) throws(TemplateError) -> Value {
    let needle = try string(values[0] ?? .none).bytes
    let range = try range(text, values[1], values[2])
    if method == .count {
      guard let range else { return .integer(0) }
      let piece = text.slice(range)
      return .integer(needle.isEmpty ? piece.count + 1 : piece.offsets(of: needle).count)
    }
    let isFromEnd = method == .rfind || method == .rindex
    let found = range.flatMap {
      isFromEnd
        ? text.lastOffset(of: needle, from: $0.lowerBound, to: $0.upperBound)
        : text.firstOffset(of: needle, from: $0.lowerBound, to: $0.upperBound)
    }
    if let found { return .integer(text.slice(0..<found).count) }
    if method == .find || method == .rfind { return .integer(-1) }
    throw failure(.invalidOperation, "'\(method.rawValue)' does not find the substring")
  }
}
