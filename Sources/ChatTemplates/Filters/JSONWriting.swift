extension Evaluator {
  /// `tojson` as chat templates know it: Python's `json.dumps`, and nothing escaped for HTML.
  func json(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let values = try arguments.bound(
      to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson", self)
    var writer = JSONWriter(evaluator: self)
    writer.escapesNonASCII = values[0]?.isTrue ?? false
    writer.sortsKeys = values[3]?.isTrue ?? false
    if let indent = values[1], !indent.isNone {
      if case .text(let text) = indent {
        writer.indent = text
      } else {
        let width = max(try integer(indent, default: 0), 0)
        try charge(bytes: width)
        writer.indent = Text([UInt8](repeating: 0x20, count: width), .template)
      }
      writer.itemSeparator = Text(",")
    }
    if let separators = values[2], !separators.isNone {
      let pair = try array(separators)
      guard pair.count == 2 else { throw failure(.invalidOperation, "'separators' needs two strings") }
      (writer.itemSeparator, writer.keySeparator) = (try string(pair[0]), try string(pair[1]))
    }
    try writer.write(value, level: 0)
    return try text(writer.builder.finish())
  }
}

private struct JSONWriter {
  let evaluator: Evaluator
  var builder = TextBuilder()
  var escapesNonASCII = false
  var sortsKeys = false
  var indent: Text?
  var itemSeparator = Text(", ")
  var keySeparator = Text(": ")

  init(evaluator: Evaluator) { self.evaluator = evaluator }

  mutating func write(_ value: Value, level: Int) throws(TemplateError) {
    try evaluator.step()
    switch value {
    case .none: builder.appendNeutral("null")
    case .bool(let value): builder.appendNeutral(value ? "true" : "false")
    case .integer(let value): builder.appendNeutral(String(value))
    case .number(let value): builder.appendNeutral(Self.description(of: value))
    case .text(let text): try writeQuoted(text)
    case .list(let elements), .tuple(let elements):
      try evaluator.enter()
      defer { evaluator.leave() }
      builder.appendNeutral("[")
      for (index, element) in elements.values.enumerated() {
        try startItem(index, level: level + 1)
        try write(element, level: level + 1)
      }
      try end("]", isEmpty: elements.values.isEmpty, level: level)
    case .dictionary(let dictionary):
      try evaluator.enter()
      defer { evaluator.leave() }
      builder.appendNeutral("{")
      var order = Array(dictionary.keys.indices)
      if sortsKeys {
        let sorted = try evaluator.sorted(
          order.map { .integer($0) }, by: dictionary.keys, isReversed: false)
        order = sorted.compactMap(\.index)
      }
      for (index, position) in order.enumerated() {
        try startItem(index, level: level + 1)
        try writeKey(dictionary.keys[position])
        builder.appendNeutral(keySeparator.bytes)
        try write(dictionary.values[position], level: level + 1)
      }
      try end("}", isEmpty: order.isEmpty, level: level)
    default:
      throw evaluator.failure(value, "a \(value.typeName) cannot be written as JSON")
    }
  }

  private static func description(of value: Double) -> String {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : PythonFloat.description(of: value)
  }

  private mutating func startItem(_ index: Int, level: Int) throws(TemplateError) {
    if index > 0 { try writePunctuation(itemSeparator) }
    try startLine(level)
  }

  private mutating func end(_ bracket: String, isEmpty: Bool, level: Int) throws(TemplateError) {
    if !isEmpty { try startLine(level) }
    builder.appendNeutral(bracket)
  }

  private mutating func startLine(_ level: Int) throws(TemplateError) {
    guard let indent else { return }
    try evaluator.charge(indent.bytes.count, times: level)
    builder.appendNeutral("\n")
    for _ in 0..<level { try writePunctuation(indent) }
  }

  private mutating func writePunctuation(_ text: Text) throws(TemplateError) {
    try evaluator.charge(bytes: text.bytes.count)
    builder.appendNeutral(text.bytes)
  }

  private mutating func writeKey(_ key: Value) throws(TemplateError) {
    switch key {
    case .text(let text): try writeQuoted(text)
    case .none, .bool, .integer, .number:
      builder.appendNeutral("\"")
      try write(key, level: 0)
      builder.appendNeutral("\"")
    default: throw evaluator.failure(key, "a \(key.typeName) cannot be a key in JSON")
    }
  }

  private mutating func writeQuoted(_ text: Text) throws(TemplateError) {
    try evaluator.charge(bytes: text.bytes.count)
    builder.appendNeutral("\"")
    var start = 0
    for run in text.runs {
      var escaped: [UInt8] = []
      escaped.reserveCapacity(run.end - start)
      if escapesNonASCII {
        for unit in String(decoding: text.bytes[start..<run.end], as: UTF8.self).utf16 {
          if unit < 0x80 { Self.write(UInt8(unit), into: &escaped) } else { Self.writeEscape(unit, into: &escaped) }
        }
      } else {
        for byte in text.bytes[start..<run.end] { Self.write(byte, into: &escaped) }
      }
      builder.append(escaped, isData: run.isData)
      start = run.end
    }
    builder.appendNeutral("\"")
  }

  private static func write(_ byte: UInt8, into bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0..<0x20: writeEscape(UInt16(byte), into: &bytes)
    default: bytes.append(byte)
    }
  }

  private static func writeEscape(_ unit: UInt16, into bytes: inout [UInt8]) {
    let digits = String(unit, radix: 16)
    bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
  }
}
