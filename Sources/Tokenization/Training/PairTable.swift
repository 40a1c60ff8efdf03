/// What training knows of each pair of neighbouring symbols: how often it occurs and in which words. Pairs are found
/// through an open-addressing table and keep their number.
struct PairTable {
  private(set) var pairs: [UInt64] = []
  var counts: [Int] = []
  /// The words in which a pair stands, or stood before a merge took one of its halves.
  var places: [[UInt32]] = []
  /// A pair's number + 1; 0 is free.
  private var slots = [UInt32](repeating: 0, count: 1 << 10)
  private var shift: UInt64 = 54

  /// The number of a pair that is in the table.
  @inline(__always)
  func find(_ pair: UInt64) -> Int? {
    let slot = slots[slot(of: pair)]
    return slot == 0 ? nil : Int(slot) - 1
  }

  /// The number of a pair, which is added if it is not there.
  @inline(__always)
  mutating func number(of pair: UInt64) -> Int {
    let slot = slot(of: pair)
    if slots[slot] != 0 { return Int(slots[slot]) - 1 }
    pairs.append(pair)
    counts.append(0)
    places.append([])
    slots[slot] = UInt32(pairs.count)
    if pairs.count * 2 > slots.count { grow() }
    return pairs.count - 1
  }

  /// Counts a pair in a word.
  @inline(__always)
  mutating func count(_ pair: UInt64, _ times: Int, in word: UInt32) {
    let number = number(of: pair)
    counts[number] += times
    if times > 0, places[number].last != word { places[number].append(word) }
  }

  /// Forgets all pairs, in time that depends on how many there are.
  mutating func removeAll() {
    for pair in pairs.reversed() { slots[slot(of: pair)] = 0 }
    pairs.removeAll(keepingCapacity: true)
    counts.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  /// Where a pair is, or would be put.
  @inline(__always)
  private func slot(of pair: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: ((pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while slots[slot] != 0, pairs[Int(slots[slot]) - 1] != pair { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    shift -= 1
    for (number, pair) in pairs.enumerated() { slots[slot(of: pair)] = UInt32(number + 1) }
  }
}
