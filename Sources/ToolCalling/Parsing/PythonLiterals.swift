import JSONParsing

/// The arguments of a Python call, `a=1, b=["x", None]`, when all are literals. JSON's `true`, `false` and `null`, and its
/// `\/` and surrogate pairs, count as well.
struct PythonLiterals {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  private static let maximumDepth = 64

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// All arguments by their names, or nil if anything else is there. Of two with one name, the last counts.
  mutating func arguments() -> JSONObject? {
    var arguments = JSONObject()
    while next() != nil {
      guard let name = word(), pass("="), let value = value(depth: 0) else { return nil }
      arguments[name] = value
      guard pass(",") || next() == nil else { return nil }
    }
    return arguments
  }

  private mutating func value(depth: Int) -> JSONValue? {
    guard depth < Self.maximumDepth, let byte = next() else { return nil }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return string().map { .string($0) }
    case UInt8(ascii: "["): return list(closedBy: "]", depth: depth)
    case UInt8(ascii: "("): return list(closedBy: ")", depth: depth)
    case UInt8(ascii: "{"): return dictionary(depth: depth)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."): return number()
    default:
      switch word() {
      case "True", "true": return true
      case "False", "false": return false
      case "None", "null": return .null
      default: return nil
      }
    }
  }

  private mutating func list(closedBy closer: Unicode.Scalar, depth: Int) -> JSONValue? {
    position += 1
    var elements: [JSONValue] = []
    while !pass(closer) {
      guard let element = value(depth: depth + 1) else { return nil }
      elements.append(element)
      guard pass(",") || next() == UInt8(ascii: closer) else { return nil }
    }
    return .array(elements)
  }

  private mutating func dictionary(depth: Int) -> JSONValue? {
    position += 1
    var members = JSONObject()
    while !pass("}") {
      _ = next()
      guard let key = string(), pass(":"), let value = value(depth: depth + 1) else { return nil }
      members[key] = value
      guard pass(",") || next() == UInt8(ascii: "}") else { return nil }
    }
    return .object(members)
  }

  private mutating func number() -> JSONValue? {
    let start = position
    while let byte = byte(position), byte.isNameByte || byte == UInt8(ascii: "+") { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let whole = Int(text) { return .integer(whole) }
    // Swift reads more as numbers than Python does: "0x1p3", "nan", "infinity".
    guard text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }), let value = Double(text), value.isFinite else {
      return nil
    }
    return .number(value)
  }

  private mutating func word() -> String? {
    _ = next()
    let start = position
    while let byte = byte(position), byte.isNameByte { position += 1 }
    return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
  }

  private mutating func pass(_ scalar: Unicode.Scalar) -> Bool {
    guard next() == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  /// The next byte that is not white space, without passing it.
  private mutating func next() -> UInt8? {
    while let byte = byte(position), byte.isSpace { position += 1 }
    return byte(position)
  }

  private func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }

  // MARK: - Strings

  private mutating func string() -> String? {
    guard let quote = byte(position), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    position += 1
    var text: [UInt8] = []
    while let byte = byte(position) {
      position += 1
      if byte == quote { return String(decoding: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\") {
        guard appendEscape(to: &text) else { return nil }
      } else {
        text.append(byte)
      }
    }
    return nil
  }

  private mutating func appendEscape(to text: inout [UInt8]) -> Bool {
    guard let kind = byte(position) else { return false }
    position += 1
    switch kind {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "\n"): break
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "/"): text.append(kind)
    case UInt8(ascii: "x"): return appendScalar(digits: 2, to: &text)
    case UInt8(ascii: "u"): return appendScalar(digits: 4, to: &text)
    case UInt8(ascii: "U"): return appendScalar(digits: 8, to: &text)
    default: text += [UInt8(ascii: "\\"), kind]
    }
    return true
  }

  private mutating func appendScalar(digits: Int, to text: inout [UInt8]) -> Bool {
    guard var value = hexadecimal(digits) else { return false }
    if 0xD800..<0xDC00 ~= value {
      guard byte(position) == UInt8(ascii: "\\"), byte(position + 1) == UInt8(ascii: "u") else { return false }
      position += 2
      guard let second = hexadecimal(4), 0xDC00..<0xE000 ~= second else { return false }
      value = 0x10000 + (value - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { return false }
    text.append(contentsOf: String(scalar).utf8)
    return true
  }

  private mutating func hexadecimal(_ count: Int) -> UInt32? {
    guard position + count <= bytes.endIndex else { return nil }
    let digits = bytes[position..<(position + count)]
    position += count
    // `UInt32(_:radix:)` would take a sign.
    guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
