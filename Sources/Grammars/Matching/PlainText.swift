/// Text without control characters, quotes and backslashes: what stands between the quotes of most JSON strings.
///
/// Most places of a grammar either take any such text or hardly any. Where a place takes all of it and is unchanged
/// by it, whole branches of a vocabulary's tree, tens of thousands of tokens, are allowed without a look at each.
enum PlainText {
  /// How far the present character has been read.
  enum State: UInt8, CaseIterable {
    /// A character begins.
    case boundary
    /// So many more bytes from 80 to BF.
    case one, two, three
    /// After E0, ED, F0 and F4, whose second bytes are restricted.
    case afterE0, afterED, afterF0, afterF4
  }

  static func isPlain(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C }

  /// The state after a byte; nil where it does not belong to plain text.
  static func next(_ state: State, _ byte: UInt8) -> State? {
    let isContinuation = 0x80...0xBF ~= byte
    switch state {
    case .boundary:
      switch byte {
      case 0..<0x80: return isPlain(byte) ? .boundary : nil
      case 0xC2...0xDF: return .one
      case 0xE0: return .afterE0
      case 0xED: return .afterED
      case 0xE1...0xEF: return .two
      case 0xF0: return .afterF0
      case 0xF1...0xF3: return .three
      case 0xF4: return .afterF4
      default: return nil
      }
    case .one: return isContinuation ? .boundary : nil
    case .two: return isContinuation ? .one : nil
    case .three: return isContinuation ? .two : nil
    case .afterE0: return isContinuation && byte >= 0xA0 ? .one : nil
    case .afterED: return isContinuation && byte < 0xA0 ? .one : nil
    case .afterF0: return isContinuation && byte >= 0x90 ? .two : nil
    case .afterF4: return isContinuation && byte < 0x90 ? .two : nil
    }
  }
}
