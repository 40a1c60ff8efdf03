/// A grammar whose rules are expanded in place: every call is a choice of its own, every variable a place on a stack.
///
/// Rules cannot call themselves, so the expansion is a finite tree. A step of the tree is reached at most once in a
/// story, which makes everything about stories countable: see `StoryExpectation` and `StoryAutomaton`.
struct StoryPlan: Sendable {
  struct Kind: Sendable {
    let name: String
    let forms: [String]
    /// [entity][form]
    let values: [[String]]
    /// Which entity a form names, for the forms in which all differ.
    let identities: [[String: Int]?]
    let tags: [Set<String>]
    /// Entities with the same tags are one class: no choice can tell them apart.
    let classOf: [Int]
    let classTags: [Set<String>]
  }

  struct Choice: Sendable {
    let rule: String
    /// The branch that holds this choice, and where; nil for the whole story.
    let parent: Place?
    var branches: [Branch] = []
  }

  struct Branch: Sendable {
    let weight: Int
    let conditions: [Condition]
    var steps: [Step] = []
  }

  struct Condition: Sendable {
    let slot: Int
    let kind: Int
    let tag: String
    let isWanted: Bool
  }

  enum Step: Sendable {
    case word(Int)
    case choose(Int)
    case bind(Int)
  }

  /// A step of a branch of a choice.
  struct Place: Sendable {
    let choice: Int
    let branch: Int
    let step: Int
  }

  struct Word: Sendable {
    let place: Place
    let separator: Character
    let prefix: String
    let print: Print?
    let suffix: String
  }

  struct Print: Sendable {
    let binding: Int
    let form: Int
    let isCapitalized: Bool
  }

  struct Binding: Sendable {
    let variable: String
    /// Where on the stack of variables the entity lies.
    let slot: Int
    let kind: Int
    let tag: String?
    /// The variables of the same kind that are bound already, as slots.
    let siblings: [Int]
  }

  private(set) var kinds: [Kind] = []
  private(set) var choices: [Choice] = []
  private(set) var words: [Word] = []
  private(set) var bindings: [Binding] = []

  /// Expansion stops beyond this many words.
  private static let maximumWordCount = 1_000_000

  init(_ notation: StoryNotation) throws(StoryError) {
    let kindNames = notation.kinds.keys.sorted()
    for name in kindNames {
      guard let kind = notation.kinds[name] else { continue }
      kinds.append(try Kind(kind))
    }
    var expansion = Expansion(notation: notation, kindIndices: [:])
    for (index, name) in kindNames.enumerated() { expansion.kindIndices[name] = index }
    _ = try expand("story", parent: nil, scope: [], calls: [], &expansion)
    for name in notation.rules.keys.sorted() where !expansion.usedRules.contains(name) {
      throw .grammar(reason: "no story ever comes to rule \(name).")
    }
    try checkThatBindingsShow()
  }

  // MARK: - Expanding

  private struct Expansion {
    let notation: StoryNotation
    var kindIndices: [String: Int]
    var usedRules: Set<String> = []
  }

  /// - Parameters:
  ///   - scope: The bindings on the stack, by slot.
  ///   - calls: The rules being expanded.
  private mutating func expand(
    _ name: String, parent: Place?, scope: [Int], calls: [String], _ expansion: inout Expansion
  ) throws(StoryError) -> Int {
    guard let rule = expansion.notation.rules[name] else { throw .grammar(reason: "there is no rule \(name).") }
    guard !rule.alternatives.isEmpty else {
      throw .notation(line: rule.line, reason: "rule \(name) has no alternative.")
    }
    guard !calls.contains(name) else {
      throw .grammar(reason: "rule \(name) calls itself: \((calls + [name]).joined(separator: " → ")).")
    }
    expansion.usedRules.insert(name)
    let choice = choices.count
    choices.append(Choice(rule: name, parent: parent))
    for (branch, alternative) in rule.alternatives.enumerated() {
      let line = alternative.line
      var scope = scope
      var conditions: [Condition] = []
      for condition in alternative.conditions {
        let binding = try binding(of: condition.variable, in: scope, line: line)
        let kind = bindings[binding].kind
        try checkTag(condition.tag, of: kind, line: line)
        conditions.append(
          Condition(slot: bindings[binding].slot, kind: kind, tag: condition.tag, isWanted: condition.isWanted))
      }
      choices[choice].branches.append(Branch(weight: alternative.weight, conditions: conditions))
      for (step, part) in alternative.parts.enumerated() {
        let place = Place(choice: choice, branch: branch, step: step)
        let expanded: Step
        switch part {
        case .word(let word):
          if word.separator == "\n", step == 0 {
            throw .notation(line: line, reason: "“¶” stands between two words of one alternative.")
          }
          let print: Print? = try word.print.map { (print) throws(StoryError) in
            let binding = try binding(of: print.variable, in: scope, line: line)
            let kind = kinds[bindings[binding].kind]
            guard let form = kind.forms.firstIndex(of: print.form) else {
              throw .notation(line: line, reason: "a \(kind.name) has no form \(print.form).")
            }
            return Print(binding: binding, form: form, isCapitalized: print.isCapitalized)
          }
          guard words.count < Self.maximumWordCount else {
            throw .grammar(reason: "more than \(Self.maximumWordCount) words when every call is written out.")
          }
          expanded = .word(words.count)
          words.append(
            Word(place: place, separator: word.separator, prefix: word.prefix, print: print, suffix: word.suffix))
        case .bind(let variable, let kindName, let tag):
          guard let kind = expansion.kindIndices[kindName] else {
            throw .notation(line: line, reason: "there is no kind \(kindName).")
          }
          if let tag { try checkTag(tag, of: kind, line: line) }
          guard !scope.contains(where: { bindings[$0].variable == variable }) else {
            throw .notation(line: line, reason: "\(variable) is bound already.")
          }
          expanded = .bind(bindings.count)
          let siblings = scope.filter { bindings[$0].kind == kind }.map { bindings[$0].slot }
          scope.append(bindings.count)
          bindings.append(
            Binding(variable: variable, slot: scope.count - 1, kind: kind, tag: tag, siblings: siblings))
        case .call(let rule):
          expanded = .choose(try expand(rule, parent: place, scope: scope, calls: calls + [name], &expansion))
        }
        choices[choice].branches[branch].steps.append(expanded)
      }
    }
    return choice
  }

  private func checkTag(_ tag: String, of kind: Int, line: Int) throws(StoryError) {
    guard kinds[kind].tags.contains(where: { $0.contains(tag) }) else {
      throw .notation(line: line, reason: "no \(kinds[kind].name) has the tag \(tag).")
    }
  }

  private func binding(of variable: String, in scope: [Int], line: Int) throws(StoryError) -> Int {
    guard let binding = scope.last(where: { bindings[$0].variable == variable }) else {
      throw .notation(line: line, reason: "\(variable) is not bound here.")
    }
    return binding
  }

  // MARK: - Checking

  /// Every bound variable is written out, in a form in which all entities of its kind differ, whatever branches follow.
  private func checkThatBindingsShow() throws(StoryError) {
    for choice in choices {
      for branch in choice.branches {
        for (index, step) in branch.steps.enumerated() {
          guard case .bind(let binding) = step else { continue }
          guard branch.steps[(index + 1)...].contains(where: { shows(binding, $0) }) else {
            throw .grammar(
              reason: "rule \(choice.rule) binds \(bindings[binding].variable), and a story need not tell which it is.")
          }
        }
      }
    }
  }

  private func shows(_ binding: Int, _ step: Step) -> Bool {
    switch step {
    case .word(let word):
      guard let print = words[word].print, print.binding == binding else { return false }
      return kinds[bindings[binding].kind].identities[print.form] != nil
    case .choose(let choice):
      return choices[choice].branches.allSatisfy { $0.steps.contains { shows(binding, $0) } }
    case .bind: return false
    }
  }

  // MARK: - Words

  /// A word's letters, with an entity for its variable.
  func text(of word: Word, entity: Int) -> String {
    guard let print = word.print else { return word.prefix }
    let value = kinds[bindings[print.binding].kind].values[entity][print.form]
    return word.prefix + (print.isCapitalized ? capitalized(value) : value) + word.suffix
  }

  /// Every text that a word can have, whatever its variable is.
  func texts(of word: Word) -> Set<String> {
    guard let print = word.print else { return [word.prefix] }
    return Set(kinds[bindings[print.binding].kind].values.indices.map { text(of: word, entity: $0) })
  }
}

/// With a capital letter first.
func capitalized(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }

extension StoryPlan.Kind {
  /// Adds the form `a`: the article, by the first letter of the name.
  init(_ kind: StoryNotation.Kind) throws(StoryError) {
    guard !kind.entities.isEmpty else { throw .grammar(reason: "kind \(kind.name) is empty.") }
    name = kind.name
    forms = kind.forms + ["a"]
    values = kind.entities.map { entity in
      entity.forms + [entity.forms.first.map { "aeiou".contains($0.prefix(1).lowercased()) } == true ? "an" : "a"]
    }
    identities = (0...kind.forms.count).map { [values] form in
      // A capital letter must not make two alike.
      guard Set(values.map { capitalized($0[form]) }).count == values.count else { return nil }
      var identities: [String: Int] = [:]
      for (entity, forms) in values.enumerated() {
        identities[forms[form]] = entity
        identities[capitalized(forms[form])] = entity
      }
      return identities
    }
    tags = kind.entities.map(\.tags)
    var classes: [Set<String>] = []
    classOf = tags.map { tags in
      if let known = classes.firstIndex(of: tags) { return known }
      classes.append(tags)
      return classes.count - 1
    }
    classTags = classes
  }
}
