/// Bits of a deflate stream (RFC 1951), lowest first, from bytes that arrive in chunks.
struct BitReader {
  private let read: () throws -> [UInt8]?
  private var chunk: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private var bits: UInt64 = 0
  private(set) var count = 0

  init(_ read: @escaping () throws -> [UInt8]?) { self.read = read }

  /// Gathers at least 32 bits, or all that are left.
  @inline(__always)
  mutating func fill() throws {
    while count <= 56 {
      if position == chunk.count {
        if isAtEnd { return }
        guard try readChunk() else { return }
      }
      bits |= UInt64(chunk[position]) << UInt64(count)
      position += 1
      count += 8
    }
  }

  private mutating func readChunk() throws -> Bool {
    guard let next = try read(), !next.isEmpty else {
      isAtEnd = true
      return false
    }
    chunk = next
    position = 0
    return true
  }

  /// The next bits, without taking them.
  @inline(__always)
  func peek(_ width: Int) -> Int { Int(truncatingIfNeeded: bits & (1 << UInt64(width) - 1)) }

  @inline(__always)
  mutating func drop(_ width: Int) throws {
    guard width <= count else { throw Self.cutShort }
    bits >>= UInt64(width)
    count -= width
  }

  /// A number of up to 16 bits.
  @inline(__always)
  mutating func take(_ width: Int) throws -> Int {
    if width > count { try fill() }
    let value = peek(width)
    try drop(width)
    return value
  }

  mutating func byte() throws -> UInt8 { UInt8(try take(8)) }

  /// A byte, or nil when none is left.
  mutating func byteOrEnd() throws -> UInt8? {
    try fill()
    return count == 0 ? nil : try byte()
  }

  /// Drops the rest of a byte that has been begun.
  mutating func alignToByte() {
    bits >>= UInt64(count % 8)
    count -= count % 8
  }

  private static let cutShort = TrainingError(.unusableData, "ends in the middle of packed data; fetch it again")
}
