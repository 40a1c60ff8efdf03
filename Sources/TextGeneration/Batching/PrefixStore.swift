/// What ended texts have read, kept for requests that begin with the same tokens: a system prompt, the turns of a
/// conversation.
struct PrefixStore {
  private struct Entry {
    let tokens: [Int]
    let sequence: any PredictedSequence
  }

  /// The least recently used first.
  private var entries: [Entry] = []
  /// Beginnings shorter than this are read anew: to share a page costs as much.
  static let shortest = 8
  /// Beginnings that somebody is about to read are waited for where they are longer than this: to read fewer tokens
  /// twice, beside others, takes hardly longer.
  static let worthWaiting = 32
  private static let mostEntries = 256

  var count: Int { entries.count }
  /// The bytes of all, with what they share with texts in work.
  var bytes: Int { entries.reduce(0) { $0 + $1.sequence.bytes } }

  /// Keeps a sequence that nobody else uses any more.
  /// - Parameter tokens: What it has read.
  mutating func keep(_ tokens: ArraySlice<Int>, _ sequence: any PredictedSequence) {
    guard tokens.count >= Self.shortest else { return }
    // What begins another text that is kept adds nothing.
    entries.removeAll { $0.tokens.count <= tokens.count && tokens.starts(with: $0.tokens) }
    if let longer = entries.firstIndex(where: { $0.tokens.starts(with: tokens) }) {
      entries.append(entries.remove(at: longer))
      return
    }
    entries.append(Entry(tokens: Array(tokens), sequence: sequence))
    if entries.count > Self.mostEntries { entries.removeFirst() }
  }

  /// A sequence that begins as a text does, as far as one was kept; at least one token is left to be read.
  /// - Parameter others: Texts in work, which may share theirs too.
  mutating func sequence(for ids: [Int], longerThan least: Int, others: [ScheduledText]) -> (any PredictedSequence)? {
    var best = max(least, Self.shortest - 1)
    var found: (any PredictedSequence)?
    var index: Int?
    for (place, entry) in entries.enumerated() {
      let count = ids.dropLast().countShared(with: entry.tokens[...])
      if count > best { (best, found, index) = (count, entry.sequence, place) }
    }
    for other in others {
      guard let sequence = other.sequence else { continue }
      let count = ids.dropLast().countShared(with: other.tokens.prefix(sequence.count))
      if count > best { (best, found, index) = (count, sequence, nil) }
    }
    guard let found else { return nil }
    guard let index else { return found.fork(first: best) }
    let entry = entries.remove(at: index)
    // What goes on from its very end takes it over; else it stays as it is for others.
    if best + 1 >= entry.tokens.count {
      entry.sequence.truncate(to: best)
      return entry.sequence.count == best ? entry.sequence : nil
    }
    entries.append(entry)
    return entry.sequence.fork(first: best)
  }

  /// Forgets the text that was used longest ago.
  /// - Returns: Whether there was one.
  mutating func forgetOldest() -> Bool {
    guard !entries.isEmpty else { return false }
    entries.removeFirst()
    return true
  }

  /// Forgets all.
  mutating func clear() { entries = [] }
}
