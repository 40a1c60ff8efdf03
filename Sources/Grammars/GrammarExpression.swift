public import JSONParsing

/// Texts described in code: the way to put a schema between markers, as tool calls need it.
///
///     let call = GrammarExpression.sequence([.literal("<tool_call>\n"), .schema(schema), .literal("\n</tool_call>")])
///     let grammar = try Grammar(.repeated(call, atLeast: 1, atMost: nil))
///
/// For rules that call each other write GBNF: `.gbnf` embeds a whole grammar.
public indirect enum GrammarExpression: Sendable {
  /// Exactly this text.
  case literal(String)
  /// One character of these ranges, or with `negated` any other one.
  case characters([ClosedRange<Unicode.Scalar>], negated: Bool)
  /// These, one after the other.
  case sequence([GrammarExpression])
  /// Any one of these; without alternatives, nothing matches.
  case choice([GrammarExpression])
  /// At least and at most so many in a row; nil is without bound.
  case repeated(GrammarExpression, atLeast: Int, atMost: Int?)
  /// The texts that match a regular expression as a whole; see `Grammar.init(regex:)`.
  case regex(String)
  /// The texts of the rule `root` of a grammar; its rule names are its own.
  case gbnf(String)
  /// Any JSON value.
  case json
  /// The JSON values that satisfy a schema; see `Grammar.init(jsonSchema:options:)`.
  case schema(JSONValue, options: JSONSchemaOptions = .init())

  /// The same in terms of bytes and rules.
  func lowered(into rules: inout RuleSet, depth: Int) throws(GrammarError) -> Expression {
    guard depth <= GrammarLimits.nesting else {
      throw GrammarError(.tooLarge, "expressions nest deeper than \(GrammarLimits.nesting)")
    }
    switch self {
    case .literal(let text): return .literal(text)
    case .characters(let ranges, let isNegated):
      let set = ScalarSet(ranges.map { $0.lowerBound.value...$0.upperBound.value })
      return .scalars(isNegated ? set.inverted : set)
    case .sequence(let parts):
      var lowered: [Expression] = []
      for part in parts { lowered.append(try part.lowered(into: &rules, depth: depth + 1)) }
      return .sequence(lowered)
    case .choice(let parts):
      var lowered: [Expression] = []
      for part in parts { lowered.append(try part.lowered(into: &rules, depth: depth + 1)) }
      return .choice(lowered)
    case .repeated(let body, let atLeast, let atMost):
      guard atLeast >= 0, atMost ?? atLeast >= atLeast, max(atLeast, atMost ?? 0) <= GrammarLimits.repetitions else {
        throw GrammarError(
          .syntax, "a repetition needs bounds of 0 to \(GrammarLimits.repetitions), the lower one first")
      }
      return .repeated(try body.lowered(into: &rules, depth: depth + 1), atLeast, atMost)
    case .regex(let text):
      return .choice(try RegexParser.parse(text).anchored().map { $0.tree.lowered { .scalars($0) } })
    case .gbnf(let text): return .call(try GBNFParser.parse(text, into: &rules))
    case .json: return .call(try JSONText(whitespace: .flexible).value(&rules))
    case .schema(let schema, let options): return try SchemaCompiler.compile(schema, options: options, into: &rules)
    }
  }
}
