import HeapModule

/// The merging itself: neighbouring symbols whose merge has the lowest rank become one, the leftmost first, until none
/// can. Short words scan an array (quadratic in at most 48 symbols); longer ones use a heap over a linked list,
/// O(n log n), so that a megabyte of one letter takes a fraction of a second.
struct BytePairMerging {
  /// The word's symbols: set before `run`, what is left of them after it.
  var symbols: [UInt32] = []
  private var merges: [UInt64] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []

  private static let longestScanned = 48

  mutating func run(_ table: MergeTable) {
    if symbols.count < 2 { return }
    if symbols.count <= Self.longestScanned { scan(table) } else { useHeap(table) }
  }

  private mutating func scan(_ table: MergeTable) {
    var count = symbols.count
    merges.removeAll(keepingCapacity: true)
    for i in 1..<count { merges.append(table.merge(symbols[i - 1], symbols[i]).packed) }
    while count > 1 {
      // A rank belongs to one pair, so the smallest is found leftmost.
      var best = UInt64.max
      var place = 0
      for i in 0..<count - 1 where merges[i] < best {
        best = merges[i]
        place = i
      }
      if best == .max { break }
      symbols[place] = UInt32(truncatingIfNeeded: best)
      count -= 1
      var i = place + 1
      while i < count {
        symbols[i] = symbols[i + 1]
        merges[i - 1] = merges[i]
        i += 1
      }
      if place > 0 { merges[place - 1] = table.merge(symbols[place - 1], symbols[place]).packed }
      if place + 1 < count { merges[place] = table.merge(symbols[place], symbols[place + 1]).packed }
    }
    symbols.removeLast(symbols.count - count)
  }

  private mutating func useHeap(_ table: MergeTable) {
    let count = symbols.count
    next = (1...Int32(count)).map { $0 }
    previous = (-1..<Int32(count) - 1).map { $0 }
    var candidates: [UInt64] = []
    for i in 1..<count {
      let merge = table.merge(symbols[i - 1], symbols[i])
      if merge.exists { candidates.append(merge.rank << 32 | UInt64(i - 1)) }
    }
    var heap = Heap(candidates)
    let merged = UInt32.max
    while let candidate = heap.popMin() {
      let place = Int(candidate & 0xFFFF_FFFF)
      let right = Int(next[place])
      // The pair may have changed since this candidate was noted; then it is no longer of this rank.
      guard symbols[place] != merged, right < count else { continue }
      let merge = table.merge(symbols[place], symbols[right])
      guard merge.exists, merge.rank == candidate >> 32 else { continue }
      symbols[place] = merge.id
      symbols[right] = merged
      let after = Int(next[right])
      next[place] = Int32(after)
      if after < count {
        previous[after] = Int32(place)
        let merge = table.merge(symbols[place], symbols[after])
        if merge.exists { heap.insert(merge.rank << 32 | UInt64(place)) }
      }
      let before = Int(previous[place])
      if before >= 0 {
        let merge = table.merge(symbols[before], symbols[place])
        if merge.exists { heap.insert(merge.rank << 32 | UInt64(before)) }
      }
    }
    symbols.removeAll { $0 == merged }
  }
}
