extension Evaluator {
  func compare(_ a: Value, _ comparison: ComparisonOperator, _ b: Value) throws(TemplateError) -> Bool {
    switch comparison {
    case .equal: try areEqual(a, b)
    case .notEqual: !(try areEqual(a, b))
    case .less: try isLess(a, b, "<")
    case .greater: try isLess(b, a, ">")
    case .lessOrEqual: try isLess(a, b, "<=", orEqual: true)
    case .greaterOrEqual: try isLess(b, a, ">=", orEqual: true)
    case .isIn: try contains(b, a)
    case .isNotIn: !(try contains(b, a))
    }
  }

  /// Python's `==`.
  func areEqual(_ a: Value, _ b: Value) throws(TemplateError) -> Bool {
    try step()
    switch (a, b) {
    case (.text(let a), .text(let b)):
      if a.bytes.count != b.bytes.count { return false }
      try step(a.bytes.count / 64)
      return a == b
    case (.integer(let a), .integer(let b)): return a == b
    case (.undefined, .undefined), (.none, .none): return true
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return try areEqual(a.values, b.values)
    case (.dictionary(let a), .dictionary(let b)):
      guard a.keys.count == b.keys.count else { return false }
      for (key, value) in zip(a.keys, a.values) {
        guard let other = b[try self.key(key)], try areEqual(value, other) else { return false }
      }
      return true
    case (.range(let a), .range(let b)):
      if a.count != b.count { return false }
      return a.count == 0 || (a.start == b.start && (a.count == 1 || a.step == b.step))
    case (.function(let a), .function(let b)): return a == b
    default:
      if let numbers = Numbers(a, b) { return numbers.areEqual }
      guard let a = identity(a), let b = identity(b) else { return false }
      return a == b
    }
  }

  func areEqual(_ a: [Value], _ b: [Value]) throws(TemplateError) -> Bool {
    if a.count != b.count { return false }
    for (a, b) in zip(a, b) where !(try areEqual(a, b)) { return false }
    return true
  }

  /// What tells objects apart that equal only themselves.
  private func identity(_ value: Value) -> ObjectIdentifier? {
    switch value {
    case .generator(let object): ObjectIdentifier(object)
    case .namespace(let object): ObjectIdentifier(object)
    case .macro(let object): ObjectIdentifier(object)
    case .loop(let object): ObjectIdentifier(object)
    case .cycler(let object): ObjectIdentifier(object)
    case .joiner(let object): ObjectIdentifier(object)
    case .method(let object): ObjectIdentifier(object)
    default: nil
    }
  }

  /// Whether both are one object, as far as that can be told: Python's `is`.
  func areSame(_ a: Value, _ b: Value) throws(TemplateError) -> Bool {
    switch (a, b) {
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)): return a === b
    case (.dictionary(let a), .dictionary(let b)): return a === b
    case (.undefined(let a), .undefined(let b)): return a === b
    case (.bool(let a), .bool(let b)): return a == b
    case (.bool, _), (_, .bool): return false
    case (.integer, .number), (.number, .integer): return false
    default: return try areEqual(a, b)
    }
  }

  /// Python's `<`, or `<=` with `orEqual`.
  func isLess(
    _ a: Value, _ b: Value, _ symbol: String = "<", orEqual: Bool = false
  ) throws(TemplateError) -> Bool {
    try step()
    switch (a, b) {
    case (.text(let a), .text(let b)):
      try step(min(a.bytes.count, b.bytes.count) / 64)
      return a < b || (orEqual && a == b)
    case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
      for (a, b) in zip(a.values, b.values) where !(try areEqual(a, b)) {
        return try isLess(a, b, symbol, orEqual: orEqual)
      }
      return a.values.count < b.values.count || (orEqual && a.values.count == b.values.count)
    default:
      if let numbers = Numbers(a, b) { return numbers.isLess || (orEqual && numbers.areEqual) }
      if case .undefined(let undefined) = a { throw undefinedFailure(undefined) }
      throw failure(b, "'\(symbol)' does not work between a \(a.typeName) and a \(b.typeName)")
    }
  }

  /// Python's `in`.
  func contains(_ container: Value, _ value: Value) throws(TemplateError) -> Bool {
    switch container {
    case .text(let text):
      guard case .text(let needle) = value else {
        throw failure(value, "'in' looks for a string in a string, not for a \(value.typeName)")
      }
      try step((text.bytes.count + needle.bytes.count) / 16)
      return text.contains(needle)
    case .dictionary(let dictionary): return dictionary[try key(value)] != nil
    case .view(let view) where view.part == .keys: return view.dictionary[try key(value)] != nil
    case .range(let range):
      guard let number = value.double.flatMap({ Int(exactly: $0) }), range.count > 0 else { return false }
      let (offset, overflow) = number.subtractingReportingOverflow(range.start)
      return !overflow && offset.isMultiple(of: range.step) && (0..<range.count).contains(offset / range.step)
    default:
      guard var elements = ElementIterator(container) else {
        throw failure(.invalidOperation, "'in' does not work on a \(container.typeName)")
      }
      while let element = try elements.next(self) {
        if try areEqual(element, value) { return true }
      }
      return false
    }
  }

  /// A stable sort by keys, which are compared as Python does.
  func sorted(_ items: [Value], by keys: [Value], isReversed: Bool) throws(TemplateError) -> [Value] {
    try charge(elements: 2 * items.count)
    var order = Array(items.indices)
    var merged = order
    var width = 1
    while width < order.count {
      var start = 0
      while start < order.count {
        let middle = min(start + width, order.count)
        let end = min(start + 2 * width, order.count)
        var (left, right, out) = (start, middle, start)
        while out < end {
          let takesRight: Bool
          if left == middle {
            takesRight = true
          } else if right == end {
            takesRight = false
          } else {
            let (a, b) = (keys[order[left]], keys[order[right]])
            takesRight = isReversed ? try isLess(a, b) : try isLess(b, a)
          }
          merged[out] = order[takesRight ? right : left]
          if takesRight { right += 1 } else { left += 1 }
          out += 1
        }
        start = end
      }
      swap(&order, &merged)
      width *= 2
    }
    return order.map { items[$0] }
  }
}

/// Two numbers, compared exactly even where one is whole and the other is not.
private enum Numbers {
  case integers(Int, Int)
  case doubles(Double, Double)
  case mixed(Int, Double)
  case mixedReversed(Double, Int)

  init?(_ a: Value, _ b: Value) {
    switch (a, b) {
    case (.number(let a), .number(let b)): self = .doubles(a, b)
    case (.number(let a), _):
      guard let b = b.index else { return nil }
      self = .mixedReversed(a, b)
    case (_, .number(let b)):
      guard let a = a.index else { return nil }
      self = .mixed(a, b)
    default:
      guard let a = a.index, let b = b.index else { return nil }
      self = .integers(a, b)
    }
  }

  var areEqual: Bool {
    switch self {
    case .integers(let a, let b): a == b
    case .doubles(let a, let b): a == b
    case .mixed(let a, let b), .mixedReversed(let b, let a): Int(exactly: b) == a
    }
  }

  var isLess: Bool {
    switch self {
    case .integers(let a, let b): a < b
    case .doubles(let a, let b): a < b
    case .mixed(let a, let b): Self.isLess(a, b)
    case .mixedReversed(let a, let b): !a.isNaN && !areEqual && !Self.isLess(b, a)
    }
  }

  private static func isLess(_ a: Int, _ b: Double) -> Bool {
    if b >= 0x1p63 { return true }
    if b < -0x1p63 || b.isNaN { return false }
    let whole = b.rounded(.down)
    guard let integer = Int(exactly: whole) else { return false }
    return a < integer || (a == integer && whole < b)
  }
}
