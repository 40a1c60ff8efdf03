/// A regular expression that is not one of the known patterns, run without backtracking.
///
/// All ways to match advance together, one character at a time, in the order in which a backtracking engine would try
/// them, so the result is the same (leftmost, first alternative first) and the time is the text's length times the
/// program's, whatever the pattern. Only how far a match may be looked for beyond the best one so far is bounded, by
/// an allowance for the whole text; when that is used up, the best so far counts.
struct RegexProgram: Sendable {
  private enum Instruction: Sendable {
    case set(Int)
    /// Both, the first one with priority.
    case split(Int, Int)
    case look(Int, negated: Bool)
    case textStart
    case textEnd
    case match
  }

  /// The expression as it was given.
  let pattern: String
  private var instructions: [Instruction] = []
  private var sets: [ScalarSet] = []
  /// What each set says of the ASCII characters.
  private var asciiSets: [[Bool]] = []
  private static let sizeLimit = 4096

  init(_ pattern: String) throws(TokenizerError) {
    self.pattern = pattern
    var parser = RegexParser(pattern)
    try emit(try parser.parse())
    instructions.append(.match)
    asciiSets = sets.map { set in (UInt8(0)..<128).map { set.contains(Unicode.Scalar($0)) } }
  }

  // MARK: - Compilation: every piece of code falls through to what follows it

  private mutating func emit(_ node: RegexNode) throws(TokenizerError) {
    guard instructions.count < Self.sizeLimit else {
      throw TokenizerError(.unsupported, "the regular expression is too large; \(Self.sizeLimit) steps are read")
    }
    switch node {
    case .empty: break
    case .set(let set): instructions.append(.set(index(of: set)))
    case .sequence(let parts): for part in parts { try emit(part) }
    case .look(let set, let negated): instructions.append(.look(index(of: set), negated: negated))
    case .textStart: instructions.append(.textStart)
    case .textEnd: instructions.append(.textEnd)
    case .alternatives(let branches):
      var jumps: [Int] = []
      for (number, branch) in branches.enumerated() {
        guard number < branches.count - 1 else {
          try emit(branch)
          break
        }
        let split = reserve()
        try emit(branch)
        jumps.append(reserve())
        instructions[split] = .split(split + 1, instructions.count)
      }
      for jump in jumps { instructions[jump] = .split(instructions.count, instructions.count) }
    case .repeated(let node, let low, let high, let lazy):
      for _ in 0..<low { try emit(node) }
      guard let high else {
        let split = reserve()
        try emit(node)
        instructions.append(.split(split, split))
        instructions[split] = Self.split(split + 1, instructions.count, lazy)
        return
      }
      var splits: [Int] = []
      for _ in low..<high {
        splits.append(reserve())
        try emit(node)
      }
      for split in splits { instructions[split] = Self.split(split + 1, instructions.count, lazy) }
    }
  }

  private mutating func reserve() -> Int {
    instructions.append(.match)
    return instructions.count - 1
  }

  private static func split(_ more: Int, _ done: Int, _ lazy: Bool) -> Instruction {
    lazy ? .split(done, more) : .split(more, done)
  }

  private mutating func index(of set: ScalarSet) -> Int {
    if let index = sets.firstIndex(of: set) { return index }
    sets.append(set)
    return sets.count - 1
  }

  // MARK: - Matching

  /// The matches from left to right; empty ones are left out.
  func matches(in text: Span<UInt8>) -> [Range<Int>] {
    var search = Search(count: instructions.count, allowance: 16 * text.count + 4096)
    var result: [Range<Int>] = []
    var start = 0
    while start < text.count, let match = find(text, from: start, &search) {
      result.append(match)
      start = match.upperBound
    }
    return result
  }

  private struct Thread {
    var instruction: Int
    var start: Int
  }

  /// The memory of a search.
  private struct Search {
    var threads: [Thread] = []
    var next: [Thread] = []
    var stack: [Thread] = []
    /// The step at which an instruction was last reached, so that it is reached once a step.
    var reached: [Int]
    var step = 0
    /// How many characters may yet be read beyond matches that were then not extended.
    var allowance: Int

    init(count: Int, allowance: Int) {
      reached = [Int](repeating: 0, count: count)
      self.allowance = allowance
    }
  }

  /// The leftmost match that is not empty.
  private func find(_ text: Span<UInt8>, from first: Int, _ search: inout Search) -> Range<Int>? {
    var best: Range<Int>?
    var i = first
    // Both lists still hold what the search before left.
    search.threads.removeAll(keepingCapacity: true)
    search.next.removeAll(keepingCapacity: true)
    search.step += 1
    follow(Thread(instruction: 0, start: first), text, i, &search)
    swap(&search.threads, &search.next)
    while true {
      if search.threads.isEmpty, best != nil { return best }
      let scalar = i < text.count ? decodeScalar(text, i) : nil
      let after = i + (scalar?.length ?? 0)
      search.step += 1
      search.next.removeAll(keepingCapacity: true)
      threads: for thread in search.threads {
        switch instructions[thread.instruction] {
        case .match:
          // An empty match is none; those after it in the order may still be.
          if i == thread.start { continue }
          // What comes after a match in the order is worse.
          best = thread.start..<i
          break threads
        case .set(let set):
          if let scalar, contains(set, scalar.value) {
            follow(Thread(instruction: thread.instruction + 1, start: thread.start), text, after, &search)
          }
        default: continue
        }
      }
      guard scalar != nil else { return best }
      if best == nil {
        follow(Thread(instruction: 0, start: after), text, after, &search)
      } else {
        search.allowance -= 1
        if search.allowance < 0 { return best }
      }
      swap(&search.threads, &search.next)
      i = after
    }
  }

  /// Adds the instructions that read a character, reached from one without reading any.
  private func follow(_ thread: Thread, _ text: Span<UInt8>, _ i: Int, _ search: inout Search) {
    search.stack.append(thread)
    while let thread = search.stack.popLast() {
      let number = thread.instruction
      if search.reached[number] == search.step { continue }
      search.reached[number] = search.step
      let next = Thread(instruction: number + 1, start: thread.start)
      switch instructions[number] {
      case .set, .match: search.next.append(thread)
      case .split(let first, let second):
        search.stack.append(Thread(instruction: second, start: thread.start))
        search.stack.append(Thread(instruction: first, start: thread.start))
      case .look(let set, let negated):
        let found = i < text.count && contains(set, decodeScalar(text, i).value)
        if found != negated { search.stack.append(next) }
      case .textStart: if i == 0 { search.stack.append(next) }
      case .textEnd: if i == text.count { search.stack.append(next) }
      }
    }
  }

  @inline(__always)
  private func contains(_ set: Int, _ value: UInt32) -> Bool {
    if value < 128 { return asciiSets[set][Int(value)] }
    return Unicode.Scalar(value).map { sets[set].contains($0) } ?? false
  }
}
