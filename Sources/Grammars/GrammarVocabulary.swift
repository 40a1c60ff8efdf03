/// The bytes of every token of a model, arranged so that the tokens a grammar allows are found in one pass.
///
/// Build it once per model and share it: the tokens become a tree in which tokens with the same beginning share a
/// path, stored in the order of a walk through it.
public final class GrammarVocabulary: Sendable {
  /// A step of one byte in the tree of tokens.
  struct Node {
    /// The first node, in the order of the walk, that is not below this one.
    var next: Int32
    /// The first of its tokens in `sortedTokens`; they end where the next node's begin.
    let firstToken: Int32
    let depth: UInt16
    /// The length of the longest token at or below this node.
    var longest: UInt16
    let byte: UInt8
    /// Whether below this node, if a character begins here, there is only plain text: see `PlainText`.
    var isPlainBelow: Bool

    /// Whether any token goes on from here, at this node's `index`.
    func hasChildren(at index: Int) -> Bool { Int(next) > index + 1 }
  }

  /// How many ids there are, those that are never allowed included.
  public let count: Int
  /// The tokens that end a text, in rising order.
  public let endTokens: [Int]

  /// The root and, after a last entry that only bounds its tokens, nothing else.
  let nodes: [Node]
  let sortedTokens: [Int32]
  /// The longest token in bytes.
  let longestToken: Int
  private let tokens: [[UInt8]?]

  /// Longer tokens are never allowed; no vocabulary has any.
  private static let longestAllowed = 4_096

  /// A vocabulary in which token i stands for the bytes `tokens[i]`.
  /// - Parameters:
  ///   - tokens: the bytes of each token by id; nil for control tokens, which no grammar allows. A token need not be
  ///     valid UTF-8 by itself. An empty one is never allowed, since a model could repeat it for ever.
  ///   - endTokens: the tokens that end a text; they are allowed exactly where a text may end. Ids outside the
  ///     vocabulary are left out.
  public init(tokens: [[UInt8]?], endTokens: [Int]) {
    let ends = Set(endTokens.filter(tokens.indices.contains))
    self.endTokens = ends.sorted()
    count = tokens.count
    var usable = tokens
    for index in tokens.indices {
      if ends.contains(index) || usable[index].map({ $0.isEmpty || $0.count > Self.longestAllowed }) ?? false {
        usable[index] = nil
      }
    }
    self.tokens = usable
    longestToken = usable.reduce(0) { max($0, $1?.count ?? 0) }
    (nodes, sortedTokens) = Self.tree(of: usable)
  }

  /// The bytes of a token; nil for control tokens, end tokens and ids outside the vocabulary.
  func bytes(of token: Int) -> [UInt8]? { tokens.indices.contains(token) ? tokens[token] : nil }

  private static func tree(of tokens: [[UInt8]?]) -> ([Node], [Int32]) {
    // The first eight bytes as a number decide most comparisons.
    var keys: [(head: UInt64, token: Int32)] = []
    for (index, bytes) in tokens.enumerated() {
      guard let bytes else { continue }
      var head: UInt64 = 0
      for position in 0..<8 { head = head << 8 | UInt64(position < bytes.count ? bytes[position] : 0) }
      keys.append((head, Int32(clamping: index)))
    }
    keys.sort { a, b in
      if a.head != b.head { return a.head < b.head }
      let (left, right) = (tokens[Int(a.token)] ?? [], tokens[Int(b.token)] ?? [])
      if left == right { return a.token < b.token }
      return left.lexicographicallyPrecedes(right)
    }
    var nodes = [Node(next: 0, firstToken: 0, depth: 0, longest: 0, byte: 0, isPlainBelow: false)]
    var parents: [Int32] = [-1]
    var path = [0]
    var previous: [UInt8] = []
    for (position, key) in keys.enumerated() {
      let bytes = tokens[Int(key.token)] ?? []
      var shared = 0
      while shared < min(previous.count, bytes.count), previous[shared] == bytes[shared] { shared += 1 }
      while path.count > shared + 1 { nodes[path.removeLast()].next = Int32(nodes.count) }
      for index in shared..<bytes.count {
        parents.append(Int32(path.last ?? 0))
        path.append(nodes.count)
        let depth = UInt16(clamping: index + 1)
        nodes.append(
          Node(
            next: 0, firstToken: Int32(position), depth: depth, longest: depth, byte: bytes[index],
            isPlainBelow: false))
      }
      previous = bytes
    }
    while let index = path.popLast() { nodes[index].next = Int32(nodes.count) }
    summarize(&nodes, parents: parents)
    nodes.append(
      Node(
        next: Int32(nodes.count + 1), firstToken: Int32(keys.count), depth: 0, longest: 0, byte: 0, isPlainBelow: false)
    )
    return (nodes, keys.map(\.token))
  }

  /// Tells every node what lies below it; children come after their parents, so from the last to the first.
  private static func summarize(_ nodes: inout [Node], parents: [Int32]) {
    // For each state of decoding at a node, whether all that lies below is plain text then.
    var isPlain = [UInt8](repeating: 0xFF, count: nodes.count)
    for index in nodes.indices.reversed() {
      nodes[index].isPlainBelow = isPlain[index] & 1 == 1
      guard index > 0 else { break }
      let parent = Int(parents[index])
      nodes[parent].longest = max(nodes[parent].longest, nodes[index].longest)
      for state in PlainText.State.allCases {
        let next = PlainText.next(state, nodes[index].byte)
        if next.map({ isPlain[index] >> $0.rawValue & 1 == 0 }) ?? true {
          isPlain[parent] &= ~(1 << state.rawValue)
        }
      }
    }
  }
}
