/// A text being read byte by byte: all places of the grammar where it may stand.
struct Matcher: Sendable {
  private var closure: Closure
  private(set) var tops: [Int32]
  /// Whether the text may end here.
  private(set) var isComplete: Bool

  var frames: Frames { closure.frames }
  /// Whether nothing may follow.
  var isAtEnd: Bool { tops.isEmpty }

  private var compactionSize = 1_024

  init(_ network: Network) throws(GrammarError) {
    closure = Closure(network)
    closure.begin()
    if let start = network.starts.first { closure.enter(start, on: 0) }
    try closure.finish()
    tops = closure.tops
    isComplete = network.matchesEmpty
  }

  /// Reads bytes, all of them or none, and says which.
  mutating func read(_ bytes: some Sequence<UInt8>) throws(GrammarError) -> Bool {
    let (earlierTops, wasComplete) = (tops, isComplete)
    do throws(GrammarError) {
      for byte in bytes {
        closure.begin()
        try closure.read(byte, from: tops)
        tops = closure.tops
        isComplete = closure.isComplete
        if tops.isEmpty && !isComplete {
          (tops, isComplete) = (earlierTops, wasComplete)
          return false
        }
      }
    } catch {
      (tops, isComplete) = (earlierTops, wasComplete)
      throw error
    }
    if frames.count > compactionSize {
      closure.compact(keeping: &tops)
      compactionSize = max(1_024, frames.count * 2)
    }
    return true
  }
}
