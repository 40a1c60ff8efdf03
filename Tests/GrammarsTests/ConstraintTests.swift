import Grammars
import JSONParsing
import Testing

@Suite struct ConstraintTests {
  private let vocabulary = Vocabularies.smallVocabulary
  private let end = Vocabularies.smallEnd

  @Test func endsWhereTheTextIsComplete() throws {
    var constraint = try GrammarConstraint(Grammar(gbnf: #"root ::= "ab" "c"? "#), vocabulary)
    #expect(try !constraint.accept(token: end))
    #expect(try constraint.accept(bytes: [0x61]))
    #expect(!constraint.isComplete && !constraint.mustEnd)
    #expect(try constraint.accept(bytes: [0x62]))
    #expect(constraint.isComplete && !constraint.mustEnd)
    #expect(try constraint.mask().tokens == [0x63, end])
    #expect(try constraint.accept(token: 0x63))
    #expect(constraint.isComplete && constraint.mustEnd)
    #expect(try constraint.mask().tokens == [end])
    #expect(try constraint.accept(token: end))
    #expect(constraint.mustEnd && constraint.hasEnded)
    #expect(try !constraint.accept(token: 0x63))
    #expect(try constraint.accept(token: end))
  }

  @Test func whatIsRefusedChangesNothing() throws {
    var constraint = try GrammarConstraint(.json, vocabulary)
    #expect(try constraint.accept(bytes: Array("{\"a\": ".utf8)))
    let before = try constraint.mask()
    #expect(try !constraint.accept(bytes: Array("[1, 2}".utf8)))
    for token in [-1, 100_000, Vocabularies.small.count - 2, Vocabularies.small.count - 3] {
      #expect(try !constraint.accept(token: token))
    }
    #expect(try constraint.mask() == before)
    #expect(try constraint.accept(bytes: []))
    #expect(try constraint.accept(bytes: Array("[1, 2]}".utf8)))
    #expect(constraint.mustEnd)
  }

  @Test func copiesGoTheirOwnWay() throws {
    var first = try GrammarConstraint(.json, vocabulary)
    #expect(try first.accept(bytes: Array("{\"a\": [".utf8)))
    var second = first
    #expect(try second.accept(bytes: Array("1]}".utf8)))
    #expect(second.mustEnd && !first.mustEnd)
    #expect(try first.accept(bytes: Array("[[\"x\"]]]}".utf8)))
    #expect(first.mustEnd)
  }

  /// One token may end a string, an object and a list, and begin the next member.
  @Test func tokensStraddleRulesAndCharacters() throws {
    var constraint = try GrammarConstraint(.json, vocabulary)
    let id = { (text: String) in Vocabularies.small.firstIndex(of: Array(text.utf8)) ?? -1 }
    #expect(try constraint.accept(bytes: Array("{\"k\": [{\"a\": {\"x".utf8)))
    #expect(try constraint.accept(token: id("\": {\"")))
    #expect(try constraint.accept(token: id("\"a\":1}")) == false)
    #expect(try constraint.accept(bytes: Array("b\": \"c".utf8)))
    #expect(try constraint.mask().contains(id("\"}}}}")) == false)
    #expect(try constraint.accept(token: id("\"}")))
    #expect(try constraint.accept(token: id("}}")))
    // The two halves of é, in tokens of their own.
    #expect(try constraint.accept(bytes: Array(", \"".utf8)))
    #expect(try constraint.accept(token: 0xC3))
    let mask = try constraint.mask()
    #expect(!mask.contains(0x61) && mask.contains(0xA9))
    #expect(try !constraint.accept(token: 0x22))
    #expect(try constraint.accept(token: 0xA9))
    #expect(try constraint.mask().contains(0x22))
  }

  @Test func saysWhenTheVocabularyCannotGoOn() throws {
    let poor = GrammarVocabulary(tokens: [[0x61], nil], endTokens: [1, 7, -2])
    #expect(poor.endTokens == [1])
    var constraint = try GrammarConstraint(Grammar(gbnf: #"root ::= "ab" "#), poor)
    #expect(try constraint.accept(token: 0))
    #expect(throws: GrammarError.self) { try constraint.mask() }
    let empty = GrammarVocabulary(tokens: [], endTokens: [])
    #expect(throws: GrammarError.self) { try GrammarConstraint(.json, empty).mask() }
  }

  /// The masks of a text nested a thousand deep are those of a shallow one.
  @Test func deepNestingIsLikeShallow() throws {
    let grammar = try Grammar(.json)
    var deep = try GrammarConstraint(grammar, vocabulary)
    var shallow = deep
    #expect(try shallow.accept(bytes: Array(String(repeating: "[", count: 100).utf8)))
    #expect(try deep.accept(bytes: Array(String(repeating: "[", count: 20_000).utf8)))
    #expect(try deep.mask() == shallow.mask())
    #expect(try deep.accept(bytes: Array("{\"a\": \"b".utf8)))
    #expect(try shallow.accept(bytes: Array("{\"a\": \"b".utf8)))
    #expect(try deep.mask() == shallow.mask())
    #expect(try deep.accept(bytes: Array(("\"}" + String(repeating: "]", count: 20_000)).utf8)))
    #expect(deep.mustEnd)
  }

  @Test func sharedByManyAtOnce() async throws {
    let grammar = try Grammar(.json)
    let texts = try await withThrowingTaskGroup(of: [TokenMask].self) { group in
      for _ in 0..<4 {
        group.addTask {
          var masks: [TokenMask] = []
          var constraint = try GrammarConstraint(grammar, Vocabularies.smallVocabulary)
          for byte in "{\"a\": [1, \"x\\n\", null]}".utf8 {
            masks.append(try constraint.mask())
            #expect(try constraint.accept(bytes: [byte]))
          }
          return masks
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(texts.allSatisfy { $0 == texts[0] })
  }
}
