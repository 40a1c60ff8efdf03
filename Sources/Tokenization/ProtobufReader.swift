/// Reads the wire format of protocol buffers, as far as SentencePiece's model file needs it. Every length is checked
/// against what is left, so a lying file ends in an error and never in an over-read.
struct ProtobufReader {
  enum Value {
    case integer(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(Range<Int>)
  }

  let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  /// The next field's number and value, or nil at the end.
  mutating func next() throws(TokenizerError) -> (field: UInt64, value: Value)? {
    guard position < end else { return nil }
    let tag = try varint()
    switch tag & 7 {
    case 0: return (tag >> 3, .integer(try varint()))
    case 1: return (tag >> 3, .fixed64(UInt64(try fixed32()) | UInt64(try fixed32()) << 32))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        throw fault("a field of \(length) bytes where \(end - position) are left")
      }
      defer { position += Int(length) }
      return (tag >> 3, .bytes(position..<position + Int(length)))
    case 5: return (tag >> 3, .fixed32(try fixed32()))
    default: throw fault("wire type \(tag & 7), which does not exist")
    }
  }

  private mutating func varint() throws(TokenizerError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard position < end else { throw fault("the file ends inside a number") }
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw fault("a number longer than 64 bits")
  }

  private mutating func fixed32() throws(TokenizerError) -> UInt32 {
    guard end - position >= 4 else { throw fault("the file ends inside a number") }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32($1 * 8) }
  }

  private func fault(_ what: String) -> TokenizerError {
    TokenizerError(
      .malformed, field: "byte \(position)", "\(what); not a SentencePiece model, or a damaged one: fetch it again")
  }
}
