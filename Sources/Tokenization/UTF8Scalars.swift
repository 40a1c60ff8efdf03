/// The scalar whose UTF-8 begins at `i`, and its length in bytes. A byte that begins no scalar counts as
/// U+FFFD of length 1, so a walk over any bytes ends.
@inline(__always)
func decodeScalar(_ text: Span<UInt8>, _ i: Int) -> (value: UInt32, length: Int) {
  let first = UInt32(text[i])
  let remaining = text.count - i
  if first < 0x80 { return (first, 1) }
  if first >= 0xC2, first < 0xE0, remaining >= 2 {
    return ((first & 0x1F) << 6 | UInt32(text[i + 1] & 0x3F), 2)
  }
  if first >= 0xE0, first < 0xF0, remaining >= 3 {
    return ((first & 0x0F) << 12 | UInt32(text[i + 1] & 0x3F) << 6 | UInt32(text[i + 2] & 0x3F), 3)
  }
  if first >= 0xF0, first < 0xF5, remaining >= 4 {
    let high = (first & 0x07) << 18 | UInt32(text[i + 1] & 0x3F) << 12
    return (high | UInt32(text[i + 2] & 0x3F) << 6 | UInt32(text[i + 3] & 0x3F), 4)
  }
  return (0xFFFD, 1)
}

/// How many bytes the scalar that begins with `first` takes; 1 for a byte that begins none.
@inline(__always)
func scalarLength(_ first: UInt8) -> Int {
  first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1
}

extension Array<UInt8> {
  /// Appends a scalar as UTF-8.
  mutating func append(scalar: Unicode.Scalar) { append(contentsOf: Array(String(scalar).utf8)) }

  /// The scalars of bytes that are valid UTF-8.
  var scalars: String.UnicodeScalarView { String(decoding: self, as: UTF8.self).unicodeScalars }
}
