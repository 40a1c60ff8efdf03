import Foundation

/// What a grammar's stories hold on average, computed exactly rather than sampled.
///
/// No choice can tell entities with the same tags apart, so what a choice depends on is the *classes* of the variables.
/// The computation follows the distribution of those classes through the expanded grammar, once: every choice adds its
/// entropy in each state times the state's probability, and every word adds its expected count. Within a class all
/// entities are equally likely, since they are drawn evenly and without replacement.
public struct StoryExpectation: Sendable {
  /// The entropy of a story in bits: the average of `Story.bits`.
  public private(set) var bits = 0.0
  /// UTF-8 bytes per story.
  public private(set) var bytes = 0.0
  /// Bits per byte over a long corpus.
  public var bitsPerByte: Double { bits / bytes }

  /// What words with no space between them look like, and how often a story has them.
  private var chunks: [Chunk: Double] = [:]
  private let kinds: [StoryPlan.Kind]

  private struct Chunk: Hashable {
    var isFirst: Bool
    var words: [Word] = []
    /// The kinds and classes of the variables in it, in the order in which they first appear.
    var variables: [Variable] = []

    struct Word: Hashable {
      var separator: Character
      var prefix: String
      var suffix: String
      /// Which of the chunk's variables, in which form.
      var variable: Int?
      var form = 0
      var isCapitalized = false
    }

    struct Variable: Hashable {
      var kind: Int
      var entityClass: Int
    }
  }

  /// Whether words came before, and the class of each variable by slot.
  private struct State: Hashable {
    var isFirst = true
    var classes: [Int] = []
  }

  private typealias Distribution = [State: Double]

  init(_ plan: StoryPlan) throws(StoryError) {
    kinds = plan.kinds
    _ = try follow(0, [State(): 1], plan)
    for (chunk, count) in chunks {
      // A separator stands before each word but the first.
      let texts = chunk.words.map { word in
        let length = Double(word.prefix.utf8.count + word.suffix.utf8.count + 1)
        guard let index = word.variable else { return length }
        let members = members(of: chunk.variables[index])
        let values = members.map { kinds[chunk.variables[index].kind].values[$0][word.form].utf8.count }
        return length + Double(values.reduce(0, +)) / Double(members.count)
      }
      bytes += count * (texts.reduce(0, +) - (chunk.isFirst ? 1 : 0))
    }
  }

  // MARK: - Following the states

  private mutating func follow(
    _ choice: Int, _ incoming: Distribution, _ plan: StoryPlan
  ) throws(StoryError) -> Distribution {
    let branches = plan.choices[choice].branches
    var entering = Array(repeating: Distribution(), count: branches.count)
    for (state, probability) in incoming {
      let open = branches.indices.filter { index in
        branches[index].conditions.allSatisfy { condition in
          kinds[condition.kind].classTags[state.classes[condition.slot]].contains(condition.tag) == condition.isWanted
        }
      }
      let total = Double(open.reduce(0) { $0 + branches[$1].weight })
      guard total > 0 else {
        throw .grammar(reason: "rule \(plan.choices[choice].rule) can be left with no open alternative.")
      }
      for index in open {
        let share = Double(branches[index].weight) / total
        bits -= probability * share * log2(share)
        entering[index][state, default: 0] += probability * share
      }
    }
    var outgoing = Distribution()
    for (branch, distribution) in zip(branches, entering) where !distribution.isEmpty {
      for (state, probability) in try follow(branch, distribution, plan) {
        let depth = incoming.first?.key.classes.count ?? 0
        outgoing[State(isFirst: state.isFirst, classes: Array(state.classes.prefix(depth))), default: 0] += probability
      }
    }
    return outgoing
  }

  private mutating func follow(
    _ branch: StoryPlan.Branch, _ incoming: Distribution, _ plan: StoryPlan
  ) throws(StoryError) -> Distribution {
    var distribution = incoming
    var index = 0
    while index < branch.steps.count {
      switch branch.steps[index] {
      case .word(let first):
        var words = [plan.words[first]]
        while index + 1 < branch.steps.count, case .word(let next) = branch.steps[index + 1],
          plan.words[next].separator == "\n"
        {
          words.append(plan.words[next])
          index += 1
        }
        for (state, probability) in distribution { chunks[chunk(words, state, plan), default: 0] += probability }
        distribution = Distribution(
          distribution.map { (State(isFirst: false, classes: $0.key.classes), $0.value) }, uniquingKeysWith: +)
      case .choose(let choice):
        distribution = try follow(choice, distribution, plan)
      case .bind(let binding):
        distribution = try bind(plan.bindings[binding], distribution)
      }
      index += 1
    }
    return distribution
  }

  private mutating func bind(_ binding: StoryPlan.Binding, _ incoming: Distribution) throws(StoryError) -> Distribution
  {
    let kind = kinds[binding.kind]
    var outgoing = Distribution()
    for (state, probability) in incoming {
      var free = kind.classTags.map { tags in binding.tag.map(tags.contains) ?? true ? 0 : -1 }
      for entityClass in kind.classOf where free[entityClass] >= 0 { free[entityClass] += 1 }
      for slot in binding.siblings where free[state.classes[slot]] > 0 { free[state.classes[slot]] -= 1 }
      let total = free.reduce(0) { $0 + max(0, $1) }
      guard total > 0 else { throw .grammar(reason: "no \(kind.name) can be left for \(binding.variable).") }
      bits += probability * log2(Double(total))
      for (entityClass, count) in free.enumerated() where count > 0 {
        let next = State(isFirst: state.isFirst, classes: state.classes + [entityClass])
        outgoing[next, default: 0] += probability * Double(count) / Double(total)
      }
    }
    return outgoing
  }

  private func chunk(_ words: [StoryPlan.Word], _ state: State, _ plan: StoryPlan) -> Chunk {
    var chunk = Chunk(isFirst: state.isFirst)
    var known: [Int] = []
    for word in words {
      var shape = Chunk.Word(separator: word.separator, prefix: word.prefix, suffix: word.suffix)
      if let print = word.print {
        let binding = plan.bindings[print.binding]
        if !known.contains(print.binding) {
          known.append(print.binding)
          chunk.variables.append(.init(kind: binding.kind, entityClass: state.classes[binding.slot]))
        }
        shape.variable = known.firstIndex(of: print.binding)
        (shape.form, shape.isCapitalized) = (print.form, print.isCapitalized)
      }
      chunk.words.append(shape)
    }
    return chunk
  }

  private func members(of variable: Chunk.Variable) -> [Int] {
    kinds[variable.kind].classOf.indices.filter { kinds[variable.kind].classOf[$0] == variable.entityClass }
  }

  // MARK: - Tokens

  /// Tokens per story, without any that mark its beginning or end.
  ///
  /// Exact for tokenizers that cut text before spaces, so that what stands between two spaces has the same tokens
  /// wherever it stands: GPT-2's and Llama 3's patterns, and SentencePiece vocabularies without pieces of several words.
  public func tokenCount(_ counter: inout StoryTokenCounter) -> Double {
    var tokens = 0.0
    for (chunk, count) in chunks {
      var (sum, ways) = (0, 0)
      forEachText(of: chunk) { text in
        sum += counter.count(text, isFirst: chunk.isFirst)
        ways += 1
      }
      tokens += count * Double(sum) / Double(ways)
    }
    return tokens
  }

  /// Calls `body` with each of the equally likely texts of a chunk.
  private func forEachText(of chunk: Chunk, _ body: (String) -> Void) {
    func assign(_ entities: [Int]) {
      guard entities.count < chunk.variables.count else {
        var text = ""
        for (index, word) in chunk.words.enumerated() {
          if index > 0 { text.append(word.separator) }
          let value = word.variable.map { kinds[chunk.variables[$0].kind].values[entities[$0]][word.form] } ?? ""
          text += word.prefix + (word.isCapitalized ? capitalized(value) : value) + word.suffix
        }
        return body(text)
      }
      let variable = chunk.variables[entities.count]
      for member in members(of: variable) {
        let isTaken = zip(chunk.variables, entities).contains { $0.kind == variable.kind && $1 == member }
        if !isTaken { assign(entities + [member]) }
      }
    }
    assign([])
  }
}
