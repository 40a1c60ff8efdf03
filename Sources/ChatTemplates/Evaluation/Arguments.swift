/// The values that a call, filter or test is given.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  /// The value for each parameter, by position or name; nil where there is none.
  /// - Parameters:
  ///   - parameters: their names, in order.
  ///   - required: how many of them must have a value.
  func bound(
    to parameters: [String], required: Int = 0, of function: String, _ evaluator: Evaluator
  ) throws(TemplateError) -> [Value?] {
    var values = [Value?](repeating: nil, count: parameters.count)
    if positional.count > parameters.count {
      throw evaluator.failure(
        .invalidOperation, "'\(function)' takes \(parameters.count) arguments, not \(positional.count)")
    }
    for (index, value) in positional.enumerated() { values[index] = value }
    for (name, value) in named {
      guard let index = parameters.firstIndex(of: name), values[index] == nil else {
        throw evaluator.failure(.invalidOperation, "'\(function)' cannot take the argument '\(name)'")
      }
      values[index] = value
    }
    for (index, value) in values.prefix(required).enumerated() where value == nil {
      throw evaluator.failure(.invalidOperation, "'\(function)' needs the argument '\(parameters[index])'")
    }
    return values
  }
}

extension Evaluator {
  /// A whole number that an argument gives.
  func integer(_ value: Value?, default fallback: Int) throws(TemplateError) -> Int {
    guard let value else { return fallback }
    guard let integer = value.index else { throw failure(value, "expected a whole number, not a \(value.typeName)") }
    return integer
  }

  /// A string that an argument gives.
  func string(_ value: Value) throws(TemplateError) -> Text {
    guard case .text(let text) = value else { throw failure(value, "expected a string, not a \(value.typeName)") }
    return text
  }
}
