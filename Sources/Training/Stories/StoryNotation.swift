/// A grammar as it is written: kinds of things and rules, with names instead of references.
struct StoryNotation {
  /// A list of things of a kind, each with its forms and tags.
  struct Kind {
    var name: String
    /// What the columns are called; the first is `name`.
    var forms: [String]
    var entities: [Entity] = []

    struct Entity {
      var forms: [String]
      var tags: Set<String>
    }
  }

  struct Rule {
    var alternatives: [Alternative] = []
    var line: Int
  }

  struct Alternative {
    var line: Int
    var weight = 1
    var conditions: [Condition] = []
    var parts: [Part] = []
  }

  /// Whether an alternative is open: the variable's entity has the tag, or has it not.
  struct Condition {
    var variable: String
    var tag: String
    var isWanted: Bool
  }

  enum Part {
    case word(Word)
    case call(String)
    /// A variable becomes an entity of a kind, with a tag where one is named, that no other variable is.
    case bind(variable: String, kind: String, tag: String?)
  }

  /// Letters with at most one form of a variable among them.
  struct Word {
    /// What stands before it: a space, or a line break.
    var separator: Character
    var prefix: String
    var print: Print?
    var suffix: String
  }

  struct Print {
    var variable: String
    var form: String
    var isCapitalized: Bool
  }

  private(set) var kinds: [String: Kind] = [:]
  private(set) var rules: [String: Rule] = [:]

  /// What the lines that come belong to.
  private enum Section {
    case none
    case kind(String)
    case rule(String)
  }

  init(_ text: String) throws(StoryError) {
    var section = Section.none
    for (number, raw) in Self.logicalLines(text) {
      let words = raw.split(separator: " ").map(String.init)
      guard let first = words.first else { continue }
      if raw.hasPrefix(" ") {
        switch section {
        case .none: throw .notation(line: number, reason: "stands before any kind or rule.")
        case .kind(let name): try addEntities(raw, to: name, line: number)
        case .rule(let name): rules[name]?.alternatives.append(try Self.alternative(words, line: number))
        }
      } else if first == "kind", words.count >= 2, words[1].hasSuffix(":") {
        let name = String(words[1].dropLast())
        guard kinds[name] == nil else { throw .notation(line: number, reason: "kind \(name) is there already.") }
        kinds[name] = Kind(name: name, forms: ["name"] + words.dropFirst(2))
        section = .kind(name)
      } else if first == "rule", words.count == 2 {
        let name = words[1]
        guard rules[name] == nil else { throw .notation(line: number, reason: "rule \(name) is there already.") }
        rules[name] = Rule(line: number)
        section = .rule(name)
      } else {
        throw .notation(line: number, reason: "expected “kind NAME: FORM …”, “rule NAME” or an indented line.")
      }
    }
  }

  // MARK: - Lines

  /// `Anna Mia | she her ; tag`: names that share their other forms and their tags.
  private mutating func addEntities(_ raw: String, to kind: String, line: Int) throws(StoryError) {
    let columns = raw.split(separator: ";", omittingEmptySubsequences: false)
    let halves = columns[0].split(separator: "|", omittingEmptySubsequences: false)
    guard columns.count <= 2, halves.count <= 2 else {
      throw .notation(line: line, reason: "more than one “|” or “;”.")
    }
    let forms = halves.count == 2 ? halves[1].split(separator: " ").map(String.init) : []
    let expected = (kinds[kind]?.forms.count ?? 1) - 1
    guard forms.count == expected else {
      throw .notation(line: line, reason: "\(forms.count) forms after “|”; kind \(kind) has \(expected).")
    }
    let tags = columns.count == 2 ? Set(columns[1].split(separator: " ").map(String.init)) : []
    for name in halves[0].split(separator: " ") {
      kinds[kind]?.entities.append(.init(forms: [String(name)] + forms, tags: tags))
    }
  }

  private static func alternative(_ words: [String], line: Int) throws(StoryError) -> Alternative {
    var alternative = Alternative(line: line)
    var words = words[...]
    if let first = words.first, first.hasSuffix(":"), let weight = Int(first.dropLast()) {
      guard (1...1_000_000).contains(weight) else {
        throw .notation(line: line, reason: "weight \(weight); give one from 1 to 1000000.")
      }
      alternative.weight = weight
      words.removeFirst()
    }
    while let first = words.first, first.count > 1, first.hasPrefix("?") || first.hasPrefix("!") {
      let names = first.dropFirst().split(separator: ".").map(String.init)
      guard names.count == 2 else { throw .notation(line: line, reason: "\(first) is not VARIABLE.TAG.") }
      alternative.conditions.append(Condition(variable: names[0], tag: names[1], isWanted: first.hasPrefix("?")))
      words.removeFirst()
    }
    if words.elementsEqual(["-"]) { return alternative }
    guard !words.isEmpty else { throw .notation(line: line, reason: "an empty alternative is written “-”.") }
    for word in words { alternative.parts += try parts(word, line: line) }
    return alternative
  }

  /// What one blank-separated piece of a line means; `¶` inside it is a line break.
  private static func parts(_ word: String, line: Int) throws(StoryError) -> [Part] {
    if word.hasPrefix("<"), word.hasSuffix(">"), word.count > 2 { return [.call(String(word.dropFirst().dropLast()))] }
    if word.hasPrefix("{"), word.hasSuffix("}"), let equals = word.firstIndex(of: "=") {
      let domain = word[word.index(after: equals)...].dropLast().split(separator: ".").map(String.init)
      let variable = String(word[..<equals].dropFirst())
      guard !variable.isEmpty, (1...2).contains(domain.count) else {
        throw .notation(line: line, reason: "\(word) is not {VARIABLE=KIND} or {VARIABLE=KIND.TAG}.")
      }
      return [.bind(variable: variable, kind: domain[0], tag: domain.count == 2 ? domain[1] : nil)]
    }
    var parts: [Part] = []
    for (index, piece) in word.split(separator: "¶", omittingEmptySubsequences: false).enumerated() {
      guard !piece.isEmpty else {
        throw .notation(line: line, reason: "“¶” stands between two words of one alternative, with no space.")
      }
      parts.append(.word(try Self.word(piece, line: line, separator: index == 0 ? " " : "\n")))
    }
    return parts
  }

  private static func word(_ text: Substring, line: Int, separator: Character) throws(StoryError) -> Word {
    guard let open = text.firstIndex(of: "{") else {
      return Word(separator: separator, prefix: String(text), print: nil, suffix: "")
    }
    guard let close = text[open...].firstIndex(of: "}") else { throw .notation(line: line, reason: "\(text): no “}”.") }
    let suffix = text[text.index(after: close)...]
    let names = text[text.index(after: open)..<close].split(separator: ".").map(String.init)
    guard (1...2).contains(names.count), let initial = names[0].first, !suffix.contains("{") else {
      throw .notation(line: line, reason: "\(text): give one {VARIABLE} or {VARIABLE.FORM} in a word.")
    }
    let print = Print(
      variable: initial.lowercased() + names[0].dropFirst(), form: names.count == 2 ? names[1] : "name",
      isCapitalized: initial.isUppercase)
    return Word(separator: separator, prefix: String(text[..<open]), print: print, suffix: String(suffix))
  }

  /// Lines with what continues them: deeper indentation than two spaces. Comments begin with `#`.
  private static func logicalLines(_ text: String) -> [(number: Int, text: String)] {
    var lines: [(number: Int, text: String)] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("#") || line.allSatisfy({ $0 == " " }) { continue }
      if line.hasPrefix("    "), let last = lines.indices.last {
        lines[last].text += line
      } else {
        lines.append((index + 1, String(line)))
      }
    }
    return lines
  }
}
