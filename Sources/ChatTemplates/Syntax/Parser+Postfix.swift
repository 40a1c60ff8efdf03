extension Parser {
  /// Attributes, subscripts and calls.
  mutating func parsePostfix(of expression: Expression) throws(TemplateError) -> Expression {
    var expression = expression
    while true {
      switch current.kind {
      case .symbol(.dot), .symbol(.openBracket): expression = try parseMember(of: expression)
      case .symbol(.openParenthesis): expression = try parseCall(of: expression)
      default: return expression
      }
    }
  }

  private mutating func parseMember(of base: Expression) throws(TemplateError) -> Expression {
    let line = line
    if skip(.dot) {
      let member = current
      advance()
      switch member.kind {
      case .name(let name): return try node(.attribute(base, AttributeName(name)), line, over: base.height)
      case .integer(let index):
        return try node(.item(base, try primaryLiteral(.integer(index), line)), line, over: base.height)
      default: throw failure("expected a name or a number, found \(member.description)", line: member.line)
      }
    }
    try expect(.openBracket)
    var items: [Expression] = []
    while !isSymbol(.closeBracket) {
      if !items.isEmpty { try expect(.comma) }
      var bounds: [Expression?] = []
      var start: Expression?
      if !isSymbol(.colon) { start = try parseExpression() }
      while skip(.colon), bounds.count < 2 {
        let isEmpty = isSymbol(.colon) || isSymbol(.closeBracket) || isSymbol(.comma)
        bounds.append(isEmpty ? nil : try parseExpression())
      }
      if bounds.isEmpty, let start {
        items.append(start)
        continue
      }
      guard items.isEmpty, isSymbol(.closeBracket) else { throw failure("a slice cannot be one of several subscripts") }
      advance()
      let stop = bounds.first ?? nil
      let step = bounds.count > 1 ? bounds[1] : nil
      let height = max(base.height, start?.height ?? 0, stop?.height ?? 0, step?.height ?? 0)
      return try node(.slice(base, start: start, stop: stop, step: step), line, over: height)
    }
    advance()
    let index = items.count == 1 ? items[0] : try node(.tuple(items), line, over: height(items))
    return try node(.item(base, index), line, over: max(base.height, index.height))
  }

  private mutating func parseCall(of callee: Expression) throws(TemplateError) -> Expression {
    let line = line
    let arguments = try parseArguments()
    return try node(.call(Call(callee: callee, arguments: arguments)), line, over: max(callee.height, arguments.height))
  }

  private mutating func parseArguments() throws(TemplateError) -> ArgumentList {
    let line = line
    try expect(.openParenthesis)
    var arguments = ArgumentList()
    var isFirst = true
    var taken: Set<String> = []
    func require(_ isInOrder: Bool) throws(TemplateError) {
      if !isInOrder { throw failure("arguments in an order that a call cannot have", line: line) }
    }
    while !isSymbol(.closeParenthesis) {
      if !isFirst {
        try expect(.comma)
        if isSymbol(.closeParenthesis) { break }
      }
      isFirst = false
      if skip(.multiply) {
        try require(arguments.spread == nil && arguments.namedSpread == nil)
        arguments.spread = try parseExpression()
      } else if skip(.power) {
        try require(arguments.namedSpread == nil)
        arguments.namedSpread = try parseExpression()
      } else if case .name(let name) = current.kind, peek().kind == .symbol(.assign) {
        try require(arguments.namedSpread == nil)
        if !taken.insert(name).inserted { throw failure("two arguments '\(name)'") }
        advance()
        advance()
        arguments.named.append((name, try parseExpression()))
      } else {
        try require(arguments.spread == nil && arguments.namedSpread == nil && arguments.named.isEmpty)
        arguments.positional.append(try parseExpression())
      }
    }
    try expect(.closeParenthesis)
    return arguments
  }

  // MARK: - Filters and tests

  mutating func parseFiltersAndTests(of expression: Expression) throws(TemplateError) -> Expression {
    var expression = expression
    while true {
      switch current.kind {
      case .symbol(.pipe): expression = try parseFilters(on: expression)
      case .name("is"): expression = try parseTest(of: expression)
      case .symbol(.openParenthesis): expression = try parseCall(of: expression)
      default: return expression
      }
    }
  }

  /// Filters, each after a `|`; the first without, where it `startsInline`.
  mutating func parseFilters(on input: Expression, startsInline: Bool = false) throws(TemplateError) -> Expression {
    var expression = input
    var isInline = startsInline
    while isInline || isSymbol(.pipe) {
      if !isInline { advance() }
      isInline = false
      let line = line
      let name = try parseDottedName()
      let arguments = isSymbol(.openParenthesis) ? try parseArguments() : ArgumentList()
      let height = max(expression.height, arguments.height)
      if let filter = Filter(rawValue: name) {
        expression = try node(.filter(expression, filter, arguments), line, over: height)
      } else {
        expression = try missing("no filter is called '\(name)'", line)
      }
    }
    return expression
  }

  private mutating func parseDottedName() throws(TemplateError) -> String {
    var name = try expectName()
    while skip(.dot) { name += "." + (try expectName()) }
    return name
  }

  /// A filter or test that there is not: an error at once, or in a branch only once it is reached.
  private func missing(_ message: String, _ line: Int) throws(TemplateError) -> Expression {
    guard isTentative else { throw failure(message, line: line) }
    return try node(.missing(message), line)
  }

  private mutating func parseTest(of operand: Expression) throws(TemplateError) -> Expression {
    advance()
    let line = line
    let isNegated = skip(name: "not")
    let name = try parseDottedName()
    var arguments = ArgumentList()
    switch current.kind {
    case .symbol(.openParenthesis): arguments = try parseArguments()
    case .name("else"), .name("or"), .name("and"): break
    case .name("is"): throw failure("tests cannot follow each other; write 'and' between them")
    case .name, .string, .integer, .number, .symbol(.openBracket), .symbol(.openBrace):
      arguments.positional = [try parsePostfix(of: try parsePrimary())]
    default: break
    }
    var result: Expression
    if let test = ValueTest(rawValue: name) {
      result = try node(.test(operand, test, arguments), line, over: max(operand.height, arguments.height))
    } else {
      result = try missing("no test is called '\(name)'", line)
    }
    if isNegated { result = try node(.not(result), line, over: result.height) }
    return result
  }
}
