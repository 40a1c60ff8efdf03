import Foundation
import Testing
import Training

@Suite struct StoryGrammarTests {
  /// Two kinds, tags, conditions, weights, agreement, a choice of nothing, a line break and two of a kind.
  static let small = """
    kind child: they
      Ada Mia | she
      Leo | he
    kind toy:
      kite balloon | ; flies
      ball |
    rule story
      {hero=child} {lost=toy} {Hero} had {lost.a} {lost}. <trouble> <end>
      2: {hero=child} {friend=child} {hero} met {friend}.¶"I am {hero}," said {hero.they}. <end>
    rule trouble
      3: ?lost.flies The wind took it. {other=toy.flies} Now {hero.they} has the {other}.
      !lost.flies It rolled away.
      It broke.
    rule end
      -
      {last=child} {last} laughed.
    """

  /// Drawing until nothing new comes shows every story; their probabilities must add up to one.
  @Test func expectationIsTheSumOverAllStories() throws {
    let grammar = try StoryGrammar(Self.small)
    var bits: [String: Double] = [:]
    for story in grammar.stories(seed: 1).prefix(20_000) { bits[story.text] = story.bits }
    #expect(abs(bits.values.reduce(0) { $0 + exp2(-$1) } - 1) < 1e-12)
    let entropy = bits.values.reduce(0) { $0 + $1 * exp2(-$1) }
    let bytes = bits.reduce(0) { $0 + Double($1.key.utf8.count) * exp2(-$1.value) }
    #expect(abs(grammar.expectation.bits - entropy) < 1e-12)
    #expect(abs(grammar.expectation.bytes - bytes) < 1e-10)
    #expect(grammar.ambiguity() == nil)
    for (text, bits) in bits { #expect(try abs(grammar.bits(of: text) - bits) < 1e-12) }
  }

  @Test func probabilitiesAreThoseOfTheRules() throws {
    let grammar = try StoryGrammar(Self.small)
    // 1/3 for the rule, 1/3 each for Ada and the kite, 3/4 for the wind, 1 for the balloon, 1/2 for no end.
    let windy = "Ada had a kite. The wind took it. Now she has the balloon."
    #expect(try abs(grammar.bits(of: windy) - log2(3 * 3 * 3 * 4 / 3 * 1 * 2)) < 1e-12)
    // 2/3 for the rule, 1/3 and 1/2 for the children, 1/2 for an end, 1 for the child who is left.
    let meeting = "Leo met Mia.\n\"I am Leo,\" said he. Ada laughed."
    #expect(try abs(grammar.bits(of: meeting) - log2(1.5 * 3 * 2 * 2)) < 1e-12)
  }

  @Test(arguments: [
    ("Ada had a kite. The wind took it. Now he has the balloon.", 10),  // she
    ("Ada had an kite. It broke.", 3),
    ("Ada met Ada.\n\"I am Ada,\" said she.", 1),
    ("Ada met Mia.\n\"I am Leo,\" said she.", 6),
    ("Ada had a kite. It rolled away.", 5),  // kites fly
    ("Ada had a ball. The wind took it. Now she has the kite.", 5),
    ("Ada met Mia. \"I am Ada,\" said she.", 4),  // no line break
    ("Ada had a kite. It broke. Eve laughed.", 7), ("Ada had a kite.", 4), ("Ada had a kite.  It broke.", 5),
    ("", 1), ("\n", 1), ("Ada had a kite. It broke. ", 7), ("Zoe", 1),
  ])
  func impossibleStoriesAreToldByTheirWord(_ text: String, _ word: Int) throws {
    let grammar = try StoryGrammar(Self.small)
    do {
      let bits = try grammar.bits(of: text)
      Issue.record("\(text): \(bits) bits")
    } catch {
      guard case .impossible(let found, _) = error else { throw error }
      #expect(found == word, "\(error)")
    }
  }

  @Test(arguments: [
    "rule story\n  a b\n  a b",
    "rule story\n  <x> <y>\nrule x\n  a\n  a a\nrule y\n  a\n  a a",
    "rule story\n  a <x>\nrule x\n  -\n  -", "rule story\n  <x> c d\nrule x\n  a\n  b\n  a",
    "rule story\n  a <x>\nrule x\n  -\n  <y>\nrule y\n  -\n  b",
    // Who is it in the second sentence: agreement is not what tells rules apart.
    "kind k:\n  a b |\nrule story\n  {x=k} {x} {x} c\n  {x=k} {y=k} {x} {y} c",
    "kind k:\n  a b |\nrule story\n  {x=k} {x} c\n  b c",
  ])
  func ambiguityIsFound(_ text: String) throws {
    #expect(try StoryGrammar(text).ambiguity() != nil)
  }

  @Test(arguments: [
    ("rule story\n  a\n  b\nrule c\n  d", "rule c"), ("rule story\n  <story>", "calls itself"),
    ("rule story\n  <x>", "no rule x"), ("", "no rule story"), ("rule story", "no alternative"),
    ("rule story\n  {x} a", "not bound"), ("rule story\n  {x=k} {x}", "no kind k"),
    ("kind k:\nrule story\n  a", "empty"), ("kind k: f\n  a | b c\nrule story\n  a", "2 forms"),
    ("kind k: f\n  a b | c\nrule story\n  {x=k} {x.f}", "need not tell"),
    ("kind k:\n  a b |\nrule story\n  {x=k} <y>\nrule y\n  {x}\n  c", "need not tell"),
    ("kind k:\n  a b |\nrule story\n  {x=k} {x.g}", "no form g"),
    ("kind k:\n  a |\nrule story\n  {x=k.t} {x}", "tag t"),
    ("kind k:\n  a |\nrule story\n  {x=k} {y=k} {x} {y}", "no k can be left"),
    ("kind k:\n  a | ; t\n  b |\nrule story\n  {x=k} <y> {x}\nrule y\n  ?x.t c", "no open alternative"),
    ("kind k:\n  a |\nrule story\n  {x=k} {x=k} {x}", "bound already"), ("rule story\n  0: a", "weight 0"),
    ("rule story\n  a {b", "no “}”"), ("rule story\n  {a}{b}", "one {VARIABLE}"), ("rule story\n  ¶a", "¶"),
    ("rule story\n  <a> ¶b\nrule a\n  c", "¶"), ("  a", "line 1"), ("story", "line 1"),
    ("rule story\n  ?x a", "VARIABLE.TAG"),
  ])
  func badGrammarsAreRefused(_ text: String, _ reason: String) {
    let error = #expect(throws: StoryError.self) { try StoryGrammar(text) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }
}

@Suite struct StandardStoriesTests {
  @Test func everyTextHasOneDerivation() throws {
    #expect(try StoryGrammar.standard().ambiguity() == nil)
  }

  @Test func expectationIsWhatSamplingApproaches() throws {
    let grammar = try StoryGrammar.standard()
    let stories = Array(grammar.stories(seed: 5).prefix(20_000))
    for (expected, values) in [
      (grammar.expectation.bits, stories.map(\.bits)),
      (grammar.expectation.bytes, stories.map { Double($0.text.utf8.count) }),
    ] {
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      let deviation = (variance / Double(values.count)).squareRoot()
      #expect(abs(mean - expected) < 4 * deviation, "\(mean), expected \(expected)")
    }
    #expect(Set(stories.map(\.text)).count == stories.count)
  }

  @Test func scoringFindsEachStoryAgain() throws {
    let grammar = try StoryGrammar.standard()
    let scorer = StoryScorer(grammar)
    for story in grammar.stories(seed: 9).prefix(2_000) {
      #expect(try abs(scorer.bits(of: story.text) - story.bits) < 1e-9, "\(story.text)")
    }
  }

  @Test func aSeedDeterminesTheStories() throws {
    let grammar = try StoryGrammar.standard()
    #expect(grammar.stories(seed: 3).prefix(20).elementsEqual(grammar.stories(seed: 3).prefix(20)))
    #expect(!grammar.stories(seed: 3).prefix(20).elementsEqual(grammar.stories(seed: 4).prefix(20)))
  }
}
