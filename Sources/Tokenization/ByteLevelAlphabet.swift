/// GPT-2's printable stand-ins for the 256 bytes, in which byte-level vocabularies are written: 188 bytes stand for
/// themselves, the other 68 are U+0100, U+0101, … in byte order. A space is written `Ġ`.
enum ByteLevelAlphabet {
  /// The stand-in of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "?"
      }
    }
  }()

  /// The byte of each stand-in, by scalar value; nil for the scalars below U+0144 that stand for none.
  static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// The bytes that a piece stands for, or false (and nothing appended) where it holds another character.
  static func appendBytes(of piece: Span<UInt8>, to result: inout [UInt8]) -> Bool {
    let start = result.count
    var i = 0
    while i < piece.count {
      let (value, length) = decodeScalar(piece, i)
      guard value < UInt32(bytes.count), let byte = bytes[Int(value)] else {
        result.removeSubrange(start...)
        return false
      }
      result.append(byte)
      i += length
    }
    return true
  }

  /// Bytes written with the stand-ins.
  static func written(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    for byte in bytes { result.append(scalar: scalars[Int(byte)]) }
    return result
  }
}
