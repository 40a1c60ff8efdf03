/// Walks the tree of a vocabulary through a grammar, from one place in it, looking no further down the stack of
/// calls than the frame where it starts.
///
/// What has been read is a number: the same set of open places always has the same one, and a table says where each
/// byte leads from it. The table is filled as bytes come up, and kept from walk to walk.
struct TokenWalk: Sendable {
  private var closure: Closure
  private var states: [[Int32]] = []
  private var isComplete: [Bool] = []
  /// Whether plain text leads back to the state, once that has been asked.
  private var takesPlainText: [Bool?] = []
  /// Where a byte leads: `[state][256]`, or `unknown`.
  private var table: [Int32] = []
  private var numbers: [State: Int32] = [:]
  private var work = 0

  private struct State: Hashable, Sendable {
    let tops: [Int32]
    let isComplete: Bool
  }

  /// What is allowed from a frame on.
  struct Found {
    var mask: TokenMask
    /// The nodes of the tree where the frame's rule may have ended and tokens go on.
    var exits: [Int32] = []
  }

  /// Where a walk starts.
  struct Start {
    /// The frame's node and count; the frame has just been returned to.
    let node: Int32
    let count: Int32
    /// The nodes of the tree that have been reached.
    let frontier: [Int32]
    /// Whether to find the exits.
    let wantsExits: Bool
  }

  private static let unknown: Int32 = -1
  private static let dead: Int32 = 0
  private static let keptStates = 4_096

  init(_ network: Network) {
    closure = Closure(network)
    reset()
  }

  private mutating func reset() {
    closure.reset()
    states = []
    isComplete = []
    takesPlainText = []
    table = []
    numbers = [:]
    _ = number(of: State(tops: [], isComplete: false))
  }

  /// Grants a new allowance of work, for the mask of one text.
  mutating func beginMask() { work = 0 }

  /// Counts work, and ends it where a grammar makes too much of it.
  private mutating func spend(_ steps: Int) throws(GrammarError) {
    work += steps
    guard work <= GrammarLimits.maskSteps else {
      throw GrammarError(.tooComplex, "finding the tokens allowed here takes too long; simplify the grammar")
    }
  }

  /// Everything that is allowed from `start` on.
  mutating func run(from start: Start, in vocabulary: GrammarVocabulary) throws(GrammarError) -> Found {
    var found = Found(mask: TokenMask(vocabularySize: vocabulary.count))
    try run(from: start, in: vocabulary, longerThan: 0, &found)
    return found
  }

  /// What is allowed from `start` on, when `found` is right already for all that takes at most `length` bytes.
  ///
  /// A repetition that may run `length` more times lets such tokens through like one without bound, whose mask is
  /// known; only the few longer tokens need a look.
  mutating func correct(
    _ found: Found, from start: Start, in vocabulary: GrammarVocabulary, longerThan length: Int
  ) throws(GrammarError) -> Found {
    let nodes = vocabulary.nodes
    // A token below two roots may be too long for one and not for the other.
    guard zip(start.frontier, start.frontier.dropFirst()).allSatisfy({ nodes[Int($0)].next <= $1 }) else {
      return try run(from: start, in: vocabulary)
    }
    var corrected = found
    corrected.exits = []
    // Exits are in order of the roots and of the tree below each: keep those near their root.
    var position = 0
    for root in start.frontier {
      let end = nodes[Int(root)].next
      let limit = Int(nodes[Int(root)].depth) + length
      while position < found.exits.count, found.exits[position] >= root, found.exits[position] < end {
        if Int(nodes[Int(found.exits[position])].depth) <= limit { corrected.exits.append(found.exits[position]) }
        position += 1
      }
    }
    try run(from: start, in: vocabulary, longerThan: length, &corrected)
    return corrected
  }

  private mutating func run(
    from start: Start, in vocabulary: GrammarVocabulary, longerThan length: Int, _ found: inout Found
  ) throws(GrammarError) {
    if states.count > Self.keptStates { reset() }
    do {
      closure.begin()
      closure.leave(to: closure.frames.number(start.node, start.count, on: 0))
      try closure.finish()
      try walk(from: currentState(), start, in: vocabulary, longerThan: length, &found)
    } catch {
      reset()
      throw error
    }
  }

  private mutating func walk(
    from first: Int32, _ start: Start, in vocabulary: GrammarVocabulary, longerThan length: Int, _ found: inout Found
  ) throws(GrammarError) {
    let nodes = vocabulary.nodes
    let tokens = vocabulary.sortedTokens
    // The state after each byte of the path to the present node.
    var path = [Int32](repeating: 0, count: vocabulary.longestToken + 1)
    for root in start.frontier {
      let rootDepth = Int(nodes[Int(root)].depth)
      if start.wantsExits, isComplete[Int(first)], length == 0 { found.exits.append(root) }
      path[rootDepth] = first
      var index = Int(root) + 1
      let end = Int(nodes[Int(root)].next)
      var visited = 0
      while index < end {
        visited += 1
        let node = nodes[index]
        let depth = Int(node.depth)
        if Int(node.longest) - rootDepth <= length {
          index = Int(node.next)
          continue
        }
        let state = path[depth - 1]
        var next = table[Int(state) << 8 | Int(node.byte)]
        if next == Self.unknown { next = try step(from: state, byte: node.byte) }
        if next == Self.dead {
          if length > 0 { clear(tokensBelow: index, beyond: rootDepth + length, in: vocabulary, &found) }
          index = Int(node.next)
          continue
        }
        let firstToken = Int(node.firstToken)
        let hasChildren = node.hasChildren(at: index)
        if node.isPlainBelow, hasChildren, try takesPlainText(next, completeToo: !start.wantsExits) {
          let below = Int(node.next)
          found.mask.insert(tokens, firstToken..<Int(nodes[below].firstToken))
          index = below
          continue
        }
        path[depth] = next
        if depth - rootDepth > length {
          found.mask.insert(tokens, firstToken..<Int(nodes[index + 1].firstToken))
          if hasChildren, start.wantsExits, isComplete[Int(next)] { found.exits.append(Int32(index)) }
        }
        index += 1
      }
      // A node costs far less than a step.
      try spend(1 + visited >> 5)
    }
    // Where one root lies below another, the same node may have been found from both.
    if zip(found.exits, found.exits.dropFirst()).contains(where: { $0 >= $1 }) {
      found.exits = Set(found.exits).sorted()
    }
  }

  /// Takes tokens out again that end at or below a node, past a depth.
  private func clear(
    tokensBelow index: Int, beyond depth: Int, in vocabulary: GrammarVocabulary, _ found: inout Found
  ) {
    let nodes = vocabulary.nodes
    for inner in index..<Int(nodes[index].next) where Int(nodes[inner].depth) > depth {
      for position in Int(nodes[inner].firstToken)..<Int(nodes[inner + 1].firstToken) {
        found.mask.remove(Int(vocabulary.sortedTokens[position]))
      }
    }
  }

  /// Whether any plain text leads from a state back to it, without an end on the way unless those do not matter.
  private mutating func takesPlainText(_ state: Int32, completeToo: Bool) throws(GrammarError) -> Bool {
    if isComplete[Int(state)], !completeToo { return false }
    if let known = takesPlainText[Int(state)] { return known }
    var takes = true
    // Every state that a character can be read through, with how far it has been read.
    var seen: Set<[Int32]> = []
    var open: [(state: Int32, decoding: PlainText.State)] = [(state, .boundary)]
    while takes, let (from, decoding) = open.popLast() {
      for byte in UInt8.min...UInt8.max {
        guard let reached = PlainText.next(decoding, byte) else { continue }
        var next = table[Int(from) << 8 | Int(byte)]
        if next == Self.unknown { next = try step(from: from, byte: byte) }
        if reached == .boundary ? next != state : next == Self.dead || isComplete[Int(next)] {
          takes = false
          break
        }
        if reached != .boundary, seen.insert([next, Int32(reached.rawValue)]).inserted { open.append((next, reached)) }
      }
    }
    takesPlainText[Int(state)] = takes
    return takes
  }

  private mutating func step(from state: Int32, byte: UInt8) throws(GrammarError) -> Int32 {
    closure.begin()
    let before = closure.steps
    try closure.read(byte, from: states[Int(state)])
    let known = states.count
    let next = currentState()
    // A state takes a row of the table, which is memory.
    try spend(closure.steps - before + (states.count > known ? 64 : 0))
    table[Int(state) << 8 | Int(byte)] = next
    return next
  }

  private mutating func currentState() -> Int32 {
    number(of: State(tops: closure.tops.sorted(), isComplete: closure.isComplete))
  }

  private mutating func number(of state: State) -> Int32 {
    if let known = numbers[state] { return known }
    let number = Int32(states.count)
    numbers[state] = number
    states.append(state.tops)
    isComplete.append(state.isComplete)
    takesPlainText.append(nil)
    table.append(contentsOf: repeatElement(state.tops.isEmpty ? Self.dead : Self.unknown, count: 256))
    return number
  }
}
