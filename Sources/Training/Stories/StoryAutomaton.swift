/// Which words of an expanded grammar can follow which: its rules without agreement.
///
/// A state is a word of the expansion, and any form of any entity will do where the word writes a variable. So every
/// story is a path, and paths that are no stories differ from stories in their variables only.
struct StoryAutomaton: Sendable {
  /// Before the first word.
  static let start = -1

  private let plan: StoryPlan
  /// The words that can come after a state: those of `start` first.
  private var followers: [[Int]] = []
  private var canEnd: [Bool] = []
  /// How a branch without words is chosen, by choice; nil where words must be written.
  private(set) var wordless: [Int?] = []
  /// A choice with two ways to write nothing.
  private var twiceWordless: Int?

  init(_ plan: StoryPlan) {
    self.plan = plan
    var starts = Array(repeating: [Int](), count: plan.choices.count)
    wordless = Array(repeating: nil, count: plan.choices.count)
    // A choice's calls come after it.
    for choice in plan.choices.indices.reversed() {
      for (index, branch) in plan.choices[choice].branches.enumerated() {
        let (words, isWordless) = first(of: branch.steps[...], starts)
        starts[choice] += words
        guard isWordless else { continue }
        if wordless[choice] != nil { twiceWordless = choice }
        wordless[choice] = index
      }
    }
    followers = [starts[0]]
    canEnd = [wordless[0] != nil]
    for word in plan.words {
      var next: [Int] = []
      var place: StoryPlan.Place? = word.place
      while let here = place {
        let steps = plan.choices[here.choice].branches[here.branch].steps
        let (words, isWordless) = first(of: steps[(here.step + 1)...], starts)
        next += words
        guard isWordless else { break }
        place = plan.choices[here.choice].parent
        if place == nil { canEnd.append(true) }
      }
      if canEnd.count == followers.count { canEnd.append(false) }
      followers.append(next)
    }
  }

  /// The words that steps can begin with, and whether they can write none.
  private func first(of steps: ArraySlice<StoryPlan.Step>, _ starts: [[Int]]) -> (words: [Int], isWordless: Bool) {
    var words: [Int] = []
    for step in steps {
      switch step {
      case .word(let word): return (words + [word], false)
      case .bind: continue
      case .choose(let choice):
        words += starts[choice]
        if wordless[choice] == nil { return (words, false) }
      }
    }
    return (words, true)
  }

  /// The states after a state, by the text of the word with its separator.
  private func transitions(from state: Int) -> [String: [Int]] {
    var transitions: [String: [Int]] = [:]
    for next in followers[state + 1] {
      let word = plan.words[next]
      for text in plan.texts(of: word) { transitions[String(word.separator) + text, default: []].append(next) }
    }
    return transitions
  }

  // MARK: - Reading

  /// The one path that writes these words.
  func path(of words: [String]) throws(StoryError) -> [Int] {
    // The state before each state that was reached, word by word.
    var reached: [[Int: Int]] = [[Self.start: Self.start]]
    var known: [Int: [String: [Int]]] = [:]
    for (index, word) in words.enumerated() {
      var next: [Int: Int] = [:]
      for state in reached[index].keys {
        let transitions = known[state] ?? transitions(from: state)
        known[state] = transitions
        for follower in transitions[word] ?? [] { next[follower] = state }
      }
      guard !next.isEmpty else {
        let expected = Set(reached[index].keys.flatMap { known[$0]?.keys.map { $0 } ?? [] }).sorted()
        throw .impossible(word: index + 1, reason: "is “\(word.dropFirst())”; expected \(Self.listed(expected)).")
      }
      reached.append(next)
    }
    guard var state = reached[words.count].keys.first(where: { canEnd[$0 + 1] }) else {
      throw .impossible(word: words.count, reason: "is the last, and the story is not over.")
    }
    var path: [Int] = []
    for step in reached.dropFirst().reversed() {
      path.append(state)
      state = step[state] ?? Self.start
    }
    return path.reversed()
  }

  private static func listed(_ words: [String]) -> String {
    let some = words.prefix(6).map { "“\($0.dropFirst())”" }.joined(separator: ", ")
    return words.isEmpty ? "no more" : words.count > 6 ? some + ", …" : some
  }

  // MARK: - Ambiguity

  /// Words that two paths write, if there are any.
  ///
  /// Two paths that part and write the same words walk through pairs of different states; all such pairs that can be
  /// reached are visited. The grammar is ambiguous if such a pair meets in one state again or can end together.
  func ambiguity() -> [String]? {
    struct Pair: Hashable {
      var first: Int
      var second: Int
    }
    if let twiceWordless { return ["nothing, in two ways, by rule \(plan.choices[twiceWordless].rule)"] }
    var known: [Int: [String: [Int]]] = [:]
    func next(_ state: Int) -> [String: [Int]] {
      if let transitions = known[state] { return transitions }
      let transitions = transitions(from: state)
      known[state] = transitions
      return transitions
    }
    var cameFrom: [Pair: (pair: Pair, word: String)] = [:]
    var pending: [Pair] = []
    func witness(_ pair: Pair, _ word: String) -> [String] {
      var words = [word]
      var pair = pair
      while let (before, word) = cameFrom[pair], !word.isEmpty { (pair, words) = (before, words + [word]) }
      return words.reversed().map { String($0.dropFirst()) }
    }
    for state in Self.start..<plan.words.count {
      for (word, states) in next(state) where states.count > 1 {
        for (index, first) in states.enumerated() {
          for second in states[(index + 1)...] {
            let pair = Pair(first: min(first, second), second: max(first, second))
            if pair.first == pair.second { return [String(word.dropFirst())] }
            if cameFrom[pair] == nil {
              cameFrom[pair] = (Pair(first: state, second: state), word)
              pending.append(pair)
            }
          }
        }
      }
    }
    while let pair = pending.popLast() {
      if canEnd[pair.first + 1], canEnd[pair.second + 1] { return witness(pair, "") }
      let (ours, theirs) = (next(pair.first), next(pair.second))
      for (word, firsts) in ours {
        for first in firsts {
          for second in theirs[word] ?? [] {
            if first == second { return witness(pair, word) }
            let following = Pair(first: min(first, second), second: max(first, second))
            if cameFrom[following] == nil {
              cameFrom[following] = (pair, word)
              pending.append(following)
            }
          }
        }
      }
    }
    return nil
  }
}
