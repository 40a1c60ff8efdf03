extension Text {
  /// The byte offset of a code point, or the end where there are fewer.
  func offset(ofScalar index: Int) -> Int {
    if index <= 0 { return 0 }
    var left = index
    for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
      if left == 0 { return offset }
      left -= 1
    }
    return bytes.count
  }

  /// How many bytes the code point at an offset has.
  func scalarLength(at offset: Int) -> Int { Text.length(ofScalar: bytes[offset]) }

  static func length(ofScalar first: UInt8) -> Int { first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4 }

  /// Each code point as a string of its own.
  func characters() -> [Text] {
    var result: [Text] = []
    result.reserveCapacity(bytes.count)
    var offset = 0
    while offset < bytes.count {
      let next = min(offset + scalarLength(at: offset), bytes.count)
      result.append(slice(offset..<next))
      offset = next
    }
    return result
  }

  /// Where a string occurs first, as a byte offset. Linear in the lengths of both.
  func firstOffset(of needle: [UInt8], from start: Int = 0, to end: Int? = nil) -> Int? {
    Matcher(needle).firstOffset(in: bytes, from: start, to: end ?? bytes.count)
  }

  /// Where a string occurs last, as a byte offset.
  func lastOffset(of needle: [UInt8], from start: Int = 0, to end: Int? = nil) -> Int? {
    let end = end ?? bytes.count
    if needle.isEmpty { return start <= end ? end : nil }
    return start <= end ? offsetsFromEnd(of: needle, in: start..<end, limit: 1).first : nil
  }

  /// The byte offsets of occurrences that do not overlap, from the last one on, at most so many.
  func offsetsFromEnd(of needle: [UInt8], in range: Range<Int>, limit: Int = .max) -> [Int] {
    let matcher = Matcher(needle.reversed())
    let reversed = Array(bytes[range].reversed())
    var result: [Int] = []
    var start = 0
    while result.count < limit, let offset = matcher.firstOffset(in: reversed, from: start, to: reversed.count) {
      start = offset + needle.count
      result.append(range.upperBound - start)
    }
    return result
  }

  func contains(_ needle: Text) -> Bool { firstOffset(of: needle.bytes) != nil }

  /// The byte offsets of all occurrences that do not overlap, at most so many.
  func offsets(of needle: [UInt8], limit: Int = .max) -> [Int] {
    let matcher = Matcher(needle)
    var result: [Int] = []
    var start = 0
    while result.count < limit, let offset = matcher.firstOffset(in: bytes, from: start, to: bytes.count) {
      result.append(offset)
      start = offset + needle.count
    }
    return result
  }

  /// How often a string occurs without overlap.
  func occurrences(of needle: [UInt8]) -> Int {
    let matcher = Matcher(needle)
    var (count, start) = (0, 0)
    while let offset = matcher.firstOffset(in: bytes, from: start, to: bytes.count) {
      (count, start) = (count + 1, offset + needle.count)
    }
    return count
  }

  /// How many words there are between whitespace.
  var wordCount: Int {
    var (count, offset) = (0, Whitespace.end(in: bytes, from: 0))
    while offset < bytes.count {
      while offset < bytes.count, Whitespace.length(in: bytes, at: offset) == 0 { offset += 1 }
      (count, offset) = (count + 1, Whitespace.end(in: bytes, from: offset))
    }
    return count
  }

  /// The pieces between occurrences of a separator, at most `limit` + 1.
  func split(by separator: [UInt8], limit: Int = .max) -> [Text] {
    var result: [Text] = []
    var start = 0
    for offset in offsets(of: separator, limit: limit) {
      result.append(slice(start..<offset))
      start = offset + separator.count
    }
    result.append(slice(start..<bytes.count))
    return result
  }

  /// The words between whitespace, at most `limit` + 1, the last then with all that is left.
  func words(limit: Int = .max) -> [Text] {
    var result: [Text] = []
    var offset = Whitespace.end(in: bytes, from: 0)
    while offset < bytes.count {
      if result.count == limit {
        result.append(slice(offset..<Whitespace.start(in: bytes, before: bytes.count, downTo: offset)))
        break
      }
      let start = offset
      while offset < bytes.count, Whitespace.length(in: bytes, at: offset) == 0 { offset += 1 }
      result.append(slice(start..<offset))
      offset = Whitespace.end(in: bytes, from: offset)
    }
    return result
  }

  /// How many lines there are at most.
  var lineCount: Int {
    var count = 1
    for offset in bytes.indices where Whitespace.lineBreakLength(in: bytes, at: offset) > 0 { count += 1 }
    return count
  }

  /// The lines, without their ends unless `keepsEnds`; the kinds of line break are Python's.
  func lines(keepsEnds: Bool = false) -> [Text] {
    var result: [Text] = []
    var start = 0
    var offset = 0
    while offset < bytes.count {
      let length = Whitespace.lineBreakLength(in: bytes, at: offset)
      if length > 0 {
        result.append(slice(start..<(keepsEnds ? offset + length : offset)))
        start = offset + length
      }
      offset += max(length, 1)
    }
    if start < bytes.count { result.append(slice(start..<bytes.count)) }
    return result
  }
}

/// Looks for one string in others. Knuth, Morris and Pratt's method keeps long patterns from costing a product.
private struct Matcher {
  private let needle: [UInt8]
  private var fallback: [Int] = []

  init(_ needle: some Sequence<UInt8>) {
    self.needle = Array(needle)
    guard self.needle.count > 1 else { return }
    fallback = Array(repeating: 0, count: self.needle.count)
    var matched = 0
    for index in 1..<self.needle.count {
      while matched > 0, self.needle[index] != self.needle[matched] { matched = fallback[matched - 1] }
      if self.needle[index] == self.needle[matched] { matched += 1 }
      fallback[index] = matched
    }
  }

  func firstOffset(in bytes: [UInt8], from start: Int, to end: Int) -> Int? {
    guard let first = needle.first else { return start <= end ? start : nil }
    if end - start < needle.count { return nil }
    if needle.count == 1 { return bytes[start..<end].firstIndex(of: first) }
    var matched = 0
    for offset in start..<end {
      let byte = bytes[offset]
      while matched > 0, byte != needle[matched] { matched = fallback[matched - 1] }
      if byte == needle[matched] { matched += 1 }
      if matched == needle.count { return offset - needle.count + 1 }
    }
    return nil
  }
}
