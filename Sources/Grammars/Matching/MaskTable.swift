import Synchronization

/// The tokens that a grammar allows at each of its places, found when first needed and shared by all texts.
///
/// A text's state is a stack of calls, and stacks are as many as texts. But a token is allowed or not mostly by the
/// top frame alone. The few tokens in the middle of which the top rule ends are carried on in the frame below, from
/// where they stand in the tree of tokens: what is kept belongs to a frame and a set of such places (a *frontier*),
/// whatever lies below. So a text nested a thousand deep finds what one nested twice has left.
final class MaskTable: Sendable {
  let network: Network
  let vocabulary: GrammarVocabulary
  private let contents: Mutex<Contents>

  private struct Key: Hashable {
    let node: Int32
    let count: Int32
    let frontier: Int32
    /// Whether there is no frame below.
    let isBottom: Bool
  }

  private enum Tokens {
    case few([Int32])
    case many([UInt64])
  }

  private struct Entry {
    let tokens: Tokens
    /// Where tokens go on in the frame below; nil where none does.
    let frontier: Int32?

    func add(to mask: inout TokenMask) {
      switch tokens {
      case .few(let tokens): mask.insert(tokens, tokens.indices)
      case .many(let words): mask.formUnion(words)
      }
    }
  }

  private struct Contents: Sendable {
    var walk: TokenWalk
    var entries: [Key: Entry] = [:]
    var frontiers: [[Int32]] = [[0]]
    var frontierNumbers: [[Int32]: Int32] = [[0]: 0]
    var keptBytes = 0
  }

  init(_ network: Network, _ vocabulary: GrammarVocabulary) {
    self.network = network
    self.vocabulary = vocabulary
    contents = Mutex(Contents(walk: TokenWalk(network)))
  }

  /// The tokens allowed where a text stands at `tops`.
  func mask(_ tops: [Int32], in frames: Frames, isComplete: Bool) throws(GrammarError) -> TokenMask {
    let result: Result<TokenMask, GrammarError> = contents.withLock { contents in
      do throws(GrammarError) {
        return .success(try mask(tops, in: frames, isComplete: isComplete, &contents))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func mask(
    _ tops: [Int32], in frames: Frames, isComplete: Bool, _ contents: inout Contents
  ) throws(GrammarError) -> TokenMask {
    if contents.keptBytes > GrammarLimits.keptMaskBytes { contents = Contents(walk: TokenWalk(network)) }
    contents.walk.beginMask()
    var mask = TokenMask(vocabularySize: vocabulary.count)
    for top in tops {
      var frame = frames[top]
      var frontier: Int32 = 0
      while true {
        let entry = try entry(
          Key(
            node: frame.node, count: representative(of: frame), frontier: frontier, isBottom: frame.parent == 0),
          &contents)
        entry.add(to: &mask)
        guard let rest = entry.frontier, frame.parent != 0 else { break }
        frontier = rest
        frame = frames[frame.parent]
      }
    }
    if isComplete { for token in vocabulary.endTokens { mask.insert(token) } }
    return mask
  }

  /// A count from which every token has the same chances as from the count of `frame`: one token cannot run a
  /// repetition more often than it has bytes, so only the distance to the bounds counts, and only when it is small.
  private func representative(of frame: Frames.Frame) -> Int32 {
    guard Int(frame.node) >= network.nodes.count else { return 0 }
    let site = network.sites[Int(frame.node) - network.nodes.count]
    let reach = Int32(vocabulary.longestToken + 1)
    let count = frame.count
    if count < site.atLeast { return site.atLeast - count > reach ? 0 : count }
    return site.atMost < 0 || site.atMost - count > reach ? Closure.uncounted : count
  }

  private func entry(_ key: Key, _ contents: inout Contents) throws(GrammarError) -> Entry {
    if let known = contents.entries[key] { return known }
    let start = TokenWalk.Start(
      node: key.node, count: key.count, frontier: contents.frontiers[Int(key.frontier)], wantsExits: !key.isBottom)
    let found: TokenWalk.Found
    if let more = repetitionsLeft(key), more > 0 {
      let base = try entry(
        Key(node: key.node, count: Closure.uncounted, frontier: key.frontier, isBottom: key.isBottom), &contents)
      var uncounted = TokenWalk.Found(mask: TokenMask(vocabularySize: vocabulary.count))
      base.add(to: &uncounted.mask)
      uncounted.exits = base.frontier.map { contents.frontiers[Int($0)] } ?? []
      found = try contents.walk.correct(uncounted, from: start, in: vocabulary, longerThan: more)
    } else {
      found = try contents.walk.run(from: start, in: vocabulary)
    }
    let entry = keep(found, &contents)
    contents.entries[key] = entry
    return entry
  }

  /// How often a repetition that might end now can still run; nil where that has no bound or ending must wait.
  private func repetitionsLeft(_ key: Key) -> Int? {
    guard Int(key.node) >= network.nodes.count, key.count != Closure.uncounted else { return nil }
    let site = network.sites[Int(key.node) - network.nodes.count]
    guard site.atMost >= 0, key.count + 1 >= site.atLeast else { return nil }
    return Int(site.atMost - key.count) - 1
  }

  private func keep(_ found: TokenWalk.Found, _ contents: inout Contents) -> Entry {
    var frontier: Int32?
    if !found.exits.isEmpty {
      if let known = contents.frontierNumbers[found.exits] {
        frontier = known
      } else {
        let number = Int32(contents.frontiers.count)
        contents.frontiers.append(found.exits)
        contents.frontierNumbers[found.exits] = number
        contents.keptBytes += found.exits.count * 4 + 64
        frontier = number
      }
    }
    let count = found.mask.count
    let isSparse = count < found.mask.words.count
    contents.keptBytes += 128 + (isSparse ? count * 4 : found.mask.words.count * 8)
    return Entry(
      tokens: isSparse ? .few(found.mask.tokens.map { Int32($0) }) : .many(found.mask.words), frontier: frontier)
  }
}
