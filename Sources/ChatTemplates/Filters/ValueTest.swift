/// The tests, which follow `is`.
enum ValueTest: String, Sendable {
  case odd, even, divisibleby, defined, undefined, filter, test, none, boolean, integer, float, lower, upper, string,
    mapping, number, sequence, iterable, callable, sameas, escaped, `in`
  case isFalse = "false"
  case isTrue = "true"
  case equalSign = "=="
  case eq, equalto
  case notEqualSign = "!="
  case ne
  case greaterSign = ">"
  case gt, greaterthan
  case greaterOrEqualSign = ">="
  case ge
  case lessSign = "<"
  case lt, lessthan
  case lessOrEqualSign = "<="
  case le
}

extension Evaluator {
  func apply(_ test: ValueTest, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Bool {
    let name = test.rawValue
    func other(_ parameter: String) throws(TemplateError) -> Value {
      try arguments.bound(to: [parameter], required: 1, of: name, self)[0] ?? .none
    }
    switch test {
    case .divisibleby:
      return try areEqual(try calculate(.modulo, value, try other("num")), .integer(0))
    case .sameas: return try areSame(value, try other("other"))
    case .in: return try contains(try other("seq"), value)
    case .equalSign, .eq, .equalto: return try areEqual(value, try other("b"))
    case .notEqualSign, .ne: return !(try areEqual(value, try other("b")))
    case .greaterSign, .gt, .greaterthan: return try compare(value, .greater, try other("b"))
    case .greaterOrEqualSign, .ge: return try compare(value, .greaterOrEqual, try other("b"))
    case .lessSign, .lt, .lessthan: return try compare(value, .less, try other("b"))
    case .lessOrEqualSign, .le: return try compare(value, .lessOrEqual, try other("b"))
    default: break
    }
    if !arguments.positional.isEmpty || !arguments.named.isEmpty {
      throw failure(.invalidOperation, "the test '\(name)' takes no arguments")
    }
    switch test {
    case .odd, .even:
      return try areEqual(try calculate(.modulo, value, .integer(2)), .integer(test == .odd ? 1 : 0))
    case .lower, .upper:
      let text = try text(of: value)
      try charge(bytes: text.bytes.count)
      return text.isAll(uppercase: test == .upper)
    case .filter: return Filter(rawValue: try string(value).string) != nil
    case .test: return ValueTest(rawValue: try string(value).string) != nil
    default: return has(test, value)
    }
  }

  private func has(_ test: ValueTest, _ value: Value) -> Bool {
    switch (test, value) {
    case (.defined, _): !value.isUndefined
    case (.undefined, _): value.isUndefined
    case (.none, _): value.isNone
    case (.boolean, .bool): true
    case (.isTrue, .bool(let value)): value
    case (.isFalse, .bool(let value)): !value
    case (.integer, .integer), (.float, .number), (.string, .text), (.mapping, .dictionary): true
    case (.number, .integer), (.number, .number), (.number, .bool): true
    case (.sequence, .text), (.sequence, .list), (.sequence, .tuple), (.sequence, .dictionary), (.sequence, .range),
      (.sequence, .undefined):
      true
    case (.iterable, _): ElementIterator(value) != nil
    case (.callable, .macro), (.callable, .function), (.callable, .method), (.callable, .loop), (.callable, .joiner),
      (.callable, .undefined):
      true
    case (.escaped, .text(let text)): text.isMarkup
    default: false
    }
  }
}
