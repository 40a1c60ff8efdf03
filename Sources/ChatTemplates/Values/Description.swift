extension Evaluator {
  /// What a value prints as: Python's `str`.
  func text(of value: Value) throws(TemplateError) -> Text {
    switch value {
    case .text(let text): return text
    case .undefined: return .empty
    default: return try repr(value)
    }
  }

  /// Python's `repr`: what a value looks like inside of a list.
  func repr(_ value: Value) throws(TemplateError) -> Text {
    var description = Description(evaluator: self)
    try description.write(value)
    try charge(bytes: description.builder.bytes.count)
    return description.builder.finish()
  }
}

private struct Description {
  let evaluator: Evaluator
  var builder = TextBuilder()
  /// The namespaces being written, which may hold themselves.
  var open: [Namespace] = []

  init(evaluator: Evaluator) { self.evaluator = evaluator }

  mutating func write(_ value: Value) throws(TemplateError) {
    try evaluator.step()
    switch value {
    case .undefined: builder.appendNeutral("Undefined")
    case .none: builder.appendNeutral("None")
    case .bool(let value): builder.appendNeutral(value ? "True" : "False")
    case .integer(let value): builder.appendNeutral(String(value))
    case .number(let value): builder.appendNeutral(PythonFloat.description(of: value))
    case .text(let text):
      try evaluator.charge(bytes: text.bytes.count)
      if text.isMarkup { builder.appendNeutral("Markup(") }
      writeQuoted(text)
      if text.isMarkup { builder.appendNeutral(")") }
    case .list(let elements): try write(elements.values, "[", "]")
    case .tuple(let elements): try write(elements.values, "(", elements.values.count == 1 ? ",)" : ")")
    case .dictionary(let dictionary): try writePairs(dictionary.keys, dictionary.values)
    case .range(let range):
      let step = range.step == 1 ? "" : ", \(range.step)"
      builder.appendNeutral("range(\(range.start), \(range.stop)\(step))")
    case .view(let view):
      builder.appendNeutral("dict_\(view.part.rawValue)(")
      try write(view.elements, "[", "]")
      builder.appendNeutral(")")
    case .namespace(let namespace):
      builder.appendNeutral("<Namespace ")
      if open.contains(where: { $0 === namespace }) {
        builder.appendNeutral("{...}")
      } else {
        open.append(namespace)
        try writePairs(namespace.members.keys, namespace.members.values)
        open.removeLast()
      }
      builder.appendNeutral(">")
    case .macro(let closure):
      builder.appendNeutral("<Macro " + (closure.macro.name.map { "'\($0)'" } ?? "anonymous") + ">")
    case .loop(let loop): builder.appendNeutral("<LoopContext \(loop.index0 + 1)/\(try loop.length(evaluator))>")
    case .generator(let generator): builder.appendNeutral("<generator object \(generator.name)>")
    case .function(let function): builder.appendNeutral("<function \(function.rawValue)>")
    case .method(let method):
      builder.appendNeutral("<built-in method \(method.name) of \(method.receiver.typeName) object>")
    case .cycler, .joiner: builder.appendNeutral("<\(value.typeName) object>")
    }
  }

  private mutating func write(_ values: [Value], _ opening: String, _ closing: String) throws(TemplateError) {
    try evaluator.enter()
    defer { evaluator.leave() }
    builder.appendNeutral(opening)
    for (index, value) in values.enumerated() {
      if index > 0 { builder.appendNeutral(", ") }
      try write(value)
    }
    builder.appendNeutral(closing)
  }

  private mutating func writePairs(_ keys: [Value], _ values: [Value]) throws(TemplateError) {
    try evaluator.enter()
    defer { evaluator.leave() }
    builder.appendNeutral("{")
    for (index, (key, value)) in zip(keys, values).enumerated() {
      if index > 0 { builder.appendNeutral(", ") }
      try write(key)
      builder.appendNeutral(": ")
      try write(value)
    }
    builder.appendNeutral("}")
  }

  /// In single quotes, unless double ones save escaping; what cannot be seen is escaped.
  private mutating func writeQuoted(_ text: Text) {
    let single = UInt8(ascii: "'")
    let double = UInt8(ascii: "\"")
    let quote = text.bytes.contains(single) && !text.bytes.contains(double) ? double : single
    builder.appendNeutral(CollectionOfOne(quote))
    var start = 0
    for run in text.runs {
      var escaped: [UInt8] = []
      for scalar in String(decoding: text.bytes[start..<run.end], as: UTF8.self).unicodeScalars {
        Self.write(scalar, quote: quote, into: &escaped)
      }
      builder.append(escaped, isData: run.isData)
      start = run.end
    }
    builder.appendNeutral(CollectionOfOne(quote))
  }

  private static func write(_ scalar: Unicode.Scalar, quote: UInt8, into bytes: inout [UInt8]) {
    switch scalar {
    case "\n": bytes.append(contentsOf: "\\n".utf8)
    case "\r": bytes.append(contentsOf: "\\r".utf8)
    case "\t": bytes.append(contentsOf: "\\t".utf8)
    case "\\": bytes.append(contentsOf: "\\\\".utf8)
    case _ where scalar.value == UInt32(quote): bytes.append(contentsOf: [UInt8(ascii: "\\"), quote])
    case _ where Unicode.isPrintable(scalar):
      bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
      let digits = String(scalar.value, radix: 16)
      bytes.append(contentsOf: ("\\" + letter + String(repeating: "0", count: width - digits.count) + digits).utf8)
    }
  }
}

extension Unicode {
  /// Whether Python shows a code point as it is.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      return false
    default: return true
    }
  }
}
