extension StoryGrammar {
  /// The information of a text: −log₂ of the probability that the grammar writes it.
  ///
  ///     let bits = try grammar.bits(of: story.text)            // story.bits
  ///     let floor = bits * log(2) / Double(tokenCount + 1)     // nats per token, the end counted as one
  ///
  /// - Throws: `StoryError.impossible` for a text that the grammar never writes, naming the first word that cannot
  ///   stand there: one that no rule has there, or that does not agree with the story so far.
  /// - Complexity: O(n) in the words of the text, after the grammar's automaton is made.
  public func bits(of text: String) throws(StoryError) -> Double { try StoryScorer(self).bits(of: text) }

  /// Two ways through the rules that could write the same words, as these words; nil if there are none, and then a
  /// text's information is that of its only derivation.
  public func ambiguity() -> String? { StoryAutomaton(plan).ambiguity()?.joined(separator: " ") }
}

/// Tells the information of many texts.
public struct StoryScorer: Sendable {
  private let plan: StoryPlan
  private let automaton: StoryAutomaton

  /// Prepares to read stories of a grammar.
  public init(_ grammar: StoryGrammar) {
    plan = grammar.plan
    automaton = StoryAutomaton(plan)
  }

  /// The information of a text; see `StoryGrammar.bits(of:)`.
  public func bits(of text: String) throws(StoryError) -> Double {
    // Each word with the separator before it.
    var words: [String] = []
    for character in " " + text {
      if character == " " || character == "\n" { words.append("") }
      words[words.count - 1].append(character)
    }
    var chooser = RepeatingChooser(words: words)
    for (index, state) in try automaton.path(of: words).enumerated() {
      let word = plan.words[state]
      var place: StoryPlan.Place? = word.place
      while let here = place, chooser.branches[here.choice] == nil {
        chooser.branches[here.choice] = here.branch
        place = plan.choices[here.choice].parent
      }
      guard let print = word.print, chooser.entities[print.binding] == nil else { continue }
      let value = words[index].dropFirst(1 + word.prefix.count).dropLast(word.suffix.count)
      chooser.entities[print.binding] =
        plan.kinds[plan.bindings[print.binding].kind].identities[print.form]?[String(value)]
    }
    chooser.wordless = automaton.wordless
    return try plan.derive(with: &chooser)
  }
}

/// Repeats the choices that a path shows, and compares what they write with the text.
private struct RepeatingChooser: StoryChooser {
  let words: [String]
  var branches: [Int: Int] = [:]
  var entities: [Int: Int] = [:]
  var wordless: [Int?] = []
  private var position = 0

  init(words: [String]) { self.words = words }

  mutating func branch(of choice: Int, open: [Int], weights: [Int]) throws(StoryError) -> Int {
    guard let branch = branches[choice] ?? wordless[choice], let place = open.firstIndex(of: branch) else {
      throw .impossible(word: position + 1, reason: "begins what this story's cast rules out.")
    }
    return open[place]
  }

  mutating func entity(for binding: Int, free: [Int]) throws(StoryError) -> Int {
    guard let entity = entities[binding], free.contains(entity) else {
      throw .impossible(word: position + 1, reason: "begins what names somebody or something a second time.")
    }
    return entity
  }

  mutating func take(_ text: String, separator: Character) throws(StoryError) {
    guard position < words.count, words[position].dropFirst() == text else {
      let found = position < words.count ? "“\(words[position].dropFirst())”" : "missing"
      throw .impossible(word: position + 1, reason: "is \(found); it should agree: “\(text)”.")
    }
    position += 1
  }
}
