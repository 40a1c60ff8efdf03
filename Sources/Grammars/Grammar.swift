public import JSONParsing
import Synchronization

/// The texts that a model may write, compiled for checking them token by token.
///
///     let grammar = try Grammar(gbnf: #"root ::= ("yes" | "no") "." "#)
///     grammar.matches("yes.")   // true
///     var constraint = GrammarConstraint(grammar, vocabulary)
///     try constraint.mask().apply(to: &scores)
///
/// Every notation is compiled to the same form, automata over the bytes of UTF-8 that call each other. Compile a
/// grammar once and share it: what its constraints find out about a vocabulary is kept with it.
public struct Grammar: Sendable {
  let compiled: CompiledGrammar

  private init(_ rules: RuleSet) throws(GrammarError) { compiled = CompiledGrammar(try Network(rules)) }

  /// A grammar in GBNF, the notation of llama.cpp; texts are those of the rule `root`.
  ///
  ///     root   ::= "{" pair ("," pair)* "}"   # comment
  ///     pair   ::= name "=" [0-9]{1,3}
  ///     name   ::= [a-zA-Z_] [^=,}\n]*
  ///
  /// A rule is a name, `::=` and alternatives separated by `|`, each a sequence of string literals, character classes,
  /// `.` (any character), rule names and groups, any of which may be followed by `*`, `+`, `?`, `{m}`, `{m,}`
  /// or `{m,n}`. A rule ends with its line, except within a group and after `|`. Escapes are `\n \r \t \\ \" \[ \] \- \^
  /// \xHH \uHHHH \UHHHHHHHH`.
  /// - Throws: `GrammarError`, with line and column, also for left recursion, which is refused.
  public init(gbnf text: String) throws(GrammarError) {
    var rules = RuleSet()
    _ = try GBNFParser.parse(text, into: &rules)
    try self.init(rules)
  }

  /// The texts that match a regular expression from beginning to end, as if it stood between `^(?:` and `)$`.
  ///
  /// The notation is ECMAScript's, as in JSON Schema: classes, groups, alternatives, greedy and lazy repetitions, `\d \w \s`
  /// and their negations (ASCII, but for white space), `\xHH`, `\uHHHH`, `\u{…}`. `.` is any character but a line's
  /// end. Back references, look-around, word boundaries, flags and `\p{…}` are refused.
  public init(regex: String) throws(GrammarError) { try self.init(.regex(regex)) }

  /// The JSON texts that satisfy a schema; see `JSONSchemaOptions` for what is written and `GrammarExpression.schema`.
  ///
  /// Members come in the order of `properties`. Undeclared members are only written where `additionalProperties`
  /// asks for them. Keywords that would restrict the value but cannot be enforced are errors that name the
  /// keyword's place.
  public init(jsonSchema: JSONValue, options: JSONSchemaOptions = .init()) throws(GrammarError) {
    var rules = RuleSet()
    let root = try rules.declare("root")
    rules.define(root, try SchemaCompiler.compile(jsonSchema, options: options, into: &rules))
    try self.init(rules)
  }

  /// The texts of an expression, for putting grammars together in code.
  public init(_ expression: GrammarExpression) throws(GrammarError) {
    var rules = RuleSet()
    let root = try rules.declare("root")
    rules.define(root, try expression.lowered(into: &rules, depth: 0))
    try self.init(rules)
  }

  /// Any JSON object, as OpenAI's `json_object` asks for. White space and the digits of numbers are bounded, so that
  /// a model cannot write them for ever.
  public static let json: Grammar = {
    do {
      var rules = RuleSet()
      let root = try rules.declare("root")
      rules.define(root, .call(try JSONText(whitespace: .flexible).object(&rules)))
      return try Grammar(rules)
    } catch {
      // Nothing a user supplies comes in here; the tests hold it.
      return Grammar(CompiledGrammar(.nothing))
    }
  }()

  private init(_ compiled: CompiledGrammar) { self.compiled = compiled }

  /// Whether a whole text satisfies the grammar.
  /// - Throws: `GrammarError.Code.tooComplex` when the text can be read in too many ways to follow them all.
  public func matches(_ text: String) throws(GrammarError) -> Bool { try matches(Array(text.utf8)) }

  /// Whether the bytes of a whole text satisfy the grammar.
  public func matches(_ bytes: [UInt8]) throws(GrammarError) -> Bool {
    var matcher = try Matcher(compiled.network)
    return try matcher.read(bytes) && matcher.isComplete
  }
}

/// A network and what has been found out about it, per vocabulary.
final class CompiledGrammar: Sendable {
  let network: Network
  private let tables = Mutex<[MaskTable]>([])

  /// Masks for more vocabularies than this are not kept; a server has one or two.
  private static let keptTables = 4

  init(_ network: Network) { self.network = network }

  func table(for vocabulary: GrammarVocabulary) -> MaskTable {
    tables.withLock { tables in
      if let known = tables.first(where: { $0.vocabulary === vocabulary }) { return known }
      let table = MaskTable(network, vocabulary)
      if tables.count >= Self.keptTables { tables.removeFirst() }
      tables.append(table)
      return table
    }
  }
}
