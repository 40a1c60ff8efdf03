import HeapModule

/// The learning of byte pair encoding (Gage 1994; Sennrich et al. 2016): again and again, the pair of neighbouring
/// symbols that occurs most often becomes a symbol of its own.
///
/// Counts are kept up to date rather than taken anew: a merge visits only the words that hold its pair and changes the
/// counts of the pairs beside it. Of pairs that occur equally often the one with the lower ids comes first, as in
/// Hugging Face's tokenizers.
struct MergeLearning {
  /// The symbols of all words, one word after another; a merge makes a word shorter in its place.
  private var symbols: [UInt32] = []
  private var starts: [UInt32] = []
  private var lengths: [UInt32] = []
  private let wordCounts: [Int]
  private let minimumFrequency: Int

  private var pairs = PairTable()
  /// Pairs that the current merge brought about.
  private var fresh = PairTable()
  private var heap = Heap<Candidate>()

  /// A pair and how often it occurred when it was noted; the count may have shrunk since.
  private struct Candidate: Comparable {
    let count: Int
    let pair: UInt64
    let number: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.count != b.count ? a.count < b.count : a.pair > b.pair
    }
  }

  /// - Parameter symbolOfByte: the id that each of the 256 bytes begins with.
  init(_ counts: WordCounts, symbolOfByte: [UInt32], minimumFrequency: Int) {
    self.minimumFrequency = max(1, minimumFrequency)
    wordCounts = counts.counts
    starts.reserveCapacity(counts.words.count)
    lengths.reserveCapacity(counts.words.count)
    for word in 0..<counts.words.count {
      starts.append(UInt32(symbols.count))
      for byte in counts.words.piece(word) { symbols.append(symbolOfByte[Int(byte)]) }
      lengths.append(UInt32(symbols.count) - starts[word])
      let start = Int(starts[word])
      for i in start..<max(start, symbols.count - 1) {
        pairs.count(Self.pack(symbols[i], symbols[i + 1]), wordCounts[word], in: UInt32(word))
      }
    }
    for number in pairs.pairs.indices { note(number) }
  }

  @inline(__always)
  private static func pack(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

  private mutating func note(_ number: Int) {
    guard pairs.counts[number] >= minimumFrequency else { return }
    heap.insert(Candidate(count: pairs.counts[number], pair: pairs.pairs[number], number: number))
  }

  /// The pair that occurs most often, or nil when none does often enough. It will not be returned again.
  mutating func next() -> (left: UInt32, right: UInt32)? {
    while let top = heap.popMax() {
      guard pairs.counts[top.number] == top.count else {
        note(top.number)
        continue
      }
      return (UInt32(top.pair >> 32), UInt32(truncatingIfNeeded: top.pair))
    }
    return nil
  }

  /// Makes every occurrence of a pair the symbol `merged`.
  mutating func merge(_ left: UInt32, _ right: UInt32, into merged: UInt32) {
    let pair = Self.pack(left, right)
    guard let number = pairs.find(pair) else { return }
    let places = pairs.places[number]
    pairs.places[number] = []
    for word in places { merge(left, right, into: merged, in: word) }
    pairs.counts[number] = 0

    for index in fresh.pairs.indices where fresh.counts[index] > 0 {
      // A symbol that came about in two ways may have neighbours that are known.
      if let known = pairs.find(fresh.pairs[index]) {
        pairs.counts[known] += fresh.counts[index]
        pairs.places[known] += fresh.places[index]
        note(known)
      } else if fresh.counts[index] >= minimumFrequency {
        // Rarer pairs will never be merged: nothing makes a pair of two symbols more frequent once both exist.
        let number = pairs.number(of: fresh.pairs[index])
        pairs.counts[number] = fresh.counts[index]
        pairs.places[number] = fresh.places[index]
        note(number)
      }
    }
    fresh.removeAll()
  }

  private mutating func merge(_ left: UInt32, _ right: UInt32, into merged: UInt32, in word: UInt32) {
    let start = Int(starts[Int(word)])
    let end = start + Int(lengths[Int(word)])
    let times = wordCounts[Int(word)]
    var read = start
    var write = start
    while read < end {
      guard symbols[read] == left, read + 1 < end, symbols[read + 1] == right else {
        symbols[write] = symbols[read]
        read += 1
        write += 1
        continue
      }
      if write > start {
        let before = symbols[write - 1]
        change(before, left, -times, merged, word)
        fresh.count(Self.pack(before, merged), times, in: word)
      }
      if read + 2 < end {
        let after = symbols[read + 2]
        change(right, after, -times, merged, word)
        fresh.count(Self.pack(merged, after), times, in: word)
      }
      symbols[write] = merged
      read += 2
      write += 1
    }
    lengths[Int(word)] = UInt32(write - start)
  }

  @inline(__always)
  private mutating func change(_ left: UInt32, _ right: UInt32, _ times: Int, _ merged: UInt32, _ word: UInt32) {
    let pair = Self.pack(left, right)
    if left == merged || right == merged {
      fresh.count(pair, times, in: word)
    } else if let number = pairs.find(pair) {
      pairs.counts[number] += times
    }
  }
}
