extension Evaluator {
  /// Python's `format.format(…)`.
  func formatted(_ format: Text, _ arguments: Arguments, level: Int = 0) throws(TemplateError) -> Text {
    var automatic = 0
    return try formatted(format, arguments, level: level, &automatic)
  }

  private func formatted(
    _ format: Text, _ arguments: Arguments, level: Int, _ automatic: inout Int
  ) throws(TemplateError) -> Text {
    if level > 2 { throw failure(.invalidOperation, "a format nests too deep") }
    let bytes = format.bytes
    var builder = TextBuilder()
    var offset = 0
    while offset < bytes.count {
      let start = offset
      while offset < bytes.count, bytes[offset] != UInt8(ascii: "{"), bytes[offset] != UInt8(ascii: "}") { offset += 1 }
      builder.append(format.slice(start..<offset))
      guard offset < bytes.count else { break }
      if offset + 1 < bytes.count, bytes[offset + 1] == bytes[offset] {
        builder.append(format.slice(offset..<(offset + 1)))
        offset += 2
        continue
      }
      guard bytes[offset] == UInt8(ascii: "{") else { throw failure(.invalidOperation, "a single '}' in a format") }
      var end = offset + 1
      var open = 1
      while end < bytes.count {
        if bytes[end] == UInt8(ascii: "{") { open += 1 }
        if bytes[end] == UInt8(ascii: "}") { open -= 1 }
        if open == 0 { break }
        end += 1
      }
      guard end < bytes.count else { throw failure(.invalidOperation, "a '{' in a format has no '}'") }
      builder.append(try replacement(format.slice((offset + 1)..<end), arguments, level: level, &automatic))
      offset = end + 1
    }
    return builder.finish()
  }

  /// What stands for `name!conversion:specification`.
  private func replacement(
    _ field: Text, _ arguments: Arguments, level: Int, _ automatic: inout Int
  ) throws(TemplateError) -> Text {
    var name = field
    var specification = Text.empty
    var conversion: UInt8?
    let nameEnd = field.bytes.firstIndex { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "!") } ?? field.bytes.count
    name = field.slice(0..<nameEnd)
    var rest = field.slice(nameEnd..<field.bytes.count)
    if rest.bytes.first == UInt8(ascii: "!") {
      guard rest.bytes.count >= 2 else { throw failure(.invalidOperation, "a format ends after '!'") }
      conversion = rest.bytes[1]
      rest = rest.slice(2..<rest.bytes.count)
      if let next = rest.bytes.first, next != UInt8(ascii: ":") {
        throw failure(.invalidOperation, "a format needs ':' after the conversion")
      }
    }
    if !rest.isEmpty { specification = rest.slice(1..<rest.bytes.count) }
    let value = try fieldValue(name, arguments, &automatic)
    specification = try formatted(specification, arguments, level: level + 1, &automatic)
    switch conversion {
    case nil: return try formatted(value, specification)
    case UInt8(ascii: "s"): return try formatted(.text(try text(of: value)), specification)
    case UInt8(ascii: "r"): return try formatted(.text(try repr(value)), specification)
    default: throw failure(.invalidOperation, "a format's conversion must be 's' or 'r'")
    }
  }

  private func fieldValue(_ name: Text, _ arguments: Arguments, _ automatic: inout Int) throws(TemplateError) -> Value {
    let bytes = name.bytes
    var end = bytes.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? bytes.count
    let first = name.slice(0..<end).string
    var value: Value
    let index: Int?
    if first.isEmpty {
      index = automatic
      automatic += 1
    } else {
      index = Int(first)
    }
    if let index {
      guard arguments.positional.indices.contains(index) else {
        throw failure(.invalidOperation, "a format refers to value \(index), which is not there")
      }
      value = arguments.positional[index]
    } else {
      guard let found = arguments.named.first(where: { $0.name == first }) else {
        throw failure(.invalidOperation, "a format refers to '\(first)', which is not there")
      }
      value = found.value
    }
    while end < bytes.count {
      if bytes[end] == UInt8(ascii: ".") {
        let start = end + 1
        end = bytes[start...].firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? bytes.count
        value = try attribute(AttributeName(name.slice(start..<end).string), of: value)
      } else {
        guard bytes[end] == UInt8(ascii: "["), let close = bytes[end...].firstIndex(of: UInt8(ascii: "]")) else {
          throw failure(.invalidOperation, "a format has a '[' without ']'")
        }
        let key = name.slice((end + 1)..<close)
        value = try item(Int(key.string).map { .integer($0) } ?? .text(key), of: value)
        end = close + 1
      }
    }
    return value
  }

  /// Python's `format(value, specification)`.
  private func formatted(_ value: Value, _ specification: Text) throws(TemplateError) -> Text {
    if specification.isEmpty { return try text(of: value) }
    var spec = ValueFormat()
    let characters = specification.characters()
    var index = 0
    func byte(_ offset: Int) -> UInt8? { offset < characters.count ? characters[offset].bytes.first : nil }
    func isAlignment(_ byte: UInt8?) -> Bool { byte.map { "<>^=".utf8.contains($0) } ?? false }
    func number() -> Int? {
      var value: Int?
      while let digit = byte(index), digit &- 0x30 < 10 {
        value = min((value ?? 0) * 10 + Int(digit - 0x30), Int(Int32.max))
        index += 1
      }
      return value
    }
    if isAlignment(byte(1)) {
      (spec.fill, spec.alignment, index) = (characters[0], byte(1), 2)
    } else if isAlignment(byte(0)) {
      (spec.alignment, index) = (byte(0), 1)
    }
    if let sign = byte(index), "+- ".utf8.contains(sign) { (spec.sign, index) = (sign, index + 1) }
    if byte(index) == UInt8(ascii: "#") { (spec.isAlternate, index) = (true, index + 1) }
    if byte(index) == UInt8(ascii: "0") {
      index += 1
      if spec.alignment == nil { (spec.fill, spec.alignment) = (Text("0"), UInt8(ascii: "=")) }
    }
    spec.width = number() ?? 0
    if let mark = byte(index), mark == UInt8(ascii: ",") || mark == UInt8(ascii: "_") {
      (spec.grouping, index) = (mark, index + 1)
    }
    if byte(index) == UInt8(ascii: ".") {
      index += 1
      guard let precision = number() else { throw failure(.invalidOperation, "a format's precision is missing") }
      spec.precision = precision
    }
    spec.type = 0
    if let type = byte(index) { (spec.type, index) = (type, index + 1) }
    guard index == characters.count else {
      throw failure(.invalidOperation, "'\(specification.string)' is no format")
    }
    switch value {
    case .text(let text):
      guard spec.type == 0 || spec.type == UInt8(ascii: "s"), spec.sign == nil, spec.grouping == nil,
        spec.alignment != UInt8(ascii: "=") || spec.fill.bytes == [0x30]
      else { throw failure(.invalidOperation, "'\(specification.string)' is no format for a string") }
      if spec.alignment == UInt8(ascii: "=") { spec.alignment = UInt8(ascii: "<") }
      return try aligned(truncated(text, spec), spec)
    case .integer, .number, .bool: return try formattedNumber(value, spec)
    default: throw failure(value, "a \(value.typeName) cannot be formatted so")
    }
  }
}
