import Grammars
import JSONParsing
import Testing

@Suite struct SchemaTests {
  @Test(arguments: SchemaCase.all) func followsSchema(_ test: SchemaCase) throws {
    let grammar = try Grammar(jsonSchema: JSONValue(parsing: test.schema))
    try check(grammar, takes: test.takes, refuses: test.refuses + test.narrower, "\(test.schema)")
    // Without white space between the parts, the same values are written.
    let compact = try Grammar(jsonSchema: JSONValue(parsing: test.schema), options: .init(whitespace: .compact))
    for text in test.takes {
      let value = String(decoding: try JSONValue(parsing: text).serializedBytes(compact: true), as: UTF8.self)
      if value == text { #expect(try compact.matches(text), "\(text) \(test.schema)") }
    }
  }

  @Test(
    arguments: [
      (##"{"type":"thing"}"##, GrammarError.Code.syntax, "#/type"),
      (##"{"properties":{"a":{"not":{}}}}"##, .unsupported, "#/properties/a/not"),
      (##"{"properties":{"a/b":{"type":"array","uniqueItems":true}}}"##, .unsupported, "#/properties/a~1b/uniqueItems"),
      (##"{"if":{},"then":{}}"##, .unsupported, "#/if"),
      (##"{"type":"array","contains":{}}"##, .unsupported, "#/contains"),
      (##"{"type":"object","dependentRequired":{}}"##, .unsupported, "#/dependentRequired"),
      (##"{"type":"integer","multipleOf":7}"##, .unsupported, "#/multipleOf"),
      (##"{"type":"number","maximum":1e300}"##, .unsupported, "#/maximum"),
      (##"{"type":"string","pattern":"a+","maxLength":9}"##, .unsupported, "#/pattern"),
      (##"{"type":"string","pattern":"^("}"##, .syntax, "#/pattern, character 2"),
      (##"{"type":"string","pattern":"(a)\\1"}"##, .unsupported, "#/pattern, character 4"),
      (##"{"type":"string","pattern":"foo**"}"##, .syntax, "#/pattern, character 5"),
      (##"{"type":"string","format":"regex"}"##, .unsupported, "#/format"),
      (##"{"type":"string","minLength":-1}"##, .syntax, "#/minLength"),
      (##"{"type":"string","minLength":3,"maxLength":2}"##, .unsatisfiable, nil),
      (##"{"$ref":"http://example.org/schema"}"##, .unsupported, "#/$ref"),
      (##"{"$ref":"#name"}"##, .unsupported, "#/$ref"),
      (##"{"$ref":"#/$defs/x"}"##, .undefined, "#/$ref"), (##"{"$ref":"#"}"##, .unsatisfiable, nil),
      (##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##, .unsatisfiable, nil),
      (##"{"allOf":[{"$ref":"#"}],"type":"object"}"##, .leftRecursion, "#/allOf/0/$ref"),
      (##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, .leftRecursion, nil),
      (##"{"type":"object","properties":{"a":false},"required":["a"]}"##, .unsatisfiable, nil),
      (##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##, .unsatisfiable, nil),
      (##"{"type":"object","properties":{"a":{},"b":{}},"maxProperties":1}"##, .unsupported, "#/maxProperties"),
      (##"{"allOf":[{"pattern":"a"},{"pattern":"b"}]}"##, .unsupported, "#/allOf/1"), ("false", .unsatisfiable, nil),
      ("3", .syntax, "#"), (##"{"anyOf":[]}"##, .syntax, "#/anyOf"), (##"{"properties":[]}"##, .syntax, "#/properties"),
      (##"{"required":"a"}"##, .syntax, "#/required"), (##"{"enum":[]}"##, .unsatisfiable, nil),
      (##"{"type":"integer","minimum":"3"}"##, .syntax, "#/minimum"),
    ] as [(String, GrammarError.Code, String?)])
  func refusesWhatItCannotFollow(_ schema: String, _ code: GrammarError.Code, _ place: String?) throws {
    let value = try JSONValue(parsing: schema)
    let error = error { () throws(GrammarError) in try Grammar(jsonSchema: value) }
    #expect(error?.code == code, "\(schema) \(error?.description ?? "")")
    #expect(error?.place == place, "\(schema) \(error?.description ?? "")")
  }

  @Test func passesOverUnsupportedWhereAsked() throws {
    let schema: JSONValue = ["type": "array", "items": ["type": "integer"], "uniqueItems": true]
    try check(
      Grammar(jsonSchema: schema, options: .init(ignoresUnsupported: true)), takes: ["[1, 1]"], refuses: ["[null]"])
  }

  /// OpenAPI's way to allow null.
  @Test func nullable() throws {
    try check(Grammar(jsonSchema: ["type": "integer", "nullable": true]), takes: ["1", "null"], refuses: ["\"a\""])
    try check(
      Grammar(jsonSchema: ["type": "string", "enum": ["a"], "nullable": true]), takes: ["\"a\"", "null"], refuses: ["1"]
    )
  }
}
