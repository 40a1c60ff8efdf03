extension JSONReader {
  /// The string that a token stands for.
  public func string(_ token: StringToken) -> String {
    if token.hasEscapes { return String(decoding: unescaped(token.range), as: UTF8.self) }
    return String(decoding: bytes[token.range], as: UTF8.self)
  }

  /// The UTF-8 bytes of the string that a token stands for.
  public func utf8(_ token: StringToken) -> [UInt8] {
    token.hasEscapes ? unescaped(token.range) : Array(bytes[token.range])
  }

  /// Whether a token stands for this string, byte for byte, without making a `String` of it.
  public func equals(_ token: StringToken, _ text: String) -> Bool {
    if token.hasEscapes { return unescaped(token.range).elementsEqual(text.utf8) }
    return text.utf8.count == token.range.count && bytes[token.range].elementsEqual(text.utf8)
  }

  /// Passes over a string, whose opening quote is next, and checks its escapes.
  mutating func scanString() throws(JSONError) -> StringToken {
    let start = position + 1
    var hasEscapes = false
    var index = start
    while true {
      index = endOfPlainText(from: index)
      guard index < bytes.count else {
        position = start - 1
        throw error("a string without its closing quote")
      }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        position = index + 1
        return StringToken(range: start..<index, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        index = try endOfEscape(at: index)
      default:
        position = index
        throw error("a control character in a string; write it as an escape")
      }
    }
  }

  /// The first quote, backslash or control character at or after `start`; the end of the text if there is none.
  @inline(__always)
  private func endOfPlainText(from start: Int) -> Int {
    let text = bytes.span
    var index = start
    // Eight bytes at a time. A byte of `x` is zero where `(x - 0x01…) & ~x & 0x80…` has its top bit; false hits
    // occur only above a true one, and the lowest is taken.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    while index &+ 8 <= text.count {
      let word = littleEndianWord(in: text, at: index)
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      let hits =
        ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | ((word &- ones &* 0x20) & ~word)
      if hits & tops != 0 { return index &+ (hits & tops).trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < bytes.count, bytes[index] >= 0x20, bytes[index] != 0x22, bytes[index] != 0x5C { index += 1 }
    return index
  }

  /// Checks the escape at `start` and gives the place after it.
  private mutating func endOfEscape(at start: Int) throws(JSONError) -> Int {
    position = start
    guard start + 1 < bytes.count else { throw error("the text ends within an escape") }
    switch bytes[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return start + 2
    case UInt8(ascii: "u"):
      guard let unit = hexadecimal(at: start + 2) else { throw error("\\u needs four hexadecimal digits") }
      guard UTF16.isSurrogate(unit) else { return start + 6 }
      guard UTF16.isLeadSurrogate(unit), start + 7 < bytes.count, bytes[start + 6] == UInt8(ascii: "\\"),
        bytes[start + 7] == UInt8(ascii: "u"), let second = hexadecimal(at: start + 8), UTF16.isTrailSurrogate(second)
      else { throw error("half of a surrogate pair") }
      return start + 12
    default: throw error("an unknown escape; JSON has only \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX")
    }
  }

  private func hexadecimal(at start: Int) -> UInt16? {
    guard start + 4 <= bytes.count else { return nil }
    var value: UInt16 = 0
    for byte in bytes[start..<start + 4] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  /// The bytes of a string whose escapes `scanString` has checked.
  private func unescaped(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
        result.append(bytes[index])
        index += 1
        continue
      }
      let kind = bytes[index + 1]
      index += 2
      switch kind {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = UInt32(hexadecimal(at: index) ?? 0xFFFD)
        index += 4
        if 0xD800..<0xDC00 ~= scalar {
          scalar = 0x10000 + (scalar - 0xD800) << 10 + (UInt32(hexadecimal(at: index + 2) ?? 0xDC00) - 0xDC00)
          index += 6
        }
        result.append(contentsOf: String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
      default: result.append(kind)
      }
    }
    return result
  }
}
