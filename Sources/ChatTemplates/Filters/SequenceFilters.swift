extension Evaluator {
  func applySequenceFilter(_ filter: Filter, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let name = filter.rawValue
    func bound(_ parameters: String..., required: Int = 0) throws(TemplateError) -> [Value?] {
      try arguments.bound(to: parameters, required: required, of: name, self)
    }
    switch filter {
    case .first:
      _ = try bound()
      var elements = try iterator(value)
      return try elements.next(self) ?? .undefined(Undefined(.hint("there is no first item in an empty sequence")))
    case .last:
      _ = try bound()
      if case .generator = value { throw failure(.invalidOperation, "'last' needs a list; put '|list' before it") }
      return try array(value).last ?? .undefined(Undefined(.hint("there is no last item in an empty sequence")))
    case .list:
      _ = try bound()
      return try list(try array(value))
    case .reverse:
      _ = try bound()
      return try reversed(value)
    case .join:
      let values = try bound("d", "attribute")
      var parts: [Text] = []
      var elements = try iterator(value)
      while let element = try elements.next(self) {
        try charge(elements: 1)
        parts.append(try text(of: try member(values[1], of: element)))
      }
      let separator = try text(of: values[0] ?? .text(.empty))
      return try text(try joined(parts, by: separator).marked(false))
    case .sum:
      let values = try bound("attribute", "start")
      var total = values[1] ?? .integer(0)
      if case .text = total { throw failure(.invalidOperation, "'sum' cannot add strings; use 'join'") }
      var elements = try iterator(value)
      while let element = try elements.next(self) {
        total = try calculate(.add, total, try member(values[0], of: element))
      }
      return total
    case .min, .max:
      let values = try bound("case_sensitive", "attribute")
      return try extreme(value, isMaximum: filter == .max, values)
    case .sort:
      let values = try bound("reverse", "case_sensitive", "attribute")
      return try sorted(value, values)
    case .dictsort:
      let values = try bound("case_sensitive", "by", "reverse")
      return try sortedItems(of: value, values)
    case .unique:
      let values = try bound("case_sensitive", "attribute")
      return try unique(value, values)
    case .groupby:
      let values = try bound("attribute", "default", "case_sensitive", required: 1)
      return try grouped(value, values)
    case .batch:
      let values = try bound("linecount", "fill_with", required: 1)
      return try batches(value, of: try integer(values[0], default: 1), fill: values[1])
    case .slice:
      let values = try bound("slices", "fill_with", required: 1)
      return try slices(value, count: try integer(values[0], default: 1), fill: values[1])
    case .map: return try mapped(value, arguments)
    case .select: return try selected(value, arguments, name, keeps: true, usesAttribute: false)
    case .reject: return try selected(value, arguments, name, keeps: false, usesAttribute: false)
    case .selectattr: return try selected(value, arguments, name, keeps: true, usesAttribute: true)
    case .rejectattr: return try selected(value, arguments, name, keeps: false, usesAttribute: true)
    default: throw failure(.unsupported, "the filter '\(name)' is not supported")
    }
  }

  private func reversed(_ value: Value) throws(TemplateError) -> Value {
    if case .text(let text) = value {
      try charge(elements: text.bytes.count)
      var builder = TextBuilder()
      for character in text.characters().reversed() { builder.append(character) }
      return .text(builder.finish())
    }
    let values = try array(value)
    // Python returns a list only where there is no other way.
    if case .generator = value { return try list(values.reversed()) }
    return try generator(of: values.reversed(), "reversed")
  }

  // MARK: - Order

  /// What elements are compared by: themselves or an attribute, mostly without regard to case.
  private func sortKey(_ element: Value, _ attribute: Value?, _ isCaseSensitive: Bool) throws(TemplateError) -> Value {
    let key = try member(attribute, of: element)
    return isCaseSensitive ? key : try ignoringCase(key)
  }

  private func extreme(_ value: Value, isMaximum: Bool, _ values: [Value?]) throws(TemplateError) -> Value {
    var best: (value: Value, key: Value)?
    var elements = try iterator(value)
    while let element = try elements.next(self) {
      let key = try sortKey(element, values[1], values[0]?.isTrue ?? false)
      guard let current = best else {
        best = (element, key)
        continue
      }
      let isBetter = isMaximum ? try isLess(current.key, key, ">") : try isLess(key, current.key)
      if isBetter { best = (element, key) }
    }
    return best?.value ?? .undefined(Undefined(.hint("there is no item in an empty sequence")))
  }

  private func sorted(_ value: Value, _ values: [Value?]) throws(TemplateError) -> Value {
    let elements = try array(value)
    let isCaseSensitive = values[1]?.isTrue ?? false
    var attributes: [Value?] = [values[2]]
    if case .text(let text)? = values[2] { attributes = text.split(by: [UInt8(ascii: ",")]).map { .text($0) } }
    var keys: [Value] = []
    for element in elements {
      var parts: [Value] = []
      for attribute in attributes { parts.append(try sortKey(element, attribute, isCaseSensitive)) }
      keys.append(try list(parts))
    }
    return try list(try sorted(elements, by: keys, isReversed: values[0]?.isTrue ?? false))
  }

  private func sortedItems(of value: Value, _ values: [Value?]) throws(TemplateError) -> Value {
    let by = try values[1].map { (value) throws(TemplateError) in try string(value).string } ?? "key"
    guard by == "key" || by == "value" else { throw failure(.invalidOperation, "'dictsort' sorts by 'key' or 'value'") }
    guard case .dictionary(let dictionary) = value else {
      throw failure(value, "'dictsort' needs a mapping, not a \(value.typeName)")
    }
    let isCaseSensitive = values[0]?.isTrue ?? false
    var keys: [Value] = []
    for key in by == "key" ? dictionary.keys : dictionary.values {
      keys.append(isCaseSensitive ? key : try ignoringCase(key))
    }
    try charge(elements: 2 * keys.count)
    let items = DictionaryView(dictionary, .items).elements
    return try list(try sorted(items, by: keys, isReversed: values[2]?.isTrue ?? false))
  }

  private func unique(_ value: Value, _ values: [Value?]) throws(TemplateError) -> Value {
    var elements = try iterator(value)
    var seen: Set<DictionaryKey> = []
    return try generator("unique", over: elements.nesting) { (evaluator) throws(TemplateError) in
      while let element = try elements.next(evaluator) {
        let key = try evaluator.sortKey(element, values[1], values[0]?.isTrue ?? false)
        try evaluator.charge(elements: 2)
        if seen.insert(try evaluator.key(key)).inserted { return element }
      }
      return nil
    }
  }

  private func grouped(_ value: Value, _ values: [Value?]) throws(TemplateError) -> Value {
    let isCaseSensitive = values[2]?.isTrue ?? false
    let elements = try array(value)
    var keys: [Value] = []
    for element in elements {
      let key = try member(values[0], of: element, default: values[1])
      keys.append(isCaseSensitive ? key : try ignoringCase(key))
    }
    let order = try sorted(elements.indices.map { .integer($0) }, by: keys, isReversed: false).compactMap(\.index)
    var groups: [Value] = []
    var members: [Value] = []
    for (place, index) in order.enumerated() {
      members.append(elements[index])
      let isLast = place + 1 == order.count
      if !isLast, try areEqual(keys[index], keys[order[place + 1]]) { continue }
      let grouper = isCaseSensitive ? keys[index] : try member(values[0], of: members[0], default: values[1])
      groups.append(.tuple(try self.elements([grouper, try list(members)], isGroup: true)))
      members = []
    }
    return try list(groups)
  }

  // MARK: - Pieces

  private func batches(_ value: Value, of size: Int, fill: Value?) throws(TemplateError) -> Value {
    let elements = try array(value)
    var batches: [Value] = []
    var start = 0
    // Python finds only an empty batch full where the size is 0, and none where it is negative.
    if size == 0, !elements.isEmpty { batches.append(try list([])) }
    let size = size < 1 ? (elements.isEmpty ? 1 : elements.count) : size
    while start < elements.count {
      var batch = Array(elements[start..<min(start + min(size, elements.count), elements.count)])
      if let fill, !fill.isNone, batch.count < size {
        try charge(32, times: size - batch.count)
        batch += Array(repeating: fill, count: size - batch.count)
      }
      start += batch.count
      batches.append(try list(batch))
    }
    return try generator(of: batches, "batch")
  }

  private func slices(_ value: Value, count: Int, fill: Value?) throws(TemplateError) -> Value {
    let elements = try array(value)
    if count == 0 { throw failure(.invalidOperation, "'slice' into no parts") }
    var slices: [Value] = []
    if count > 0 {
      try charge(64, times: count)
      let (size, extra) = (elements.count / count, elements.count % count)
      var start = 0
      for number in 0..<count {
        let end = start + size + (number < extra ? 1 : 0)
        var part = Array(elements[start..<end])
        if let fill, !fill.isNone, number >= extra { part.append(fill) }
        slices.append(try list(part))
        start = end
      }
    }
    return try generator(of: slices, "slice")
  }

  // MARK: - Map and select

  private func mapped(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    if !value.isTrue { return try generator(of: [], "map") }
    var elements = try iterator(value)
    if arguments.positional.isEmpty, let attribute = arguments.named.first(where: { $0.name == "attribute" })?.value {
      let fallback = arguments.named.first { $0.name == "default" }?.value
      if let extra = arguments.named.first(where: { $0.name != "attribute" && $0.name != "default" }) {
        throw failure(.invalidOperation, "'map' cannot take the argument '\(extra.name)'")
      }
      return try generator("map", over: elements.nesting) { (evaluator) throws(TemplateError) in
        guard let element = try elements.next(evaluator) else { return nil }
        try evaluator.step()
        return try evaluator.member(attribute, of: element, default: fallback)
      }
    }
    guard let name = arguments.positional.first else {
      throw failure(.invalidOperation, "'map' needs a filter or an attribute")
    }
    var rest = arguments
    rest.positional.removeFirst()
    let inner = rest
    return try generator("map", over: elements.nesting) { (evaluator) throws(TemplateError) in
      guard let element = try elements.next(evaluator) else { return nil }
      try evaluator.step()
      let filterName = try evaluator.string(name).string
      guard let filter = Filter(rawValue: filterName) else {
        throw evaluator.failure(.syntax, "no filter is called '\(filterName)'")
      }
      return try evaluator.apply(filter, to: element, inner)
    }
  }

  private func selected(
    _ value: Value, _ arguments: Arguments, _ name: String, keeps: Bool, usesAttribute: Bool
  ) throws(TemplateError) -> Value {
    if !value.isTrue { return try generator(of: [], name) }
    var elements = try iterator(value)
    var rest = arguments
    var attribute: Value?
    if usesAttribute {
      guard !rest.positional.isEmpty else { throw failure(.invalidOperation, "'\(name)' needs an attribute") }
      attribute = rest.positional.removeFirst()
    }
    let testName = rest.positional.isEmpty ? nil : rest.positional.removeFirst()
    let inner = rest
    return try generator(name, over: elements.nesting) { (evaluator) throws(TemplateError) in
      while let element = try elements.next(evaluator) {
        try evaluator.step()
        let candidate = try evaluator.member(attribute, of: element)
        let isMatch: Bool
        if let testName {
          let string = try evaluator.string(testName).string
          guard let test = ValueTest(rawValue: string) else {
            throw evaluator.failure(.syntax, "no test is called '\(string)'")
          }
          isMatch = try evaluator.apply(test, to: candidate, inner)
        } else {
          isMatch = candidate.isTrue
        }
        if isMatch == keeps { return element }
      }
      return nil
    }
  }
}
