import Grammars
import JSONParsing
import Testing

/// Masks come from trees, tables and frontiers; here each is held against trying every token by itself.
@Suite struct TokenMaskTests {
  private static let schema = #"""
    {"type":"object","properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string","maxLength":6},
    "code":{"type":"string","pattern":"^[a-z]{2,}!?$"},"kind":{"enum":["abc","ab","cab",12,null]},
    "n":{"type":"number","minimum":-1.5,"maximum":12.5},"list":{"type":"array","items":{"type":"string","minLength":2,
    "maxLength":20},"maxItems":3},"more":{"$ref":"#"},"any":{}},"required":["name","n"],
    "additionalProperties":{"type":"boolean"}}
    """#

  private static func grammars() throws -> [(String, Grammar)] {
    [
      ("json", .json), ("schema", try Grammar(jsonSchema: JSONValue(parsing: schema))),
      ("any", try Grammar(.json)), ("lines", try Grammar(gbnf: "root ::= ([^\\n]{0,9} \"\\n\"){0,4}")),
      ("text", try Grammar(gbnf: "root ::= (text \"<\" [a-z]+ \">\")* text\ntext ::= [^<\"]*")),
      ("everything", try Grammar(gbnf: "root ::= .*")), ("plain", try Grammar(regex: #"[^\u0000-\u001f"\\]*"#)),
      ("long", try Grammar(gbnf: "root ::= word{4,40}\nword ::= [a-z]{1,12} \" \"?")),
      (
        "spaced",
        try Grammar(gbnf: "root ::= (\" \"{1,3} | \"a\" | word){2,9} \",\" root?\nword ::= \"he\" [a-z ]{0,20}")
      ),
      ("nested", try Grammar(gbnf: "root ::= \"[\" (root | \"a\"{2,30})* \"]\"")),
      ("ambiguous", try Grammar(gbnf: "root ::= (a | b)*\na ::= \"a\" \"b\"? | \"hello\"\nb ::= \"ab\" | [a-l]{1,5}")),
      ("bytes", try Grammar(regex: "[é-日]{1,3}|𝄞+")),
    ]
  }

  private func hold(
    _ constraint: GrammarConstraint, _ tokens: [[UInt8]?], end: Int, _ comment: Comment
  ) throws -> TokenMask? {
    let mask = try constraint.mask()
    for (token, bytes) in tokens.enumerated() where token != end {
      var copy = constraint
      let isAllowed = try bytes.map { try !$0.isEmpty && copy.accept(bytes: $0) } ?? false
      if mask.contains(token) != isAllowed {
        Issue.record("token \(token) \(bytes ?? []) \(isAllowed ? "is missing" : "is too much"): \(comment)")
        return nil
      }
    }
    #expect(mask.contains(end) == constraint.isComplete, comment)
    return mask
  }

  @Test func allowExactlyWhatCanBeAccepted() throws {
    let end = Vocabularies.smallEnd
    for (name, grammar) in try Self.grammars() {
      for seed in 0..<3 {
        var choices = Choices(state: UInt64(seed))
        var constraint = try GrammarConstraint(grammar, Vocabularies.smallVocabulary)
        var text: [UInt8] = []
        for _ in 0..<20 where !constraint.mustEnd {
          let comment: Comment = "\(name) after \(String(decoding: text, as: UTF8.self))"
          guard let mask = try hold(constraint, Vocabularies.small, end: end, comment) else { return }
          guard let token = mask.tokens.filter({ $0 != end }).randomElement(using: &choices) else { break }
          #expect(try constraint.accept(token: token), comment)
          text += Vocabularies.small[token] ?? []
        }
      }
    }
  }

  @Test(.enabled(if: Vocabularies.hasGPT2, "skipped: GPT-2's vocabulary is not beside the repository"))
  func allowExactlyWhatCanBeAcceptedOfGPT2() throws {
    let tokens = try Vocabularies.gpt2()
    let vocabulary = GrammarVocabulary(tokens: tokens, endTokens: [50_256])
    let schema = try Grammar(jsonSchema: JSONValue(parsing: Self.schema))
    for (grammar, texts) in [
      (schema, ["{\"name\": \"ab", "{\"name\": \"x\", \"n\": 1", "{\"name\": \"x\", \"n\": 1, \"list\": [\"abc"]),
      (.json, ["", "{\"a\": [[{\"b\": \"c"]),
    ] {
      for text in texts {
        var constraint = try GrammarConstraint(grammar, vocabulary)
        #expect(try constraint.accept(bytes: Array(text.utf8)))
        _ = try hold(constraint, tokens, end: 50_256, "after \(text)")
      }
    }
  }

  @Test func applyRefusesTheOthers() throws {
    var mask = TokenMask(vocabularySize: 130)
    for token in [0, 63, 64, 129, 130, -1] { mask.insert(token) }
    #expect(mask.tokens == [0, 63, 64, 129])
    #expect(mask.count == 4)
    #expect(!mask.contains(130) && !mask.contains(-1) && !mask.contains(1))
    for count in [0, 1, 64, 100, 130, 140] {
      var scores = [Float](repeating: 1, count: count)
      mask.apply(to: &scores)
      for (token, score) in scores.enumerated() { #expect(score == (mask.contains(token) ? 1 : -.infinity)) }
    }
  }
}
