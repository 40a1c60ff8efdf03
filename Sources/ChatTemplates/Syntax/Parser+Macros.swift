extension Parser {
  mutating func parseMacro(_ line: Int) throws(TemplateError) -> Statement {
    let name = try expectName()
    let symbol = symbols.symbol(for: name)
    names.store([symbol])
    let parameters = try parseParameters()
    return .macro(try parseMacroBody(name, symbol, parameters, until: "endmacro", line))
  }

  mutating func parseCallBlock(_ line: Int) throws(TemplateError) -> Statement {
    let parameters = isSymbol(.openParenthesis) ? try parseParameters() : []
    guard case .call(let call) = try parseExpression().kind else {
      throw failure("'call' needs a call of a macro", line: line)
    }
    let macro = try parseMacroBody(nil, nil, parameters, until: "endcall", line)
    return .callBlock(call, macro, line: line)
  }

  private mutating func parseParameters() throws(TemplateError) -> [(
    symbol: Int, name: String, defaultValue: Expression?
  )] {
    var parameters: [(symbol: Int, name: String, defaultValue: Expression?)] = []
    try expect(.openParenthesis)
    var taken: Set<String> = []
    names.push([])
    while !isSymbol(.closeParenthesis) {
      if !parameters.isEmpty { try expect(.comma) }
      let line = line
      let name = try expectName()
      var defaultValue: Expression?
      if skip(.assign) {
        defaultValue = try parseExpression()
      } else if let last = parameters.last, last.defaultValue != nil {
        throw failure("parameter '\(name)' without a default follows one with a default", line: line)
      }
      if !taken.insert(name).inserted { throw failure("two parameters '\(name)'", line: line) }
      let symbol = symbols.symbol(for: name)
      names.store([symbol])
      parameters.append((symbol, name, defaultValue))
    }
    names.pop()
    try expect(.closeParenthesis)
    return parameters
  }

  private mutating func parseMacroBody(
    _ name: String?, _ symbol: Int?, _ parameters: [(symbol: Int, name: String, defaultValue: Expression?)],
    until ending: String, _ line: Int
  ) throws(TemplateError) -> Macro {
    let own = parameters.map(\.symbol)
    let wasInLoops = loops
    loops = 0
    names.startMentions()
    let special = [SymbolTable.caller, SymbolTable.kwargs, SymbolTable.varargs]
    let body = try parseScopedBody(own + special, until: [ending])
    let mentioned = names.endMentions()
    loops = wasInLoops
    advance()
    if mentioned.contains(SymbolTable.caller),
      parameters.contains(where: { $0.symbol == SymbolTable.caller && $0.defaultValue == nil })
    {
      throw failure("a parameter 'caller' needs a default", line: line)
    }
    func uses(_ name: Int) -> Bool { mentioned.contains(name) && !own.contains(name) }
    return Macro(
      name: name, symbol: symbol, parameters: parameters, body: body, usesCaller: uses(SymbolTable.caller),
      usesNamed: uses(SymbolTable.kwargs), usesRest: uses(SymbolTable.varargs), line: line)
  }

  // MARK: - Targets

  /// A name, a namespace's attribute, or a tuple of them.
  mutating func parseTarget(endsAtIn: Bool = false, allowsAttributes: Bool = false) throws(TemplateError) -> Target {
    try enter()
    defer { leave() }
    var targets: [Target] = []
    var isTuple = false
    while true {
      if !targets.isEmpty {
        try expect(.comma)
        isTuple = true
      }
      if isEndOfTuple || (endsAtIn && isName("in")) { break }
      targets.append(try parseSingleTarget(allowsAttributes: allowsAttributes))
      if !isSymbol(.comma) { break }
    }
    if !isTuple, let only = targets.first { return only }
    if targets.isEmpty { throw failure("expected a variable, found \(current.description)") }
    return .tuple(targets)
  }

  private mutating func parseSingleTarget(allowsAttributes: Bool) throws(TemplateError) -> Target {
    let line = line
    if skip(.openParenthesis) {
      let target = try parseTarget(allowsAttributes: allowsAttributes)
      try expect(.closeParenthesis)
      return target
    }
    let name = try expectName()
    if Self.constants[name] != nil { throw failure("'\(name)' cannot be set", line: line) }
    let symbol = symbols.symbol(for: name)
    if allowsAttributes, skip(.dot) {
      names.load(symbol)
      return .attribute(of: symbol, AttributeName(try expectName()))
    }
    return .name(symbol)
  }
}
