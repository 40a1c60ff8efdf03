extension Parser {
  static let constants: [String: Literal] = [
    "true": .bool(true), "True": .bool(true), "false": .bool(false), "False": .bool(false),
    "none": .none, "None": .none,
  ]

  var isEndOfTuple: Bool {
    current.kind == .variableEnd || current.kind == .blockEnd || isSymbol(.closeParenthesis)
  }

  /// One expression, or a tuple of several with commas between them.
  mutating func parseTuple(
    allowsConditional: Bool = true, endsAtRecursive: Bool = false, allowsEmpty: Bool = false
  ) throws(TemplateError) -> Expression {
    let line = line
    var items: [Expression] = []
    var isTuple = false
    while true {
      if !items.isEmpty {
        try expect(.comma)
        isTuple = true
      }
      if isEndOfTuple || (endsAtRecursive && isName("recursive")) { break }
      items.append(try parseExpression(allowsConditional: allowsConditional))
      if !isSymbol(.comma) { break }
    }
    if !isTuple, let only = items.first { return only }
    if items.isEmpty, !allowsEmpty { throw failure("expected an expression, found \(current.description)") }
    return try node(.tuple(items), line, over: height(items))
  }

  func height(_ expressions: [Expression]) -> Int { expressions.lazy.map(\.height).max() ?? 0 }

  mutating func parseExpression(allowsConditional: Bool = true) throws(TemplateError) -> Expression {
    try enter()
    defer { leave() }
    let line = line
    let wasTentative = isTentative
    defer { isTentative = wasTentative }
    if allowsConditional, conditionalFollows() { isTentative = true }
    var expression = try parseOr()
    while allowsConditional, skip(name: "if") {
      isTentative = true
      let test = try parseOr()
      let otherwise = skip(name: "else") ? try parseExpression() : nil
      expression = try node(
        .conditional(test: test, then: expression, otherwise: otherwise), line,
        over: max(expression.height, test.height, otherwise?.height ?? 0))
    }
    return expression
  }

  /// Whether the expression that starts here has an `if` after it, without parsing it.
  private func conditionalFollows() -> Bool {
    var index = position
    var open = 0
    while index < tokens.count {
      switch tokens[index].kind {
      case .symbol(.openParenthesis), .symbol(.openBracket), .symbol(.openBrace): open += 1
      case .symbol(.closeParenthesis), .symbol(.closeBracket), .symbol(.closeBrace):
        if open == 0 { return false }
        open -= 1
      case .symbol(.comma), .symbol(.colon), .name("else"): if open == 0 { return false }
      case .name("if"): if open == 0 { return true }
      case .blockEnd, .variableEnd, .end: return false
      default: break
      }
      index += 1
    }
    return false
  }

  private mutating func parseOr() throws(TemplateError) -> Expression {
    let line = line
    var operands = [try parseAnd()]
    while skip(name: "or") { operands.append(try parseAnd()) }
    return operands.count == 1 ? operands[0] : try node(.or(operands), line, over: height(operands))
  }

  private mutating func parseAnd() throws(TemplateError) -> Expression {
    let line = line
    var operands = [try parseNot()]
    while skip(name: "and") { operands.append(try parseNot()) }
    return operands.count == 1 ? operands[0] : try node(.and(operands), line, over: height(operands))
  }

  private mutating func parseNot() throws(TemplateError) -> Expression {
    let line = line
    guard skip(name: "not") else { return try parseComparison() }
    try enter()
    defer { leave() }
    let operand = try parseNot()
    return try node(.not(operand), line, over: operand.height)
  }

  private mutating func parseComparison() throws(TemplateError) -> Expression {
    let line = line
    let first = try parseSum()
    var rest: [(ComparisonOperator, Expression)] = []
    while let comparison = comparisonOperator() { rest.append((comparison, try parseSum())) }
    if rest.isEmpty { return first }
    return try node(.comparison(first, rest), line, over: max(first.height, height(rest.map(\.1))))
  }

  private mutating func comparisonOperator() -> ComparisonOperator? {
    let comparison: ComparisonOperator
    switch current.kind {
    case .symbol(.equal): comparison = .equal
    case .symbol(.notEqual): comparison = .notEqual
    case .symbol(.less): comparison = .less
    case .symbol(.lessOrEqual): comparison = .lessOrEqual
    case .symbol(.greater): comparison = .greater
    case .symbol(.greaterOrEqual): comparison = .greaterOrEqual
    case .name("in"): comparison = .isIn
    case .name("not"):
      guard peek().kind == .name("in") else { return nil }
      advance()
      comparison = .isNotIn
    default: return nil
    }
    advance()
    return comparison
  }

  private mutating func parseSum() throws(TemplateError) -> Expression {
    let line = line
    let first = try parseConcatenation()
    var rest: [(ArithmeticOperator, Expression)] = []
    while isSymbol(.add) || isSymbol(.subtract) {
      let operation: ArithmeticOperator = isSymbol(.add) ? .add : .subtract
      advance()
      rest.append((operation, try parseConcatenation()))
    }
    return try arithmetic(first, rest, line)
  }

  private func arithmetic(
    _ first: Expression, _ rest: [(ArithmeticOperator, Expression)], _ line: Int
  ) throws(TemplateError) -> Expression {
    if rest.isEmpty { return first }
    return try node(.arithmetic(first, rest), line, over: max(first.height, height(rest.map(\.1))))
  }

  private mutating func parseConcatenation() throws(TemplateError) -> Expression {
    let line = line
    var operands = [try parseProduct()]
    while skip(.tilde) { operands.append(try parseProduct()) }
    return operands.count == 1 ? operands[0] : try node(.concatenation(operands), line, over: height(operands))
  }

  private mutating func parseProduct() throws(TemplateError) -> Expression {
    let line = line
    let first = try parsePower()
    var rest: [(ArithmeticOperator, Expression)] = []
    while true {
      let operation: ArithmeticOperator
      switch current.kind {
      case .symbol(.multiply): operation = .multiply
      case .symbol(.divide): operation = .divide
      case .symbol(.floorDivide): operation = .floorDivide
      case .symbol(.modulo): operation = .modulo
      default: return try arithmetic(first, rest, line)
      }
      advance()
      rest.append((operation, try parsePower()))
    }
  }

  /// In Jinja, `**` goes from left to right, too.
  private mutating func parsePower() throws(TemplateError) -> Expression {
    let line = line
    let first = try parseUnary()
    var rest: [(ArithmeticOperator, Expression)] = []
    while skip(.power) { rest.append((.power, try parseUnary())) }
    return try arithmetic(first, rest, line)
  }

  private mutating func parseUnary(allowsFilters: Bool = true) throws(TemplateError) -> Expression {
    let line = line
    var expression: Expression
    if isSymbol(.subtract) || isSymbol(.add) {
      let isNegative = isSymbol(.subtract)
      advance()
      try enter()
      let operand = try parseUnary(allowsFilters: false)
      leave()
      expression = try node(isNegative ? .negative(operand) : .positive(operand), line, over: operand.height)
    } else {
      expression = try parsePrimary()
    }
    expression = try parsePostfix(of: expression)
    return allowsFilters ? try parseFiltersAndTests(of: expression) : expression
  }

  func primaryLiteral(_ literal: Literal, _ line: Int) throws(TemplateError) -> Expression {
    try node(.literal(literal), line)
  }

  mutating func parsePrimary() throws(TemplateError) -> Expression {
    let line = line
    switch current.kind {
    case .name(let name):
      advance()
      if let constant = Self.constants[name] { return try primaryLiteral(constant, line) }
      let symbol = symbols.symbol(for: name)
      names.load(symbol)
      return try node(.name(symbol), line)
    case .string(var bytes):
      advance()
      while case .string(let more) = current.kind {
        bytes += more
        advance()
      }
      return try primaryLiteral(.text(Text(bytes, .template)), line)
    case .integer(let value):
      advance()
      return try primaryLiteral(.integer(value), line)
    case .number(let value):
      advance()
      return try primaryLiteral(.number(value), line)
    case .symbol(.openParenthesis):
      advance()
      let expression = try parseTuple(allowsEmpty: true)
      try expect(.closeParenthesis)
      return expression
    case .symbol(.openBracket): return try parseList()
    case .symbol(.openBrace): return try parseDictionary()
    default: throw failure("unexpected \(current.description)")
    }
  }

  private mutating func parseList() throws(TemplateError) -> Expression {
    let line = line
    advance()
    var items: [Expression] = []
    while !isSymbol(.closeBracket) {
      if !items.isEmpty { try expect(.comma) }
      if isSymbol(.closeBracket) { break }
      items.append(try parseExpression())
    }
    advance()
    return try node(.list(items), line, over: height(items))
  }

  private mutating func parseDictionary() throws(TemplateError) -> Expression {
    let line = line
    advance()
    var items: [(key: Expression, value: Expression)] = []
    while !isSymbol(.closeBrace) {
      if !items.isEmpty { try expect(.comma) }
      if isSymbol(.closeBrace) { break }
      let key = try parseExpression()
      try expect(.colon)
      items.append((key, try parseExpression()))
    }
    advance()
    return try node(.dictionary(items), line, over: max(height(items.map(\.key)), height(items.map(\.value))))
  }
}
