/// Reads llama.cpp's notation for grammars.
struct GBNFParser {
  private var reader: ScalarReader
  private var rules: RuleSet
  private var numbers: [String: Int] = [:]
  private var isDefined: Set<String> = []
  private var firstUse: [(name: String, position: Int)] = []

  /// Adds the rules of a text and gives the one named `root`, which is the first added.
  static func parse(_ text: String, into rules: inout RuleSet) throws(GrammarError) -> Int {
    var parser = GBNFParser(reader: try ScalarReader(text, countsLines: true), rules: rules)
    let root = try parser.number(of: "root")
    try parser.readRules()
    for (name, position) in parser.firstUse where !parser.isDefined.contains(name) {
      throw parser.reader.error("the rule \"\(name)\" is used but not defined", code: .undefined, at: position)
    }
    guard parser.isDefined.contains("root") else {
      throw GrammarError(.undefined, "there is no rule \"root\", with which every text begins; add root ::= …")
    }
    rules = parser.rules
    return root
  }

  private init(reader: ScalarReader, rules: RuleSet) {
    self.reader = reader
    self.rules = rules
  }

  private mutating func number(of name: String) throws(GrammarError) -> Int {
    if let known = numbers[name] { return known }
    let number = try rules.declare(name)
    numbers[name] = number
    return number
  }

  private mutating func readRules() throws(GrammarError) {
    skipSpace(acrossLines: true)
    while reader.peek != nil {
      let start = reader.position
      guard let name = readName() else { throw reader.error("expected the name of a rule, found \(reader.found)") }
      skipSpace(acrossLines: false)
      guard reader.take("::=") else {
        throw reader.error("expected ::= after the rule's name \"\(name)\", found \(reader.found)")
      }
      guard isDefined.insert(name).inserted else {
        throw reader.error("the rule \"\(name)\" is defined twice; join the two with |", at: start)
      }
      skipSpace(acrossLines: true)
      let body = try readAlternatives(depth: 0)
      rules.define(try number(of: name), body)
      if let next = reader.peek, next != 0x0A, next != 0x0D {
        throw reader.error("expected the end of the rule \"\(name)\", found \(reader.found)")
      }
      skipSpace(acrossLines: true)
    }
  }

  private mutating func readAlternatives(depth: Int) throws(GrammarError) -> Expression {
    guard depth <= GrammarLimits.nesting else {
      throw reader.error("groups nest deeper than \(GrammarLimits.nesting); use rules", code: .tooLarge)
    }
    var alternatives = [try readSequence(depth: depth)]
    while reader.take("|") {
      skipSpace(acrossLines: true)
      alternatives.append(try readSequence(depth: depth))
    }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func readSequence(depth: Int) throws(GrammarError) -> Expression {
    var parts: [Expression] = []
    while let part = try readItem(depth: depth) {
      parts.append(try readRepetition(of: part))
      skipSpace(acrossLines: depth > 0)
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func readItem(depth: Int) throws(GrammarError) -> Expression? {
    let start = reader.position
    switch reader.peek.flatMap(Unicode.Scalar.init) {
    case "\"":
      reader.position += 1
      return .bytes(try readLiteral(from: start))
    case "[":
      reader.position += 1
      return .scalars(try readClass(from: start))
    case ".":
      reader.position += 1
      return .scalars(.all)
    case "(":
      reader.position += 1
      skipSpace(acrossLines: true)
      let group = try readAlternatives(depth: depth + 1)
      guard reader.take(")") else {
        throw reader.error("expected ) for the group that begins at \(reader.place(start)), found \(reader.found)")
      }
      return group
    case "*", "+", "?", "{": throw reader.error("there is nothing before \(reader.found) that could be repeated")
    case "<", "!":
      throw reader.error("single tokens cannot be named; write their text as a literal", code: .unsupported)
    default:
      guard let name = readName() else { return nil }
      if numbers[name] == nil || name == "root" { firstUse.append((name, start)) }
      return .call(try number(of: name))
    }
  }

  private mutating func readRepetition(of part: Expression) throws(GrammarError) -> Expression {
    skipBlanks()
    guard let bounds = try readBounds() else { return part }
    let end = reader.position
    skipBlanks()
    if let next = reader.peek.flatMap(Unicode.Scalar.init), "*+?{".unicodeScalars.contains(next) {
      throw reader.error("a repetition of a repetition; put parentheses around the first", at: end)
    }
    return .repeated(part, bounds.0, bounds.1)
  }

  private mutating func readBounds() throws(GrammarError) -> (Int, Int?)? {
    if reader.take("*") { return (0, nil) }
    if reader.take("+") { return (1, nil) }
    if reader.take("?") { return (0, 1) }
    return reader.take("{") ? try reader.bounds() : nil
  }

  // MARK: - Characters

  private mutating func readLiteral(from start: Int) throws(GrammarError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let scalar = reader.next() {
      switch scalar {
      case 0x22: return bytes
      case 0x0A: throw reader.error("a literal without its closing quote; write a line's end as \\n", at: start)
      case 0x5C: bytes += utf8(try readEscape())
      default: bytes += utf8(scalar)
      }
    }
    throw reader.error("a literal without its closing quote", at: start)
  }

  private mutating func readClass(from start: Int) throws(GrammarError) -> ScalarSet {
    let isNegated = reader.take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !reader.take("]") {
      let position = reader.position
      let low = try readClassMember(from: start)
      if reader.isNext("-"), reader.peek(1) != nil, reader.peek(1) != 0x5D {
        reader.position += 1
        let high = try readClassMember(from: start)
        guard low <= high else { throw reader.error("a range in a class that runs backwards", at: position) }
        ranges.append(low...high)
      } else {
        ranges.append(low...low)
      }
    }
    let set = ScalarSet(ranges)
    return isNegated ? set.inverted : set
  }

  private mutating func readClassMember(from start: Int) throws(GrammarError) -> UInt32 {
    guard let scalar = reader.next(), scalar != 0x0A else {
      throw reader.error("a class without its closing ]", at: start)
    }
    return scalar == 0x5C ? try readEscape() : scalar
  }

  /// The character of an escape whose backslash was just read.
  private mutating func readEscape() throws(GrammarError) -> UInt32 {
    let start = reader.position - 1
    guard let kind = reader.next().flatMap(Unicode.Scalar.init) else { throw reader.error("an escape without an end") }
    switch kind {
    case "n": return 0x0A
    case "r": return 0x0D
    case "t": return 0x09
    case "x": return try reader.scalar(try reader.hexadecimal(2), at: start)
    case "u": return try reader.scalar(try reader.hexadecimal(4), at: start)
    case "U": return try reader.scalar(try reader.hexadecimal(8), at: start)
    case "\\", "\"", "[", "]", "-", "^", "/", "'", ".": return kind.value
    default:
      throw reader.error(
        "an unknown escape \\\(kind); there are \\n \\r \\t \\\\ \\\" \\[ \\] \\- \\^ \\xHH \\uHHHH \\UHHHHHHHH",
        at: start)
    }
  }

  private mutating func readName() -> String? {
    var name = String.UnicodeScalarView()
    while let scalar = reader.peek.flatMap(Unicode.Scalar.init), Self.isNameScalar(scalar) {
      name.append(scalar)
      reader.position += 1
    }
    return name.isEmpty ? nil : String(name)
  }

  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }

  // MARK: - Space

  private mutating func skipBlanks() {
    while reader.isNext(" ") || reader.isNext("\t") { reader.position += 1 }
  }

  private mutating func skipSpace(acrossLines: Bool) {
    while let scalar = reader.peek.flatMap(Unicode.Scalar.init) {
      switch scalar {
      case " ", "\t": reader.position += 1
      case "\n", "\r":
        guard acrossLines else { return }
        reader.position += 1
      case "#": while let next = reader.peek, next != 0x0A { reader.position += 1 }
      default: return
      }
    }
  }
}
