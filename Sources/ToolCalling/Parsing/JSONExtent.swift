/// Finds where a JSON value ends that arrives in pieces, looking at brackets and strings alone.
///
/// It is lenient on purpose: what a model writes as arguments goes to the caller as it is, and so is `True` for `true` or a
/// line break within a string. Only what cannot be inside a value at all stops it.
struct JSONExtent: Sendable {
  private var closers: [UInt8]
  private var isInString = false
  private var isEscaped = false
  /// Whether it is within a number or a word that is the whole value.
  private var isScalar = false

  /// Deeper nesting counts as a fault. Copies stay cheap by it.
  static let maximumDepth = 256

  /// A value whose first byte is next.
  init() { closers = [] }

  /// The rest of an object whose opening brace has been passed.
  static var restOfObject: JSONExtent {
    var extent = JSONExtent()
    extent.closers = [UInt8(ascii: "}")]
    return extent
  }

  /// Passes on to the end of the value. A number or a word ends before the first byte that does not belong to it.
  mutating func advance(_ buffer: inout OutputBuffer) -> ReadingStatus {
    while let byte = buffer.next {
      if isInString {
        buffer.cursor += 1
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInString = false
          if closers.isEmpty { return .complete }
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        if isScalar { return .complete }
        isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if isScalar { return .complete }
        guard closers.count < Self.maximumDepth else { return .failed }
        closers.append(byte + 2)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard byte == closers.last else { return isScalar ? .complete : .failed }
        closers.removeLast()
        if closers.isEmpty {
          buffer.cursor += 1
          return .complete
        }
      case let byte where byte.isNameByte || byte == UInt8(ascii: "+"):
        isScalar = closers.isEmpty
      case let byte where byte.isSpace || byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":"):
        if isScalar { return .complete }
        if closers.isEmpty { return .failed }
      default: return isScalar ? .complete : .failed
      }
      buffer.cursor += 1
    }
    return .incomplete
  }
}
