/// What Python takes for whitespace and for line breaks, in UTF-8.
enum Whitespace {
  /// How many bytes the whitespace at an offset has; 0 where there is none.
  static func length(in bytes: [UInt8], at offset: Int) -> Int {
    let byte = bytes[offset]
    if byte < 0x80 { return byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte) ? 1 : 0 }
    guard let scalar = scalar(in: bytes, at: offset) else { return 0 }
    return isWhitespace(scalar) ? Text.length(ofScalar: byte) : 0
  }

  static func isWhitespace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// The end of the whitespace that starts at an offset.
  static func end(in bytes: [UInt8], from start: Int) -> Int {
    var offset = start
    while offset < bytes.count {
      let length = length(in: bytes, at: offset)
      if length == 0 { break }
      offset += length
    }
    return offset
  }

  /// The start of the whitespace that ends at an offset.
  static func start(in bytes: [UInt8], before end: Int, downTo lowest: Int = 0) -> Int {
    var offset = end
    while offset > lowest {
      var first = offset - 1
      while first > lowest, bytes[first] & 0xC0 == 0x80 { first -= 1 }
      if length(in: bytes, at: first) != offset - first { break }
      offset = first
    }
    return offset
  }

  /// How many bytes the line break at an offset has, 2 for CR LF; 0 where there is none.
  static func lineBreakLength(in bytes: [UInt8], at offset: Int) -> Int {
    switch bytes[offset] {
    case 0x0D: offset + 1 < bytes.count && bytes[offset + 1] == 0x0A ? 2 : 1
    case 0x0A, 0x0B, 0x0C, 0x1C, 0x1D, 0x1E: 1
    case 0xC2: scalar(in: bytes, at: offset) == 0x85 ? 2 : 0
    case 0xE2: [0x2028, 0x2029].contains(scalar(in: bytes, at: offset)) ? 3 : 0
    default: 0
    }
  }

  /// The code point at an offset, or nil inside of one or where bytes are missing.
  static func scalar(in bytes: [UInt8], at offset: Int) -> UInt32? {
    let first = bytes[offset]
    if first < 0x80 { return UInt32(first) }
    let length = Text.length(ofScalar: first)
    guard first >= 0xC0, offset + length <= bytes.count else { return nil }
    var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
    for byte in bytes[(offset + 1)..<(offset + length)] { value = value << 6 | UInt32(byte & 0x3F) }
    return value
  }
}
