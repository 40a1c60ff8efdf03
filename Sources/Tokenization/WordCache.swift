/// The ids of words met before. Text repeats its words, so most need no merging: one probe of a table of fixed size,
/// in which a newer word takes an older one's place. Only words of at most 15 bytes are kept, as two integers that
/// compare at once.
struct WordCache {
  /// A word of at most 15 bytes: the bytes and, in the last, the length.
  struct Key: Equatable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    @inline(__always)
    init?(_ word: Span<UInt8>) {
      guard word.count <= 15 else { return nil }
      var i = 0
      let middle = min(word.count, 8)
      while i < middle {
        low |= UInt64(word[i]) << UInt64(i * 8)
        i += 1
      }
      while i < word.count {
        high |= UInt64(word[i]) << UInt64((i - 8) * 8)
        i += 1
      }
      high |= UInt64(word.count) << 56
    }

    @inline(__always)
    var slot: Int {
      let mixed = (low ^ (high &* 0xC2B2_AE3D_27D4_EB4F)) &* 0x9E37_79B9_7F4A_7C15
      return Int(truncatingIfNeeded: mixed >> (64 - WordCache.bits))
    }
  }

  private struct Entry {
    var low: UInt64 = 0
    /// 0 in a free entry: a word of no bytes is never kept.
    var high: UInt64 = 0
    var start: UInt32 = 0
    var count: UInt32 = 0
  }

  private static let bits: UInt64 = 15
  private static let poolLimit = 1 << 19

  private var entries = [Entry](repeating: Entry(), count: 1 << Int(bits))
  private var pool: [UInt32] = []

  /// Appends the word's ids if it is known.
  @inline(__always)
  func append(_ key: Key, to ids: inout [Int]) -> Bool {
    let entry = entries[key.slot]
    guard entry.low == key.low, entry.high == key.high else { return false }
    for i in Int(entry.start)..<Int(entry.start) + Int(entry.count) { ids.append(Int(pool[i])) }
    return true
  }

  mutating func remember(_ key: Key, _ ids: [UInt32]) {
    if pool.count + ids.count > Self.poolLimit {
      pool.removeAll(keepingCapacity: true)
      for i in entries.indices { entries[i] = Entry() }
    }
    entries[key.slot] = Entry(
      low: key.low, high: key.high, start: UInt32(pool.count), count: UInt32(ids.count))
    pool += ids
  }
}
