/// Finds the first of some markers in text that arrives in pieces, giving out as much as cannot belong to one.
///
/// White space before a marker belongs to it: models put markers on lines of their own. Up to `heldSpace` bytes of it are
/// held back.
struct MarkerSearch: Sendable {
  struct Marker: Sendable {
    let bytes: [UInt8]
    /// Whether it counts only where nothing but white space has come before.
    let isOnlyAtStart: Bool

    init(_ text: String, isOnlyAtStart: Bool = false) {
      bytes = Array(text.utf8)
      self.isOnlyAtStart = isOnlyAtStart
    }
  }

  enum Result {
    /// No marker begins before the end of what has arrived; what comes before this place is plain text.
    case none(safe: Int)
    /// This marker stands at this place, and what comes before `safe` is plain text.
    case found(marker: Int, at: Int, safe: Int)
  }

  let markers: [Marker]
  /// Whether nothing but white space has come so far.
  var isAtStart = true
  /// Whether a marker begins with a byte.
  private let isFirst: [Bool]
  private let haveMarkersAnywhere: Bool

  static let heldSpace = 16

  init(_ markers: [Marker]) {
    self.markers = markers
    var isFirst = [Bool](repeating: false, count: 256)
    for marker in markers {
      if let first = marker.bytes.first { isFirst[Int(first)] = true }
    }
    self.isFirst = isFirst
    haveMarkersAnywhere = markers.contains { !$0.isOnlyAtStart }
  }

  /// Looks from the buffer's `start` on.
  mutating func next(in buffer: OutputBuffer) -> Result {
    let count = buffer.bytes.count
    var index = buffer.start
    var spaceStart = index
    while index < count {
      let byte = buffer.bytes[index]
      if byte.isSpace {
        index += 1
        continue
      }
      if !isAtStart, !haveMarkersAnywhere { return .none(safe: count) }
      if isFirst[Int(byte)] {
        let safe = max(spaceStart, index - Self.heldSpace)
        var mayBecome = false
        for (number, marker) in markers.enumerated() where isAtStart || !marker.isOnlyAtStart {
          switch buffer.match(marker.bytes, at: index) {
          case .full: return .found(marker: number, at: index, safe: safe)
          case .partial: mayBecome = true
          case .none: break
          }
        }
        if mayBecome { return .none(safe: safe) }
      }
      isAtStart = false
      index += 1
      spaceStart = index
    }
    let mayFollow = haveMarkersAnywhere || (isAtStart && !markers.isEmpty)
    return .none(safe: buffer.isAtEnd || !mayFollow ? count : max(spaceStart, count - Self.heldSpace))
  }
}
