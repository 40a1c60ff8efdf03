import Grammars
import JSONParsing
import Testing

@Suite struct ExpressionTests {
  @Test func putsSchemasBetweenMarkers() throws {
    let schema: JSONValue = ["type": "object", "properties": ["city": ["type": "string"]], "required": ["city"]]
    let call = GrammarExpression.sequence([.literal("<call>\n"), .schema(schema), .literal("\n</call>")])
    let grammar = try Grammar(.choice([.repeated(call, atLeast: 1, atMost: nil), .regex("no call[.!]")]))
    try check(
      grammar,
      takes: [
        "<call>\n{\"city\": \"Köln\"}\n</call>", "<call>\n{\"city\":\"\"}\n</call><call>\n{\"city\":\"a\"}\n</call>",
        "no call.",
      ], refuses: ["", "<call>\n{}\n</call>", "<call>\n{\"city\": 1}\n</call>", "no call"])
  }

  @Test func embedsGrammarsWithTheirOwnNames() throws {
    let a = GrammarExpression.gbnf("root ::= x x\nx ::= \"a\"")
    let b = GrammarExpression.gbnf("root ::= x+\nx ::= \"b\"")
    try check(Grammar(.sequence([a, b, .json])), takes: ["aab1", "aabbb[null]"], refuses: ["aaa1", "aab"])
    try check(
      Grammar(.repeated(.characters(["a"..."c", "é"..."é"], negated: true), atLeast: 1, atMost: 2)),
      takes: ["x", "dè"], refuses: ["a", "é", "xxx"])
    #expect(error { () throws(GrammarError) in try Grammar(.choice([])) }?.code == .unsatisfiable)
    #expect(
      error { () throws(GrammarError) in try Grammar(.repeated(.literal("a"), atLeast: 2, atMost: 1)) }?.code == .syntax
    )
  }

  @Test func anyObjectIsJSON() throws {
    try check(
      .json,
      takes: [
        "{}", "{ }", "{\"a\": 1}",
        "{\n  \"a\": [1, -2.5e3, true, null, \"x\\n\\u00e9\\ud834\\udd1e\"],\n  \"b\": {\"\":[]}\n}",
      ],
      refuses: [
        "", "[]", "1", "{\"a\"}", "{\"a\": 01}", "{\"a\": 1,}", "{\"a\": \"\n\"}", "{\"a\": \"\\x\"}",
        "{\"a\": \"\\ud834\"}",
        "{\"a\": \"\\udd1e\"}", "{    }", "{\"a\":    1}", "{} ", "{\"a\": 1e999}", "{\"a\": .5}", "{a: 1}",
      ])
  }
}
