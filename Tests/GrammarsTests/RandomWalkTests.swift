import Grammars
import JSONParsing
import Testing

/// Whatever allowed tokens are taken, a text that ends is a valid document.
@Suite struct RandomWalkTests {
  /// A text from random allowed tokens; after a while the shortest way to an end is preferred.
  private func walk(_ grammar: Grammar, seed: UInt64) throws -> [UInt8]? {
    var choices = Choices(state: seed)
    var constraint = try GrammarConstraint(grammar, Vocabularies.smallVocabulary)
    var text: [UInt8] = []
    let closing = ["\"", "}", "]", "0", "1", ":", ",", "a", "e", "l", "u", "r", "s", "2", "-", "T", "Z", "@", ".", "!"]
      .flatMap(\.utf8).map(Int.init)
    for step in 0..<1_500 {
      let mask = try constraint.mask()
      if mask.contains(Vocabularies.smallEnd), step > 30 || constraint.mustEnd { return text }
      let allowed = mask.tokens.filter { $0 != Vocabularies.smallEnd }
      let token =
        step > 40 ? closing.first(where: mask.contains) ?? allowed.first : allowed.randomElement(using: &choices)
      guard let token else { return constraint.isComplete ? text : nil }
      #expect(try constraint.accept(token: token))
      text += Vocabularies.small[token] ?? []
    }
    return nil
  }

  @Test func endInValidDocuments() throws {
    var ended = 0
    for seed in 0..<60 {
      guard let text = try walk(.json, seed: UInt64(seed)) else { continue }
      ended += 1
      #expect(throws: Never.self, "\(String(decoding: text, as: UTF8.self))") {
        try JSONValue(parsing: text, maximumDepth: 2_000, duplicateKeys: .keepLast)
      }
    }
    #expect(ended > 40)
  }

  @Test func keepToTheirSchema() throws {
    let schema = try JSONValue(
      parsing: #"""
        {"type":"object","properties":{"name":{"type":"string","minLength":2,"maxLength":9},"age":{"type":"integer",
        "minimum":-7,"maximum":120},"share":{"type":"number","exclusiveMinimum":0.25,"maximum":3.5},"day":{"type":"string",
        "format":"date"},"tags":{"type":"array","items":{"enum":["a","ab",null]},"minItems":1,"maxItems":3}},
        "required":["name","age","share","day","tags"],"additionalProperties":false}
        """#)
    let grammar = try Grammar(jsonSchema: schema)
    var ended = 0
    for seed in 0..<60 {
      guard let text = try walk(grammar, seed: UInt64(seed)) else { continue }
      ended += 1
      let value = try JSONValue(parsing: text)
      let shown: Comment = "\(String(decoding: text, as: UTF8.self))"
      #expect(value.object?.keys == ["name", "age", "share", "day", "tags"], shown)
      #expect((2...9).contains(value["name"]?.string?.unicodeScalars.count ?? 0), shown)
      #expect((-7...120).contains(value["age"]?.int ?? 1_000), shown)
      let share = value["share"]?.double ?? 0
      #expect(share > 0.25 && share <= 3.5, shown)
      #expect((1...3).contains(value["tags"]?.array?.count ?? 0), shown)
    }
    #expect(ended > 40)
  }
}
