extension Evaluator {
  /// Python's `format % values`.
  func formatted(_ format: Text, with value: Value) throws(TemplateError) -> Text {
    var values = [value]
    // Python looks for values left over only where what it was given has no subscripts.
    var allowsMore = false
    switch value {
    case .tuple(let elements): values = elements.values
    case .list, .dictionary, .range, .undefined: allowsMore = true
    default: break
    }
    var mapping: Dictionary?
    if case .dictionary(let dictionary) = value { mapping = dictionary }
    var builder = TextBuilder()
    var used = 0
    var offset = 0
    let bytes = format.bytes

    func take() throws(TemplateError) -> Value {
      guard used < values.count else { throw failure(.invalidOperation, "not enough values for the format") }
      used += 1
      return values[used - 1]
    }
    func number() throws(TemplateError) -> Int {
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "*") {
        offset += 1
        return try integer(try take(), default: 0)
      }
      var value = 0
      while offset < bytes.count, bytes[offset] &- 0x30 < 10 {
        value = min(value * 10 + Int(bytes[offset] - 0x30), Int(Int32.max))
        offset += 1
      }
      return value
    }

    while offset < bytes.count {
      let start = offset
      while offset < bytes.count, bytes[offset] != UInt8(ascii: "%") { offset += 1 }
      builder.append(format.slice(start..<offset))
      guard offset < bytes.count else { break }
      offset += 1
      var argument: Value?
      if offset < bytes.count, bytes[offset] == UInt8(ascii: "(") {
        guard let mapping, let end = bytes[offset...].firstIndex(of: UInt8(ascii: ")")) else {
          throw failure(.invalidOperation, "the format needs a mapping")
        }
        let key = format.slice((offset + 1)..<end)
        guard let value = mapping[key] else { throw failure(.invalidOperation, "no value for '\(key.string)'") }
        (argument, offset) = (value, end + 1)
      }
      var spec = ValueFormat()
      spec.alignment = UInt8(ascii: ">")
      flags: while offset < bytes.count {
        switch bytes[offset] {
        case UInt8(ascii: "-"): spec.alignment = UInt8(ascii: "<")
        case UInt8(ascii: "+"): spec.sign = bytes[offset]
        case UInt8(ascii: " "): if spec.sign == nil { spec.sign = bytes[offset] }
        case UInt8(ascii: "#"): spec.isAlternate = true
        case UInt8(ascii: "0"): spec.fill = Text("0")
        default: break flags
        }
        offset += 1
      }
      spec.width = try number()
      if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
        offset += 1
        spec.precision = max(try number(), 0)
      }
      while offset < bytes.count, "hlL".utf8.contains(bytes[offset]) { offset += 1 }
      guard offset < bytes.count else { throw failure(.invalidOperation, "the format ends within a '%'") }
      spec.type = bytes[offset]
      offset += 1
      if spec.type == UInt8(ascii: "%") {
        builder.append(Text("%"))
        continue
      }
      let next = if let argument { argument } else { try take() }
      builder.append(try percentFormatted(next, spec))
    }
    if used < values.count, !allowsMore {
      throw failure(.invalidOperation, "more values than the format has places for")
    }
    return builder.finish().marked(format.isMarkup)
  }

  private func percentFormatted(_ value: Value, _ format: ValueFormat) throws(TemplateError) -> Text {
    var spec = format
    let isZeroFilled = spec.fill.bytes == [0x30] && spec.alignment != UInt8(ascii: "<")
    spec.fill = Text(" ")
    switch spec.type {
    case UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "a"):
      return try aligned(truncated(spec.type == UInt8(ascii: "s") ? try text(of: value) : try repr(value), spec), spec)
    case UInt8(ascii: "c"):
      if case .text(let text) = value, text.count == 1 { return try aligned(text, spec) }
      guard let scalar = value.index.flatMap({ UInt32(exactly: $0) }).flatMap(Unicode.Scalar.init) else {
        throw failure(value, "'%c' needs one character")
      }
      return try aligned(Text(String(Character(scalar))), spec)
    default: break
    }
    guard value.double != nil else { throw failure(value, "'%\(Character(Unicode.Scalar(spec.type)))' needs a number") }
    if isZeroFilled { (spec.fill, spec.alignment) = (Text("0"), UInt8(ascii: "=")) }
    var number = value
    if "diuxXo".utf8.contains(spec.type) {
      if case .number(let double) = value {
        guard !"xXo".utf8.contains(spec.type), let whole = Int(exactly: double.rounded(.towardZero)) else {
          throw failure(.invalidOperation, "the format needs a whole number")
        }
        number = .integer(whole)
      }
      if spec.type == UInt8(ascii: "i") || spec.type == UInt8(ascii: "u") { spec.type = UInt8(ascii: "d") }
      (spec.digitCount, spec.precision) = (spec.precision ?? 0, nil)
    }
    return try formattedNumber(number, spec)
  }
}
