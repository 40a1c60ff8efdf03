import Foundation
import Tensors

/// A text and its information.
public struct Story: Sendable, Equatable {
  /// Words with one space or one line break between them.
  public let text: String
  /// −log₂ of the probability that the grammar writes this text.
  public let bits: Double
}

/// Who makes the choices of a story.
protocol StoryChooser {
  /// A branch of a choice, which is one of `open`.
  mutating func branch(of choice: Int, open: [Int], weights: [Int]) throws(StoryError) -> Int
  /// An entity for a binding, which is one of `free`.
  mutating func entity(for binding: Int, free: [Int]) throws(StoryError) -> Int
  /// Takes a word of the story.
  mutating func take(_ text: String, separator: Character) throws(StoryError)
}

extension StoryPlan {
  /// Makes one story of a chooser's choices.
  /// - Returns: Its bits.
  func derive(with chooser: inout some StoryChooser) throws(StoryError) -> Double {
    var entities: [Int] = []
    return try derive(0, &entities, with: &chooser)
  }

  /// - Parameter entities: What the variables are, by slot.
  private func derive(
    _ choice: Int, _ entities: inout [Int], with chooser: inout some StoryChooser
  ) throws(StoryError) -> Double {
    let branches = choices[choice].branches
    let open = branches.indices.filter { isOpen(branches[$0], entities) }
    let weights = open.map { branches[$0].weight }
    let branch = branches[try chooser.branch(of: choice, open: open, weights: weights)]
    var bits = log2(Double(weights.reduce(0, +)) / Double(branch.weight))
    let depth = entities.count
    for step in branch.steps {
      switch step {
      case .word(let index):
        let word = words[index]
        let entity = word.print.map { entities[bindings[$0.binding].slot] } ?? 0
        try chooser.take(text(of: word, entity: entity), separator: word.separator)
      case .choose(let choice): bits += try derive(choice, &entities, with: &chooser)
      case .bind(let index):
        let binding = bindings[index]
        let taken = binding.siblings.map { entities[$0] }
        let kind = kinds[binding.kind]
        let free = kind.values.indices.filter { entity in
          !taken.contains(entity) && binding.tag.map(kind.tags[entity].contains) ?? true
        }
        entities.append(try chooser.entity(for: index, free: free))
        bits += log2(Double(free.count))
      }
    }
    entities.removeLast(entities.count - depth)
    return bits
  }

  private func isOpen(_ branch: Branch, _ entities: [Int]) -> Bool {
    branch.conditions.allSatisfy { kinds[$0.kind].tags[entities[$0.slot]].contains($0.tag) == $0.isWanted }
  }
}

// MARK: - Drawing

/// Draws by the weights.
struct DrawingChooser: StoryChooser {
  var source: RandomSource
  private(set) var text = ""

  init(source: RandomSource) { self.source = source }

  mutating func branch(of choice: Int, open: [Int], weights: [Int]) -> Int {
    var place = below(weights.reduce(0, +))
    for (branch, weight) in zip(open, weights) {
      if place < weight { return branch }
      place -= weight
    }
    return open[open.count - 1]
  }

  mutating func entity(for binding: Int, free: [Int]) -> Int { free[below(free.count)] }

  mutating func take(_ word: String, separator: Character) {
    if !text.isEmpty { text.append(separator) }
    text += word
  }

  /// An even draw of `0..<count`: numbers past the last whole multiple are drawn again.
  private mutating func below(_ count: Int) -> Int {
    let count = UInt64(count)
    let limit = UInt64.max - UInt64.max % count
    while true {
      let bits = source.next()
      if bits < limit { return Int(bits % count) }
    }
  }
}

/// Stories without end, the same for the same seed on every machine.
public struct StorySequence: Sequence, IteratorProtocol {
  private let plan: StoryPlan
  private var source: RandomSource

  init(_ plan: StoryPlan, seed: UInt64) {
    self.plan = plan
    source = RandomSource(seed: seed)
  }

  /// Draws the next story; there is always one.
  public mutating func next() -> Story? {
    var chooser = DrawingChooser(source: source)
    // A grammar that was read leaves something to choose from everywhere, so that drawing never fails.
    guard let bits = try? plan.derive(with: &chooser) else { return nil }
    source = chooser.source
    return Story(text: chooser.text, bits: bits)
  }
}

extension StoryGrammar {
  /// Stories drawn one after another; each draw is independent of those before.
  public func stories(seed: UInt64) -> StorySequence { StorySequence(plan, seed: seed) }
}
