extension Evaluator {
  /// `base.name`: Python's attribute, or else the item.
  func attribute(_ name: AttributeName, of base: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = base { throw undefinedFailure(undefined) }
    if let member = try member(name.string, of: base) { return member }
    if case .dictionary(let dictionary) = base, let value = dictionary[name.text] { return value }
    return .undefined(Undefined(.attribute(ofType: objectName(base), name.string)))
  }

  /// `base[index]`: the item, or else Python's attribute.
  func item(_ index: Value, of base: Value) throws(TemplateError) -> Value {
    switch (base, index) {
    case (.undefined(let undefined), _): throw undefinedFailure(undefined)
    case (.dictionary(let dictionary), .text(let key)): if let value = dictionary[key] { return value }
    case (.dictionary(let dictionary), _):
      try step(index.weight)
      if let key = DictionaryKey(index), let value = dictionary[key] { return value }
    case (.list(let elements), _), (.tuple(let elements), _):
      if let position = position(index, count: elements.values.count) { return elements.values[position] }
    case (.range(let range), _):
      if let position = position(index, count: range.count) { return .integer(range[position]) }
    case (.text(let text), _):
      guard index.index != nil else { break }
      try step(text.bytes.count / 32)
      if let position = position(index, count: text.count) {
        let offset = text.offset(ofScalar: position)
        return .text(text.slice(offset..<min(offset + text.scalarLength(at: offset), text.bytes.count)))
      }
    default: break
    }
    guard case .text(let name) = index else {
      let description = try repr(index).string
      return .undefined(Undefined(.element(ofType: objectName(base), description)))
    }
    if let member = try member(name.string, of: base) { return member }
    return .undefined(Undefined(.attribute(ofType: objectName(base), name.string)))
  }

  private func position(_ index: Value, count: Int) -> Int? {
    guard let index = index.index, index >= -count, index < count else { return nil }
    return index < 0 ? index + count : index
  }

  private func objectName(_ value: Value) -> String {
    switch value {
    case .none: "None"
    default: value.typeName + " object"
    }
  }

  // MARK: - Attributes

  /// What Python finds on the object itself: methods, mostly. Methods that would change it are undefined.
  private func member(_ name: String, of base: Value) throws(TemplateError) -> Value? {
    switch base {
    case .text: return TextMethod(rawValue: name) == nil ? nil : method(name, of: base)
    case .dictionary:
      switch name {
      case "get", "items", "keys", "values", "copy": return method(name, of: base)
      case "clear", "pop", "popitem", "setdefault", "update": return unsafe(name, base)
      default: return nil
      }
    case .list(_):
      switch name {
      case "count", "index", "copy": return method(name, of: base)
      case "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove": return unsafe(name, base)
      default: return nil
      }
    case .tuple(let elements):
      switch name {
      case "count", "index": return method(name, of: base)
      case "grouper" where elements.isGroup: return elements.values.first
      case "list" where elements.isGroup: return elements.values.last
      default: return nil
      }
    case .range(let range):
      switch name {
      case "start": return .integer(range.start)
      case "stop": return .integer(range.stop)
      case "step": return .integer(range.step)
      case "count", "index": return method(name, of: base)
      default: return nil
      }
    case .namespace(let namespace): return namespace.members[Text(name)]
    case .loop(let loop): return try loop.member(name, self)
    case .cycler(let cycler):
      switch name {
      case "current": return cycler.elements.values[cycler.position]
      case "pos": return .integer(cycler.position)
      case "items": return .tuple(cycler.elements)
      case "next", "reset": return method(name, of: base)
      default: return nil
      }
    case .joiner(let joiner): return name == "sep" ? joiner.separator : name == "used" ? .bool(joiner.isUsed) : nil
    case .macro(let closure):
      let macro = closure.macro
      switch name {
      case "name": return macro.name.map { .text($0) } ?? Value.none
      case "arguments": return try tuple(macro.parameters.map { .text($0.name) })
      case "caller": return .bool(macro.usesCaller)
      case "catch_kwargs": return .bool(macro.usesNamed)
      case "catch_varargs": return .bool(macro.usesRest)
      default: return nil
      }
    case .integer, .bool, .number: return numberMember(name, of: base)
    default: return nil
    }
  }

  private func numberMember(_ name: String, of base: Value) -> Value? {
    switch (name, base) {
    case ("real", .number), ("real", .integer): base
    case ("real", _), ("numerator", .bool): base.index.map { .integer($0) }
    case ("numerator", .integer): base
    case ("imag", .number): .number(0)
    case ("imag", _): .integer(0)
    case ("denominator", .integer), ("denominator", .bool): .integer(1)
    default: nil
    }
  }

  private func method(_ name: String, of base: Value) -> Value { .method(BoundMethod(base, name)) }

  private func unsafe(_ name: String, _ base: Value) -> Value {
    .undefined(Undefined(.hint("'\(name)' would change a \(base.typeName), which templates cannot")))
  }

  // MARK: - Slices

  /// `value[start:stop:step]`.
  func slice(_ value: Value, start: Value, stop: Value, step: Value) throws(TemplateError) -> Value {
    let count: Int
    switch value {
    case .text(let text):
      try self.step(text.bytes.count / 32)
      count = text.count
    case .list(let elements), .tuple(let elements): count = elements.values.count
    case .range(let range): count = range.count
    default: throw failure(value, "a \(value.typeName) cannot be sliced")
    }
    let stride = step.isNone ? 1 : try integer(step, default: 1)
    if stride == 0 { throw failure(.invalidOperation, "a slice's step cannot be 0") }
    // Python's rules: bounds count from the end where negative, and are clamped.
    func bound(_ value: Value, _ fallback: Int) throws(TemplateError) -> Int {
      if value.isNone { return fallback }
      let index = try integer(value, default: 0)
      let fromStart = index < 0 ? index + count : index
      return stride > 0 ? min(max(fromStart, 0), count) : min(max(fromStart, -1), count - 1)
    }
    let first = try bound(start, stride > 0 ? 0 : count - 1)
    let last = try bound(stop, stride > 0 ? count : -1)
    if case .text(let text) = value, stride == 1 {
      let range = text.offset(ofScalar: first)..<max(text.offset(ofScalar: first), text.offset(ofScalar: last))
      return try self.text(text.slice(range))
    }
    var indices: [Int] = []
    let distance = stride > 0 ? last - first : first - last
    if distance > 0 {
      let size = Int((distance.magnitude - 1) / stride.magnitude) + 1
      try charge(elements: size)
      indices = (0..<size).map { first + $0 * stride }
    }
    switch value {
    case .text(let text):
      try charge(elements: count)
      let characters = text.characters()
      var builder = TextBuilder()
      for index in indices { builder.append(characters[index]) }
      return try self.text(builder.finish())
    case .list(let elements): return try list(indices.map { elements.values[$0] })
    case .tuple(let elements): return try tuple(indices.map { elements.values[$0] })
    case .range(let range):
      let (step, overflow) = range.step.multipliedReportingOverflow(by: stride)
      if overflow { throw failure(.limitExceeded, "a range's step does not fit 64 bits") }
      return .range(
        IntegerRange(
          start: range[first], stop: range[last], step: step, count: indices.count))
    default: return .none
    }
  }
}
