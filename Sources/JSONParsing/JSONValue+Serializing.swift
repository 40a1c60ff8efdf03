extension JSONValue {
  /// The value as JSON text.
  ///
  /// Characters outside ASCII stay as they are; only quotes, backslashes and control characters are escaped.
  /// Numbers are written with as many digits as it takes to read the same number again. JSON has no infinities and
  /// no NaN: they become `null`, as JavaScript and Rust's serde write them.
  /// - Parameter pretty: a line for each member and element, indented by two spaces, as Hugging Face writes its
  ///   files; otherwise one line with a space after `,` and `:`, as Python does.
  public func serialized(pretty: Bool = false) -> String {
    String(decoding: serializedBytes(pretty: pretty), as: UTF8.self)
  }

  /// The UTF-8 bytes of `serialized(pretty:)`.
  /// - Parameter compact: without any space, for a protocol's messages. Counts only when `pretty` is false.
  public func serializedBytes(pretty: Bool = false, compact: Bool = false) -> [UInt8] {
    var serializer = Serializer(pretty: pretty, compact: compact)
    serializer.write(self, indentation: 0)
    return serializer.bytes
  }
}

private struct Serializer {
  var bytes: [UInt8] = []
  let pretty: Bool
  let compact: Bool

  init(pretty: Bool, compact: Bool) {
    self.pretty = pretty
    self.compact = compact
  }

  mutating func write(_ value: JSONValue, indentation: Int) {
    switch value {
    case .null: write("null")
    case .bool(let value): write(value ? "true" : "false")
    case .integer(let value): write(String(value))
    case .number(let value): write(value.isFinite ? String(value) : "null")
    case .string(let value): writeQuoted(value)
    case .array(let elements):
      writeList("[", "]", count: elements.count, indentation: indentation) { serializer, index in
        serializer.write(elements[index], indentation: indentation + 1)
      }
    case .object(let object):
      writeList("{", "}", count: object.count, indentation: indentation) { serializer, index in
        serializer.writeQuoted(object.keys[index])
        serializer.write(serializer.compact && !serializer.pretty ? ":" : ": ")
        serializer.write(object.values[index], indentation: indentation + 1)
      }
    }
  }

  private mutating func writeList(
    _ open: String, _ close: String, count: Int, indentation: Int, _ writeItem: (inout Serializer, Int) -> Void
  ) {
    write(open)
    for index in 0..<count {
      if index > 0 { write(pretty || compact ? "," : ", ") }
      if pretty { startLine(indentation + 1) }
      writeItem(&self, index)
    }
    if pretty && count > 0 { startLine(indentation) }
    write(close)
  }

  private mutating func startLine(_ indentation: Int) {
    write("\n")
    for _ in 0..<indentation { write("  ") }
  }

  private mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func writeQuoted(_ text: String) {
    write("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write("\\\"")
      case UInt8(ascii: "\\"): write("\\\\")
      case 0x0A: write("\\n")
      case 0x0D: write("\\r")
      case 0x09: write("\\t")
      case 0x08: write("\\b")
      case 0x0C: write("\\f")
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        write("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: bytes.append(byte)
      }
    }
    write("\"")
  }
}
