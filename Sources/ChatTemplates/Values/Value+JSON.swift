import JSONParsing

extension Evaluator {
  /// The value of a JSON value, whose strings are data unless it is trusted.
  func value(of json: JSONValue, isData: Bool, nesting: Int = 0) throws(TemplateError) -> Value {
    try checkNesting(nesting)
    switch json {
    case .null: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .number(let value): return .number(value)
    case .string(let string):
      try charge(bytes: string.utf8.count)
      return .text(Text(string, isData: isData))
    case .array(let elements):
      try charge(elements: elements.count)
      var values: [Value] = []
      values.reserveCapacity(elements.count)
      for element in elements { values.append(try value(of: element, isData: isData, nesting: nesting + 1)) }
      return .list(Elements(values))
    case .object(let object):
      try charge(elements: 2 * object.count)
      var builder = DictionaryBuilder()
      for (key, member) in object.pairs {
        builder.set(Text(key, isData: isData), to: try value(of: member, isData: isData, nesting: nesting + 1))
      }
      return .dictionary(Dictionary(builder))
    }
  }
}
