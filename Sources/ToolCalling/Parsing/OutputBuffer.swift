/// The text that has arrived and is not yet given out. What lies between `start` and `cursor` has been looked at and is held
/// back, because it may turn out to belong to a call.
struct OutputBuffer: Sendable {
  private(set) var bytes: [UInt8] = []
  /// The first byte that is neither given out nor dropped.
  private(set) var start = 0
  /// The first byte that has not been looked at.
  var cursor = 0
  /// Whether nothing more will come.
  var isAtEnd = false

  /// The byte to look at, nil when more must arrive first.
  var next: UInt8? { cursor < bytes.count ? bytes[cursor] : nil }
  /// How many bytes are held back. Places within them are kept as distances from `start`, which compacting leaves alone.
  var heldCount: Int { cursor - start }

  mutating func append(_ text: String) {
    // What is given out goes when it is at least half, so that each byte is moved once on average.
    if start > 0, start >= bytes.count / 2 {
      bytes.removeSubrange(..<start)
      cursor -= start
      start = 0
    }
    bytes.append(contentsOf: text.utf8)
  }

  /// Passes over white space.
  mutating func skipSpace() {
    while let byte = next, byte.isSpace { cursor += 1 }
  }

  /// Takes out what is held back, as text.
  mutating func take() -> String {
    defer { start = cursor }
    return String(decoding: bytes[start..<cursor], as: UTF8.self)
  }

  /// Takes out everything before a place at or after `start`, which becomes `start` and `cursor`.
  mutating func take(upTo end: Int) -> String {
    cursor = end
    return take()
  }

  /// Drops what is held back.
  mutating func drop() { start = cursor }

  /// The bytes at these distances from `start`.
  func held(_ range: Range<Int>) -> ArraySlice<UInt8> { bytes[(start + range.lowerBound)..<(start + range.upperBound)] }

  enum Match { case none, partial, full }

  /// Whether a text stands at a place; `partial` when all that has arrived agrees, and more may come.
  func match(_ text: [UInt8], at place: Int) -> Match {
    let available = min(text.count, bytes.count - place)
    for offset in 0..<max(available, 0) where bytes[place + offset] != text[offset] { return .none }
    if available == text.count { return .full }
    return isAtEnd ? .none : .partial
  }
}

/// How far a reader has come.
enum ReadingStatus {
  /// More text must arrive.
  case incomplete
  /// What it reads has come to its end; the cursor is behind it.
  case complete
  /// The byte at the cursor cannot come here.
  case failed
}
