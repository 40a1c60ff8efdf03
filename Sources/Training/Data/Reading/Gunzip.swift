/// Unpacks gzip (RFC 1952), of one member or several, as its bytes arrive.
package struct Gunzip {
  private enum Stage { case header, block, stored(Int), codes, end }

  private var bits: BitReader
  private var stage = Stage.header
  private var isFirstMember = true
  private var isFinalBlock = false
  private var literals = HuffmanTable()
  private var distances = HuffmanTable()
  /// What a match may reach back to, then what has not been handed out.
  private var output: [UInt8] = []
  private var handedOut = 0
  private var checksum = CRC32()
  private var memberStart = 0
  private var length: UInt32 = 0

  private static let window = 32_768

  /// - Parameter read: the next bytes of the packed file, nil at its end.
  package init(_ read: @escaping () throws -> [UInt8]?) { bits = BitReader(read) }

  /// The next bytes, nil at the end. An end that comes too early, and a wrong checksum, are errors.
  package mutating func next(_ minimum: Int = 1 << 18) throws -> [UInt8]? {
    if handedOut > Self.window {
      let surplus = handedOut - Self.window
      output.removeFirst(surplus)
      handedOut -= surplus
      memberStart -= surplus
    }
    while output.count - handedOut < minimum {
      if case .end = stage { break }
      try step(until: handedOut + minimum)
    }
    guard output.count > handedOut else { return nil }
    let bytes = Array(output[handedOut...])
    account()
    handedOut = output.count
    return bytes
  }

  /// Adds what was unpacked since the last call to the checksum.
  private mutating func account() {
    let start = max(handedOut, memberStart)
    checksum.add(output[start...])
    length &+= UInt32(truncatingIfNeeded: output.count - start)
  }

  private mutating func step(until limit: Int) throws {
    switch stage {
    case .end: return
    case .header: stage = try readHeader() ? .block : .end
    case .block:
      if isFinalBlock { return try finishMember() }
      isFinalBlock = try bits.take(1) == 1
      try beginBlock()
    case .stored(let remaining):
      let count = min(remaining, max(1, limit - output.count))
      for _ in 0..<count { output.append(try bits.byte()) }
      stage = remaining == count ? .block : .stored(remaining - count)
    case .codes: try readCodes(until: limit)
    }
  }

  // MARK: - Members

  /// Reads a member's header. False at the end of the file, which zeros may fill up.
  private mutating func readHeader() throws -> Bool {
    if !isFirstMember {
      while true {
        guard let byte = try bits.byteOrEnd() else { return false }
        if byte == 0x1F { break }
        guard byte == 0 else {
          throw TrainingError(.unusableData, "holds other bytes after the packed data; is it damaged?")
        }
      }
    } else {
      guard try bits.byte() == 0x1F else {
        throw TrainingError(.unusableData, "is no gzip file; remove .gz from its name if it is text")
      }
    }
    guard try bits.byte() == 0x8B, try bits.byte() == 8 else {
      throw TrainingError(.unusableData, "is no gzip file that uses deflate; pack it with gzip")
    }
    let flags = try bits.byte()
    guard flags & 0xE0 == 0 else {
      throw TrainingError(.unusableData, "uses gzip flags that do not exist; it is damaged")
    }
    for _ in 0..<6 { _ = try bits.byte() }
    if flags & 4 != 0 {
      let count = Int(try bits.byte()) | Int(try bits.byte()) << 8
      for _ in 0..<count { _ = try bits.byte() }
    }
    // A name and a comment, each ended by a zero.
    for flag in [8, 16] as [UInt8] where flags & flag != 0 { while try bits.byte() != 0 {} }
    if flags & 2 != 0 { for _ in 0..<2 { _ = try bits.byte() } }
    isFirstMember = false
    isFinalBlock = false
    checksum = CRC32()
    length = 0
    memberStart = output.count
    return true
  }

  private mutating func finishMember() throws {
    // What is not handed out yet belongs to this member's checksum; it must not be added again.
    account()
    bits.alignToByte()
    var trailer: UInt64 = 0
    for i in 0..<8 { trailer |= UInt64(try bits.byte()) << UInt64(8 * i) }
    guard UInt32(truncatingIfNeeded: trailer) == checksum.value, UInt32(trailer >> 32) == length else {
      throw TrainingError(.unusableData, "does not match its checksum; the file is damaged, fetch it again")
    }
    memberStart = output.count
    stage = .header
  }

  // MARK: - Blocks

  private mutating func beginBlock() throws {
    switch try bits.take(2) {
    case 0:
      bits.alignToByte()
      let count = Int(try bits.byte()) | Int(try bits.byte()) << 8
      let complement = Int(try bits.byte()) | Int(try bits.byte()) << 8
      guard count == complement ^ 0xFFFF else { throw Self.damaged }
      stage = count == 0 ? .block : .stored(count)
    case 1:
      let lengths = (0..<288).map { UInt8($0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8) }
      literals = try HuffmanTable(lengths)
      distances = try HuffmanTable([UInt8](repeating: 5, count: 30), mayBeIncomplete: true)
      stage = .codes
    case 2:
      try readTables()
      stage = .codes
    default: throw Self.damaged
    }
  }

  private mutating func readTables() throws {
    let literalCount = try bits.take(5) + 257
    let distanceCount = try bits.take(5) + 1
    let codeCount = try bits.take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw Self.damaged }
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for i in 0..<codeCount { codeLengths[order[i]] = UInt8(try bits.take(3)) }
    let codes = try HuffmanTable(codeLengths)
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try codes.read(&bits)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw Self.damaged }
        lengths += [UInt8](repeating: last, count: try bits.take(2) + 3)
      case 17: lengths += [UInt8](repeating: 0, count: try bits.take(3) + 3)
      case 18: lengths += [UInt8](repeating: 0, count: try bits.take(7) + 11)
      default: lengths.append(UInt8(symbol))
      }
    }
    guard lengths.count == literalCount + distanceCount, lengths[256] > 0 else { throw Self.damaged }
    literals = try HuffmanTable(Array(lengths[..<literalCount]))
    distances = try HuffmanTable(Array(lengths[literalCount...]), mayBeIncomplete: true)
  }

  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12_289, 16_385, 24_577,
  ]

  private mutating func readCodes(until limit: Int) throws {
    while output.count < limit {
      let symbol = try literals.read(&bits)
      if symbol < 256 {
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 {
        stage = .block
        return
      }
      guard symbol <= 285 else { throw Self.damaged }
      let extra = symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4
      let count = Self.lengthBases[symbol - 257] + (try bits.take(extra))
      let code = try distances.read(&bits)
      guard code < 30 else { throw Self.damaged }
      let distance = Self.distanceBases[code] + (try bits.take(code < 4 ? 0 : code / 2 - 1))
      guard distance <= output.count - max(0, memberStart) else { throw Self.damaged }
      let start = output.count - distance
      for i in 0..<count { output.append(output[start + i]) }
    }
  }

  static let damaged = TrainingError(.unusableData, "is damaged: its packed data make no sense; fetch it again")
}
