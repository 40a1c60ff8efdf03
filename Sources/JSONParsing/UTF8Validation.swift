/// The first byte that does not belong to well-formed UTF-8 (Unicode 16, table 3-7), or nil when all do.
package func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
  let text = bytes.span
  var index = 0
  while index < bytes.count {
    // Most text is ASCII: eight bytes at a time.
    if index + 8 <= text.count, littleEndianWord(in: text, at: index) & 0x8080_8080_8080_8080 == 0 {
      index += 8
      continue
    }
    guard let length = lengthOfScalar(at: index, in: bytes) else { return index }
    index += length
  }
  return nil
}

/// How many bytes the scalar at `index` takes, or nil when there is no well-formed one.
@inline(__always)
private func lengthOfScalar(at index: Int, in bytes: [UInt8]) -> Int? {
  func isContinuation(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
    index + offset < bytes.count && range.contains(bytes[index + offset])
  }
  switch bytes[index] {
  case 0x00...0x7F: return 1
  case 0xC2...0xDF: return isContinuation(1) ? 2 : nil
  case let lead where 0xE0...0xEF ~= lead:
    // E0 must not be overlong; ED must not be a surrogate.
    let second: ClosedRange<UInt8> = lead == 0xE0 ? 0xA0...0xBF : lead == 0xED ? 0x80...0x9F : 0x80...0xBF
    return isContinuation(1, second) && isContinuation(2) ? 3 : nil
  case let lead where 0xF0...0xF4 ~= lead:
    // F0 must not be overlong; F4 must not pass U+10FFFF.
    let second: ClosedRange<UInt8> = lead == 0xF0 ? 0x90...0xBF : lead == 0xF4 ? 0x80...0x8F : 0x80...0xBF
    return isContinuation(1, second) && isContinuation(2) && isContinuation(3) ? 4 : nil
  default: return nil
  }
}

/// Eight bytes as one number, the first byte lowest. There must be eight.
@inline(__always)
func littleEndianWord(in bytes: Span<UInt8>, at index: Int) -> UInt64 {
  // Called unsafe because not every type may have every pattern of bits; UInt64 may, and bounds are checked.
  UInt64(littleEndian: unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
}
