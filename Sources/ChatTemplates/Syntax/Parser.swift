/// Builds the tree of a template from its tokens.
struct Parser {
  let tokens: [Token]
  private(set) var position = 0
  private var depth = 0
  var symbols = SymbolTable()
  var names = NameTracker()
  /// How many loops a `break` here could leave.
  var loops = 0
  /// Whether a filter that does not exist only matters if it is reached, as in Jinja.
  var isTentative = false

  /// How deep expressions and blocks may nest in the source.
  private static let maximumDepth = 64
  /// How many levels a tree of expressions may have; chains such as `x|trim|trim` add to it, too.
  private static let maximumHeight = 200

  init(_ tokens: [Token]) { self.tokens = tokens }

  // MARK: - Tokens

  var current: Token { tokens[position] }
  var line: Int { current.line }

  mutating func advance() { if position + 1 < tokens.count { position += 1 } }

  func peek() -> Token { tokens[min(position + 1, tokens.count - 1)] }

  func isName(_ name: String) -> Bool { current.kind == .name(name) }
  func isSymbol(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

  mutating func skip(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func skip(_ symbol: Token.Symbol) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: Token.Symbol) throws(TemplateError) {
    guard skip(symbol) else { throw failure("expected '\(symbol.rawValue)', found \(current.description)") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = current.kind else { throw failure("expected a name, found \(current.description)") }
    advance()
    return name
  }

  mutating func expect(name: String) throws(TemplateError) {
    guard skip(name: name) else { throw failure("expected '\(name)', found \(current.description)") }
  }

  mutating func expectBlockEnd() throws(TemplateError) {
    guard current.kind == .blockEnd else { throw failure("expected '%}', found \(current.description)") }
    advance()
  }

  func failure(_ message: String, line: Int? = nil) -> TemplateError {
    TemplateError(.syntax, message + ".", line: line ?? self.line)
  }

  /// Goes one level deeper; every caller comes back with `leave`, unless it throws.
  mutating func enter() throws(TemplateError) {
    depth += 1
    if depth > Self.maximumDepth {
      throw TemplateError(
        .limitExceeded, "blocks and expressions nest more than \(Self.maximumDepth) deep.", line: line)
    }
  }

  mutating func leave() { depth -= 1 }

  /// An expression over others, of which `height` is the greatest height.
  func node(_ kind: Expression.Kind, _ line: Int, over height: Int = 0) throws(TemplateError) -> Expression {
    if height >= Self.maximumHeight {
      throw TemplateError(.limitExceeded, "an expression has more than \(Self.maximumHeight) levels.", line: line)
    }
    return Expression(kind: kind, line: line, height: height + 1)
  }

  // MARK: - Statements

  mutating func parseTemplate() throws(TemplateError) -> [Statement] {
    let body = try parseBody(until: [])
    guard current.kind == .end else { throw failure("unexpected \(current.description)") }
    return body
  }

  /// Statements up to `{% NAME` with one of the names, at which the parser then stands; up to the end if there are
  /// none.
  mutating func parseBody(until endings: [String]) throws(TemplateError) -> [Statement] {
    var body: [Statement] = []
    let start = line
    while true {
      switch current.kind {
      case .data(let bytes):
        body.append(.text(Text(bytes, .template)))
        advance()
      case .variableBegin:
        advance()
        body.append(.output(try parseTuple()))
        guard current.kind == .variableEnd else { throw failure("expected '}}', found \(current.description)") }
        advance()
      case .blockBegin:
        advance()
        if case .name(let name) = current.kind, endings.contains(name) { return body }
        body.append(contentsOf: try parseStatement())
        try expectBlockEnd()
      case .end:
        if endings.isEmpty { return body }
        let due = endings.map { "'\($0)'" }.joined(separator: " or ")
        throw failure("the template ends where \(due) is due for the block of line \(start)")
      default: throw failure("unexpected \(current.description)")
      }
    }
  }

  /// The body of a block: up to its end, past `%}` of the tag that opens it.
  mutating func parseBlockBody(until endings: [String]) throws(TemplateError) -> [Statement] {
    _ = skip(.colon)
    try expectBlockEnd()
    try enter()
    let body = try parseBody(until: endings)
    leave()
    return body
  }

  /// The same, with variables of its own.
  mutating func parseScopedBody(_ symbols: [Int] = [], until endings: [String]) throws(TemplateError) -> [Statement] {
    let wasTentative = isTentative
    isTentative = false
    names.push(symbols)
    let body = try parseBlockBody(until: endings)
    names.pop()
    isTentative = wasTentative
    return body
  }

  private mutating func parseStatement() throws(TemplateError) -> [Statement] {
    guard case .name(let tag) = current.kind else { throw failure("expected a tag, found \(current.description)") }
    let line = line
    advance()
    switch tag {
    case "if": return [try parseIf()]
    case "for": return [try parseFor(line)]
    case "set": return [try parseSet()]
    case "macro": return [try parseMacro(line)]
    case "call": return [try parseCallBlock(line)]
    case "generation": return [try parseGeneration()]
    case "filter":
      let filter = try parseFilters(on: try node(.captured, line), startsInline: true)
      let body = try parseScopedBody(until: ["endfilter"])
      advance()
      return [.filterBlock(filter, body: body)]
    case "with": return [try parseWith()]
    case "block": return [try parseNamedBlock()]
    case "autoescape":
      let mode = try parseExpression()
      let body = try parseScopedBody(until: ["endautoescape"])
      advance()
      return [.autoescape(mode, body: body)]
    case "print": return try parsePrint()
    case "break", "continue":
      guard loops > 0 else { throw failure("'\(tag)' outside of a loop", line: line) }
      return [tag == "break" ? .breakLoop : .continueLoop]
    case "extends", "include", "import", "from":
      while current.kind != .blockEnd, current.kind != .end { advance() }
      return [.unsupported("'\(tag)': a chat template is one file and cannot take in others", line: line)]
    default: throw failure("unknown tag '\(tag)'", line: line)
    }
  }

  private mutating func parseIf() throws(TemplateError) -> Statement {
    let wasTentative = isTentative
    isTentative = true
    defer { isTentative = wasTentative }
    var branches: [(test: Expression, body: [Statement])] = []
    let bound = names.bound
    while true {
      let test = try parseTuple(allowsConditional: false)
      branches.append((test, try parseBlockBody(until: ["elif", "else", "endif"])))
      names.bound = bound
      let ending = try expectName()
      if ending == "elif" { continue }
      if ending == "endif" { return .conditional(branches, otherwise: []) }
      let otherwise = try parseBlockBody(until: ["endif"])
      names.bound = bound
      advance()
      return .conditional(branches, otherwise: otherwise)
    }
  }

  private mutating func parseFor(_ line: Int) throws(TemplateError) -> Statement {
    let target = try parseTarget(endsAtIn: true)
    try expect(name: "in")
    let sequence = try parseTuple(allowsConditional: false, endsAtRecursive: true)
    if target.names.contains(SymbolTable.loop) { throw failure("'loop' cannot be a loop's own variable", line: line) }
    names.push(target.names)
    let filter = skip(name: "if") ? try parseExpression() : nil
    names.pop()
    let isRecursive = skip(name: "recursive")
    loops += 1
    names.startMentions()
    let body = try parseScopedBody(target.names + [SymbolTable.loop], until: ["endfor", "else"])
    let usesLoop = names.endMentions().contains(SymbolTable.loop)
    loops -= 1
    var otherwise: [Statement] = []
    if try expectName() == "else" {
      otherwise = try parseScopedBody(until: ["endfor"])
      advance()
    }
    return .loop(
      Loop(
        target: target, sequence: sequence, filter: filter, isRecursive: isRecursive,
        usesLoop: usesLoop || isRecursive, body: body, otherwise: otherwise, line: line))
  }

  private mutating func parseSet() throws(TemplateError) -> Statement {
    let line = line
    let target = try parseTarget(allowsAttributes: true)
    if target.names.contains(SymbolTable.loop), loops > 0 {
      throw failure("'loop' cannot be set in a loop", line: line)
    }
    if skip(.assign) {
      let value = try parseTuple()
      names.store(target.names)
      return .set(target, value)
    }
    let filter = try parseFilters(on: try node(.captured, line))
    let body = try parseScopedBody(until: ["endset"])
    advance()
    names.store(target.names)
    return .setBlock(target, filter: filter, body: body)
  }

  private mutating func parseWith() throws(TemplateError) -> Statement {
    var assignments: [(Target, Expression)] = []
    while current.kind != .blockEnd {
      if !assignments.isEmpty { try expect(.comma) }
      let target = try parseTarget()
      try expect(.assign)
      assignments.append((target, try parseExpression()))
    }
    let body = try parseScopedBody(assignments.flatMap(\.0.names), until: ["endwith"])
    advance()
    return .with(assignments, body: body)
  }

  private mutating func parseNamedBlock() throws(TemplateError) -> Statement {
    let name = try expectName()
    let isScoped = skip(name: "scoped")
    _ = skip(name: "required")
    let wasInLoops = loops
    loops = 0
    let body = try parseScopedBody(until: ["endblock"])
    loops = wasInLoops
    advance()
    _ = skip(name: name)
    return .block(name: symbols.symbol(for: name), isScoped: isScoped, body: body)
  }

  /// Marks what a model wrote, for training; here it only has variables of its own.
  private mutating func parseGeneration() throws(TemplateError) -> Statement {
    let wasInLoops = loops
    loops = 0
    let body = try parseScopedBody(until: ["endgeneration"])
    loops = wasInLoops
    advance()
    return .scope(body)
  }

  private mutating func parsePrint() throws(TemplateError) -> [Statement] {
    var outputs: [Statement] = []
    while current.kind != .blockEnd {
      if !outputs.isEmpty { try expect(.comma) }
      outputs.append(.output(try parseExpression()))
    }
    return outputs
  }
}
