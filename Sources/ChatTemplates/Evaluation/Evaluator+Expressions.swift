extension Evaluator {
  func evaluate(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    try step()
    line = expression.line
    switch expression.kind {
    case .literal(let literal):
      return switch literal {
      case .none: .none
      case .bool(let value): .bool(value)
      case .integer(let value): .integer(value)
      case .number(let value): .number(value)
      case .text(let text): .text(text)
      }
    case .name(let symbol): return scope.value(of: symbol) ?? .undefined(Undefined(.name(symbols.names[symbol])))
    default: break
    }
    try enter()
    defer { leave() }
    return try evaluateOperation(expression, scope)
  }

  private func evaluateOperation(_ expression: Expression, _ scope: Scope) throws(TemplateError) -> Value {
    switch expression.kind {
    case .literal, .name: return .none
    case .attribute(let base, let name): return try attribute(name, of: try evaluate(base, scope))
    case .item(let base, let index):
      let value = try evaluate(base, scope)
      return try item(try evaluate(index, scope), of: value)
    case .call(let call):
      let callee = try evaluate(call.callee, scope)
      let arguments = try evaluate(call.arguments, scope)
      line = expression.line
      return try self.call(callee, arguments)
    case .comparison(let first, let rest): return try evaluateComparison(first, rest, scope)
    case .and(let operands): return try evaluateJunction(operands, until: false, scope)
    case .or(let operands): return try evaluateJunction(operands, until: true, scope)
    case .not(let operand): return .bool(!(try evaluate(operand, scope).isTrue))
    case .conditional(let test, let then, let otherwise):
      if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
      if let otherwise { return try evaluate(otherwise, scope) }
      return .undefined(Undefined(.hint("an 'if' without 'else' came out false")))
    case .test(let operand, let test, let arguments):
      let value = try evaluate(operand, scope)
      return .bool(try apply(test, to: value, try evaluate(arguments, scope)))
    case .filter(let input, let filter, let arguments):
      let value = try evaluate(input, scope)
      let arguments = arguments.isEmpty ? Arguments() : try evaluate(arguments, scope)
      line = expression.line
      return try apply(filter, to: value, arguments)
    case .arithmetic(let first, let rest):
      var value = try evaluate(first, scope)
      for (operation, operand) in rest { value = try calculate(operation, value, try evaluate(operand, scope)) }
      return value
    case .concatenation(let operands):
      var builder = TextBuilder()
      for operand in operands { builder.append(try text(of: try evaluate(operand, scope))) }
      return try text(builder.finish())
    case .negative(let operand): return try negative(of: try evaluate(operand, scope))
    case .positive(let operand):
      let value = try evaluate(operand, scope)
      switch value {
      case .integer, .number: return value
      case .bool(let value): return .integer(value ? 1 : 0)
      default: throw failure(value, "'+' does not work on a \(value.typeName)")
      }
    case .tuple(let items): return try tuple(try evaluate(items, scope))
    case .list(let items): return try list(try evaluate(items, scope))
    case .dictionary(let items):
      var builder = DictionaryBuilder()
      for (keyExpression, valueExpression) in items {
        let key = try evaluate(keyExpression, scope)
        builder.set(try self.key(key), key, to: try evaluate(valueExpression, scope))
      }
      return try dictionary(builder)
    case .slice(let base, let start, let stop, let step):
      let value = try evaluate(base, scope)
      let bounds = (
        try evaluate(start, scope), try evaluate(stop, scope), try evaluate(step, scope)
      )
      return try slice(value, start: bounds.0, stop: bounds.1, step: bounds.2)
    case .captured: return .text(captured.last ?? .empty)
    case .missing(let message): throw failure(.syntax, message)
    }
  }

  private func evaluate(_ expressions: [Expression], _ scope: Scope) throws(TemplateError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(expressions.count)
    for expression in expressions { values.append(try evaluate(expression, scope)) }
    return values
  }

  private func evaluate(_ expression: Expression?, _ scope: Scope) throws(TemplateError) -> Value {
    guard let expression else { return .none }
    return try evaluate(expression, scope)
  }

  private func evaluateJunction(
    _ operands: [Expression], until stop: Bool, _ scope: Scope
  ) throws(TemplateError) -> Value {
    var value = Value.none
    for operand in operands {
      value = try evaluate(operand, scope)
      if value.isTrue == stop { break }
    }
    return value
  }

  private func evaluateComparison(
    _ first: Expression, _ rest: [(ComparisonOperator, Expression)], _ scope: Scope
  ) throws(TemplateError) -> Value {
    var left = try evaluate(first, scope)
    for (comparison, expression) in rest {
      let right = try evaluate(expression, scope)
      guard try compare(left, comparison, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  /// The values of a call's arguments, its `*` and `**` unpacked.
  func evaluate(_ list: ArgumentList, _ scope: Scope) throws(TemplateError) -> Arguments {
    var arguments = Arguments()
    arguments.positional = try evaluate(list.positional, scope)
    for (name, expression) in list.named { arguments.named.append((name, try evaluate(expression, scope))) }
    if let spread = list.spread { arguments.positional += try array(try evaluate(spread, scope)) }
    if let namedSpread = list.namedSpread {
      let value = try evaluate(namedSpread, scope)
      guard case .dictionary(let dictionary) = value else {
        throw failure(value, "'**' needs a mapping, not a \(value.typeName)")
      }
      for (key, value) in zip(dictionary.keys, dictionary.values) {
        guard case .text(let text) = key else {
          throw failure(.invalidOperation, "an argument's name must be a string")
        }
        let name = text.string
        if arguments.named.contains(where: { $0.name == name }) {
          throw failure(.invalidOperation, "two values for argument '\(name)'")
        }
        try charge(elements: 1)
        try step(arguments.named.count / 8)
        arguments.named.append((name, value))
      }
    }
    return arguments
  }
}
