/// All pieces of a vocabulary: their bytes one after another in one array, found by id through offsets and by
/// content through an open-addressing hash table. No piece is an object of its own, so a vocabulary of 128,000
/// pieces loads in milliseconds, and pieces compare as bytes: `String` holds "é" and "e" + accent equal, a
/// vocabulary does not.
struct PieceTable: Sendable {
  /// One past the largest id.
  private(set) var count = 0
  /// The longest piece, in bytes.
  private(set) var maximumLength = 0
  private var bytes: [UInt8] = []
  private var starts: [UInt32] = []
  private var lengths: [UInt32] = []
  /// A piece's hash in the upper half, its id + 1 in the lower; 0 is free.
  private var slots: [UInt64]
  private var used = 0

  private static let absent = UInt32.max
  /// Differs from process to process, so that no file can be made to collide.
  private static let seed = UInt64.random(in: .min ... .max)

  init(reserving pieceCount: Int = 0, byteCount: Int = 0) {
    var capacity = 16
    while capacity < pieceCount * 2 { capacity *= 2 }
    slots = [UInt64](repeating: 0, count: capacity)
    bytes.reserveCapacity(byteCount)
    starts.reserveCapacity(pieceCount)
    lengths.reserveCapacity(pieceCount)
  }

  /// Whether an id has a piece; ids may have gaps.
  func contains(_ id: Int) -> Bool { id >= 0 && id < count && lengths[id] != Self.absent }

  /// The bytes of a piece; empty for an id without one.
  func piece(_ id: Int) -> ArraySlice<UInt8> {
    guard contains(id) else { return [] }
    let start = Int(starts[id])
    return bytes[start..<start + Int(lengths[id])]
  }

  /// A piece as text; bytes that are not UTF-8 become U+FFFD.
  func text(_ id: Int) -> String { String(decoding: piece(id), as: UTF8.self) }

  /// The id of the piece with these bytes.
  @inline(__always)
  func id(of piece: Span<UInt8>) -> Int? {
    guard piece.count <= maximumLength else { return nil }
    let hash = Self.hash(piece)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash {
        let id = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if holds(id, piece) { return id }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  func id(of piece: [UInt8]) -> Int? { id(of: piece.span) }
  func id(of piece: String) -> Int? { id(of: Array(piece.utf8).span) }

  /// What `insert` found.
  enum Insertion { case done, idTaken, pieceTaken }

  /// Adds a piece under an id. A piece that another id already has stays findable under the first id, but is kept,
  /// so that the second id still decodes.
  @discardableResult
  mutating func insert(_ piece: Span<UInt8>, id: Int) -> Insertion {
    guard !contains(id) else { return .idTaken }
    while count <= id {
      starts.append(0)
      lengths.append(Self.absent)
      count += 1
    }
    let existing = self.id(of: piece)
    starts[id] = UInt32(truncatingIfNeeded: bytes.count)
    lengths[id] = UInt32(truncatingIfNeeded: piece.count)
    for i in piece.indices { bytes.append(piece[i]) }
    maximumLength = max(maximumLength, piece.count)
    guard existing == nil else { return .pieceTaken }
    used += 1
    if used * 2 > slots.count { grow() }
    place(Self.hash(piece), id)
    return .done
  }

  private mutating func place(_ hash: UInt64, _ id: Int) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = hash << 32 | UInt64(id + 1)
  }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    for entry in old where entry != 0 { place(entry >> 32, Int(entry & 0xFFFF_FFFF) - 1) }
  }

  @inline(__always)
  private func holds(_ id: Int, _ piece: Span<UInt8>) -> Bool {
    guard Int(lengths[id]) == piece.count else { return false }
    let start = Int(starts[id])
    for i in piece.indices where bytes[start + i] != piece[i] { return false }
    return true
  }

  /// 32 bits that depend on every byte.
  @inline(__always)
  private static func hash(_ piece: Span<UInt8>) -> UInt64 {
    var hash = seed
    for i in piece.indices { hash = (hash ^ UInt64(piece[i])) &* 0x9E37_79B9_7F4A_7C15 }
    hash ^= hash >> 29
    hash = hash &* 0xBF58_476D_1CE4_E5B9
    return hash >> 32
  }
}
