/// The codes of a deflate block: what the next bits mean, looked up at once by as many bits as the longest code has.
struct HuffmanTable {
  /// `symbol << 4 | length`; 0 where no code begins with these bits.
  private var entries: [UInt16] = []
  private var width = 0

  init() {}

  /// - Parameters:
  ///   - lengths: of each symbol's code; 0 for a symbol that has none.
  ///   - mayBeIncomplete: whether some bits may mean nothing, as where a block uses one distance or none.
  init(_ lengths: [UInt8], mayBeIncomplete: Bool = false) throws {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    width = counts.lastIndex { $0 > 0 } ?? 0
    var codes = [Int](repeating: 0, count: 17)
    var room = 1
    for length in 1...15 {
      codes[length + 1] = (codes[length] + counts[length]) << 1
      room = room * 2 - counts[length]
      guard room >= 0 else { throw Gunzip.damaged }
    }
    guard room == 0 || mayBeIncomplete || counts.reduce(0, +) == 1 else { throw Gunzip.damaged }
    entries = [UInt16](repeating: 0, count: 1 << width)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      // Codes are written highest bit first into a stream that is read lowest bit first.
      var reversed = 0
      for bit in 0..<length where codes[length] >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
      codes[length] += 1
      var index = reversed
      while index < entries.count {
        entries[index] = UInt16(symbol << 4 | length)
        index += 1 << length
      }
    }
  }

  /// The symbol that comes next.
  @inline(__always)
  func read(_ bits: inout BitReader) throws -> Int {
    if bits.count < 15 { try bits.fill() }
    let index = bits.peek(width)
    guard index < entries.count, entries[index] != 0 else { throw Gunzip.damaged }
    let entry = Int(entries[index])
    try bits.drop(entry & 15)
    return entry >> 4
  }
}
