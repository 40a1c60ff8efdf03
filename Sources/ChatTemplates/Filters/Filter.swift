/// The filters, which follow a `|`.
enum Filter: String, Sendable {
  case abs, attr, batch, capitalize, center, count, d, `default`, dictsort, e, escape, filesizeformat, first, float,
    forceescape, format, groupby, indent, int, items, join, last, length, list, lower, map, max, min, pprint, random,
    reject, rejectattr, replace, reverse, round, safe, select, selectattr, slice, sort, string, striptags, sum, title,
    tojson, trim, truncate, unique, upper, urlencode, urlize, wordcount, wordwrap, xmlattr
}

extension Evaluator {
  func apply(_ filter: Filter, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let name = filter.rawValue
    func bound(_ parameters: String..., required: Int = 0) throws(TemplateError) -> [Value?] {
      if parameters.isEmpty, arguments.positional.isEmpty, arguments.named.isEmpty { return [] }
      return try arguments.bound(to: parameters, required: required, of: name, self)
    }
    switch filter {
    // MARK: Strings
    case .capitalize, .lower, .upper, .title, .string, .wordcount, .striptags, .safe, .e, .escape, .forceescape:
      _ = try bound()
      return try applyTextFilter(filter, to: value)
    case .trim:
      return .text(try stripped(try text(of: value), of: try bound("chars").first ?? nil))
    case .center:
      let width = try integer(try bound("width")[0], default: 80)
      return .text(try padded(try text(of: value), to: width, Text(" "), .center))
    case .indent:
      let values = try bound("width", "first", "blank")
      return try indented(value, by: values[0], first: values[1]?.isTrue ?? false, blank: values[2]?.isTrue ?? false)
    case .replace:
      let values = try bound("old", "new", "count", required: 2)
      let (old, new) = (try text(of: values[0] ?? .none), try text(of: values[1] ?? .none))
      let limit = values[2].flatMap { $0.isNone ? nil : $0 }
      let source = try text(of: value)
      try charge(bytes: source.bytes.count)
      return try text(try replaced(source, old, new, limit: try integer(limit, default: -1)).marked(false))
    case .truncate:
      return try truncated(value, try bound("length", "killwords", "end", "leeway"))
    case .format: return try applyFormat(value, arguments)
    case .urlencode:
      _ = try bound()
      return try urlEncoded(value)
    case .xmlattr:
      return try xmlAttributes(value, startsWithSpace: try bound("autospace")[0]?.isTrue ?? true)
    case .filesizeformat:
      return try fileSize(value, isBinary: try bound("binary")[0]?.isTrue ?? false)
    case .tojson: return try json(value, arguments)

    // MARK: Numbers
    case .abs, .int, .float, .round: return try applyNumberFilter(filter, to: value, arguments)

    // MARK: Any value
    case .d, .default:
      let values = try bound("default_value", "boolean")
      let isMissing = value.isUndefined || ((values[1]?.isTrue ?? false) && !value.isTrue)
      return isMissing ? values[0] ?? .text(.empty) : value
    case .attr:
      let attribute = try string(try bound("name", required: 1)[0] ?? .none).string
      if case .dictionary(let dictionary) = value, dictionary[Text(attribute)] != nil {
        // Unlike a dot, this never looks for an item.
        return .undefined(Undefined(.attribute(ofType: "dict object", attribute)))
      }
      return try self.attribute(AttributeName(attribute), of: value)
    case .count, .length:
      _ = try bound()
      return .integer(try length(of: value))
    case .items:
      _ = try bound()
      if value.isUndefined { return try list([]) }
      guard case .dictionary(let dictionary) = value else {
        throw failure(.invalidOperation, "'items' needs a mapping, not a \(value.typeName)")
      }
      return try generator(of: DictionaryView(dictionary, .items).elements, name)

    // MARK: Sequences
    default: return try applySequenceFilter(filter, to: value, arguments)
    }
  }

  /// Python's `len`.
  func length(of value: Value) throws(TemplateError) -> Int {
    switch value {
    case .text(let text):
      try step(text.bytes.count / 64)
      return text.count
    case .list(let elements), .tuple(let elements): return elements.values.count
    case .dictionary(let dictionary): return dictionary.keys.count
    case .view(let view): return view.dictionary.keys.count
    case .range(let range): return range.count
    case .loop(let loop): return try loop.length(self)
    case .undefined: return 0
    default: throw failure(.invalidOperation, "a \(value.typeName) has no length")
    }
  }

  /// Elements that can be gone through once, as Python's generators can.
  func generator(of values: [Value], _ name: String) throws(TemplateError) -> Value {
    try charge(elements: values.count)
    var iterator = ElementIterator(values)
    return try generator(name, over: iterator.nesting) { (evaluator) throws(TemplateError) in
      try iterator.next(evaluator)
    }
  }

  /// What leads from an item to its attribute: names with dots between them, numbers as indices.
  func member(_ path: Value?, of item: Value, default fallback: Value? = nil) throws(TemplateError) -> Value {
    guard let path, !path.isNone else { return item }
    guard case .text(let text) = path else { return try member([path], of: item, fallback) }
    return try member(pathParts(text), of: item, fallback)
  }

  private func member(_ parts: [Value], of item: Value, _ fallback: Value?) throws(TemplateError) -> Value {
    var value = item
    for part in parts {
      try step()
      value = try self.item(part, of: value)
      if value.isUndefined, let fallback, !fallback.isNone { value = fallback }
    }
    return value
  }

  private func pathParts(_ text: Text) -> [Value] {
    text.split(by: [UInt8(ascii: ".")]).map { part in
      let isNumber = !part.isEmpty && part.bytes.allSatisfy { $0 &- 0x30 < 10 }
      return isNumber ? Int(part.string).map { .integer($0) } ?? .text(part) : .text(part)
    }
  }

  /// Strings in lower case, to compare without regard to it; other values as they are.
  func ignoringCase(_ value: Value) throws(TemplateError) -> Value {
    guard case .text(let text) = value else { return value }
    try charge(bytes: text.bytes.count)
    return .text(text.lowercased())
  }
}
