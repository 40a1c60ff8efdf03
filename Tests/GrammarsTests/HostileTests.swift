import Grammars
import JSONParsing
import Testing

/// Grammars that are made to hurt are refused, or cost little.
@Suite struct HostileTests {
  private func code(_ make: () throws(GrammarError) -> Grammar) -> GrammarError.Code? { error(make)?.code }

  @Test func deepNestingIsAnError() throws {
    let open = String(repeating: "(", count: 60_000)
    let closed = open + "\"a\"" + String(repeating: ")", count: 60_000)
    #expect(code { () throws(GrammarError) in try Grammar(gbnf: "root ::= " + closed) } == .tooLarge)
    #expect(code { () throws(GrammarError) in try Grammar(gbnf: "root ::= " + open) } == .tooLarge)
    #expect(code { () throws(GrammarError) in try Grammar(regex: open) } == .tooLarge)
    var schema: JSONValue = ["type": "string"]
    for _ in 0..<300 { schema = ["type": "array", "items": schema] }
    #expect(code { () throws(GrammarError) in try Grammar(jsonSchema: schema) } == .tooLarge)
    var expression = GrammarExpression.literal("a")
    for _ in 0..<300 { expression = .sequence([expression]) }
    #expect(code { () throws(GrammarError) in try Grammar(expression) } == .tooLarge)
  }

  @Test func sizesAreBounded() throws {
    let long = "root ::= \"" + String(repeating: "a", count: 1 << 18) + "\""
    #expect(code { () throws(GrammarError) in try Grammar(gbnf: long) } == .tooLarge)
    let rules = "root ::= \"a\"\n" + (0..<21_000).map { "r\($0) ::= .\n" }.joined()
    #expect(code { () throws(GrammarError) in try Grammar(gbnf: String(rules.prefix(1 << 18))) } == .tooLarge)
    let values = JSONValue.array((0..<30_000).map { .integer($0) })
    #expect(code { () throws(GrammarError) in try Grammar(jsonSchema: ["enum": values]) } == .tooLarge)
  }

  /// A chain of rules each of which begins with the next is no left recursion, and no recursion in the compiler.
  @Test func longChainsOfRules() throws {
    var text = "root ::= r0\n"
    for index in 0..<9_000 { text += "r\(index) ::= r\(index + 1)\n" }
    let grammar = try Grammar(gbnf: text + "r9000 ::= \"a\" | \"b\" root")
    try check(grammar, takes: ["a", "bba"], refuses: ["b"])
  }

  /// The automaton of the first pattern would need 2³⁰ states.
  @Test func explosionsAreBounded() throws {
    let grammar = try Grammar(regex: "(a|b)*a(a|b){30}")
    try check(
      grammar, takes: ["a" + String(repeating: "b", count: 30)], refuses: [String(repeating: "b", count: 31)])
    let constraint = try GrammarConstraint(grammar, Vocabularies.smallVocabulary)
    #expect(try constraint.mask().count > 0)
    // Every a may begin any of thousands of repetitions.
    let ambiguous = try Grammar(gbnf: "root ::= (\"a\"{1,900}){1,900} \"b\"")
    #expect(throws: GrammarError.self) { try ambiguous.matches(String(repeating: "a", count: 3_000)) }
  }

  /// Nothing but a long text makes long work: right recursion keeps its stack short, and old frames are dropped.
  @Test func longTexts() throws {
    let list = try Grammar(gbnf: "root ::= \"x\" \",\" root | \"x\"")
    #expect(try list.matches(String(repeating: "x,", count: 20_000) + "x"))
    let json = "{\"a\": [" + String(repeating: "[1, {\"b\": null}], ", count: 2_000) + "1]}"
    #expect(try Grammar.json.matches(json))
  }

  @Test func referencesThatMultiply() throws {
    // Each definition asks for two merges of the one before.
    var definitions = JSONObject()
    definitions["d0"] = ["type": "object", "properties": ["x": ["type": "integer"]]]
    for index in 1..<60 {
      let reference: JSONValue = ["$ref": .string("#/$defs/d\(index - 1)")]
      definitions["d\(index)"] = ["allOf": [reference, reference]]
    }
    let all: JSONValue = ["$ref": "#/$defs/d59", "$defs": .object(definitions)]
    #expect(code { () throws(GrammarError) in try Grammar(jsonSchema: all) } == .tooLarge)
    let few: JSONValue = ["$ref": "#/$defs/d8", "$defs": .object(definitions)]
    try check(Grammar(jsonSchema: few), takes: ["{\"x\": 1}"], refuses: ["{\"x\": null}"])
  }

  @Test func manyMembersAndValues() throws {
    var properties = JSONObject()
    for index in 0..<3_000 { properties["member number \(index)"] = ["type": "null"] }
    let schema: JSONValue = ["type": "object", "properties": .object(properties), "additionalProperties": true]
    #expect(code { () throws(GrammarError) in try Grammar(jsonSchema: schema) } == .tooLarge)
    let values = JSONValue.array((0..<5_000).map { .string("value \($0)") })
    try check(Grammar(jsonSchema: ["enum": values]), takes: ["\"value 4999\""], refuses: ["\"value 5000\""])
  }
}
