/// Finds where strings occur in a text, one step per byte however many strings there are: the automaton of Aho and
/// Corasick (1975). Its state is the longest end of the text that begins one of the strings.
///
/// It never changes once it is made, so that many texts share one. A step takes the same short time whatever came
/// before: each state has its whole row of 256 next states, but a row differs from that of the state's suffix only
/// where a string goes on, and shares with it the leaves of sixteen states that are alike.
struct StringAutomaton: Sendable {
  /// The state before any text.
  static let start = 0

  private let strings: [[UInt8]]
  /// The row of each state.
  private var rows: [Int32] = [0]
  /// Sixteen leaves per row, by the upper half of a byte.
  private var roots = [Int32](repeating: 0, count: 16)
  /// Sixteen states per leaf, by the lower half of a byte.
  private var leaves = [Int32](repeating: 0, count: 16)
  private var depths: [Int32] = [0]
  /// The longest string that ends in each state, or -1.
  private var matches: [Int32] = [-1]

  /// An automaton for these strings. Empty ones are never found.
  init(_ strings: [String]) {
    self.strings = strings.map { Array($0.utf8) }
    link(makeTree())
  }

  /// Whether there is nothing to find.
  var isEmpty: Bool { depths.count == 1 }

  /// The state after one more byte.
  func next(_ state: Int, _ byte: UInt8) -> Int {
    let leaf = roots[Int(rows[state]) * 16 + Int(byte >> 4)]
    return Int(leaves[Int(leaf) * 16 + Int(byte & 15)])
  }

  /// How many of the text's last bytes may become one of the strings.
  func depth(of state: Int) -> Int { Int(depths[state]) }

  /// The longest string that ends here, if one does.
  func match(in state: Int) -> [UInt8]? { matches[state] >= 0 ? strings[Int(matches[state])] : nil }

  /// Whether a string ends here.
  func isMatch(_ state: Int) -> Bool { matches[state] >= 0 }

  /// The strings as a tree with common beginnings.
  /// - Returns: For each state the bytes by which strings go on, and the states after them.
  private mutating func makeTree() -> [[UInt8: Int32]] {
    var children: [[UInt8: Int32]] = [[:]]
    for (index, bytes) in strings.enumerated() where !bytes.isEmpty {
      var state = Self.start
      for byte in bytes {
        if let next = children[state][byte] {
          state = Int(next)
        } else {
          let new = children.count
          children[state][byte] = Int32(new)
          children.append([:])
          depths.append(depths[state] + 1)
          matches.append(-1)
          state = new
        }
      }
      if matches[state] < 0 { matches[state] = Int32(index) }
    }
    return children
  }

  /// Breadth first, so that the rows of every shorter string are known before a longer one's need them.
  private mutating func link(_ children: [[UInt8: Int32]]) {
    rows = [Int32](repeating: 0, count: children.count)
    var suffixes = [Int](repeating: 0, count: children.count)
    var queue = [Self.start]
    var position = 0
    while position < queue.count {
      let state = queue[position]
      position += 1
      let suffix = suffixes[state]
      if matches[state] < 0 { matches[state] = matches[suffix] }
      for (byte, child) in children[state] {
        // Where the suffix goes on, its child is the child's suffix; the first states have none but the start.
        suffixes[Int(child)] = state == Self.start ? Self.start : next(suffix, byte)
        queue.append(Int(child))
      }
      rows[state] = row(after: children[state], otherwise: rows[suffix])
    }
  }

  /// A row like another but for some bytes.
  private mutating func row(after children: [UInt8: Int32], otherwise other: Int32) -> Int32 {
    guard !children.isEmpty else { return other }
    let row = roots.count
    // One by one: a slice would share the array, and make appending copy it.
    for half in 0..<16 { roots.append(roots[Int(other) * 16 + half]) }
    var own: Set<UInt8> = []
    for (byte, child) in children {
      let root = row + Int(byte >> 4)
      if own.insert(byte >> 4).inserted {
        let leaf = Int(roots[root]) * 16
        roots[root] = Int32(leaves.count / 16)
        for half in 0..<16 { leaves.append(leaves[leaf + half]) }
      }
      leaves[Int(roots[root]) * 16 + Int(byte & 15)] = child
    }
    return Int32(row / 16)
  }
}
