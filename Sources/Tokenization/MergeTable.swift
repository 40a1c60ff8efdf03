/// Which two neighbouring tokens merge, how early, and into what: the learned part of byte pair encoding, as one
/// open-addressing table from the packed pair of ids.
struct MergeTable: Sendable {
  /// A merge that may happen: lower rank first.
  struct Merge {
    /// `rank << 32 | id`, so that comparing two merges compares their ranks.
    var packed: UInt64
    var rank: UInt64 { packed >> 32 }
    var id: UInt32 { UInt32(truncatingIfNeeded: packed) }
    static let none = Merge(packed: .max)
    var exists: Bool { packed != .max }
  }

  private struct Slot {
    var pair: UInt64
    var merge: UInt64
  }

  private(set) var count = 0
  private var slots: [Slot]
  private var shift: UInt64

  init(reserving count: Int) {
    var bits: UInt64 = 4
    while 1 << bits < max(count, 0) * 2 { bits += 1 }
    shift = 64 - bits
    slots = [Slot](repeating: Slot(pair: .max, merge: 0), count: 1 << bits)
  }

  /// Adds a merge. A pair that is listed twice keeps its later place, as in Hugging Face's tables.
  mutating func insert(left: Int, right: Int, rank: Int, id: Int) {
    if (count + 1) * 2 > slots.count { grow() }
    let pair = Self.pack(UInt32(truncatingIfNeeded: left), UInt32(truncatingIfNeeded: right))
    place(pair, UInt64(rank) << 32 | UInt64(id))
  }

  @inline(__always)
  func merge(_ left: UInt32, _ right: UInt32) -> Merge {
    let pair = Self.pack(left, right)
    let mask = slots.count - 1
    var i = home(pair)
    while true {
      let slot = slots[i]
      if slot.pair == pair { return Merge(packed: slot.merge) }
      if slot.pair == .max { return .none }
      i = (i + 1) & mask
    }
  }

  /// All merges by rank: (left, right, merged).
  var ordered: [(left: Int, right: Int, id: Int)] {
    slots.filter { $0.pair != .max }.sorted { $0.merge < $1.merge }
      .map { (Int($0.pair >> 32), Int($0.pair & 0xFFFF_FFFF), Int($0.merge & 0xFFFF_FFFF)) }
  }

  @inline(__always)
  private static func pack(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

  @inline(__always)
  private func home(_ pair: UInt64) -> Int {
    Int(truncatingIfNeeded: ((pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15) >> shift)
  }

  private mutating func place(_ pair: UInt64, _ merge: UInt64) {
    let mask = slots.count - 1
    var i = home(pair)
    while slots[i].pair != .max, slots[i].pair != pair { i = (i + 1) & mask }
    if slots[i].pair == .max { count += 1 }
    slots[i] = Slot(pair: pair, merge: merge)
  }

  private mutating func grow() {
    let old = slots
    shift -= 1
    slots = [Slot](repeating: Slot(pair: .max, merge: 0), count: old.count * 2)
    count = 0
    for slot in old where slot.pair != .max { place(slot.pair, slot.merge) }
  }
}
