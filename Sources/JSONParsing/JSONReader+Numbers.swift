extension JSONReader {
  /// Reads a number: an `integer` when it has neither fraction nor exponent and fits, a `number` otherwise.
  public mutating func readNumber() throws(JSONError) -> JSONValue {
    guard let first = nextByte(), first == UInt8(ascii: "-") || Self.isDigit(first) else {
      throw unexpected("a number")
    }
    let (range, isWhole) = try scanNumber()
    if isWhole, let value = integer(in: range) { return .integer(value) }
    guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else {
      throw JSONError("a number too large for 64-bit floating point", at: range.lowerBound, in: bytes)
    }
    return .number(value)
  }

  /// Passes over a number, whose first byte is next, and says whether it has neither fraction nor exponent.
  mutating func scanNumber() throws(JSONError) -> (range: Range<Int>, isWhole: Bool) {
    let start = position
    var isWhole = true
    if byte(position) == UInt8(ascii: "-") { position += 1 }
    if byte(position) == UInt8(ascii: "0") {
      position += 1
      if let next = byte(position), Self.isDigit(next) { throw error("a number with a leading zero") }
    } else {
      try scanDigits()
    }
    if byte(position) == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try scanDigits()
    }
    if let exponent = byte(position), exponent | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if let sign = byte(position), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try scanDigits()
    }
    return (start..<position, isWhole)
  }

  private mutating func scanDigits() throws(JSONError) {
    let start = position
    while let byte = byte(position), Self.isDigit(byte) { position += 1 }
    if position == start { throw unexpected("a digit") }
  }

  /// The integer, or nil when it does not fit or is negative zero, which only floating point can hold.
  private func integer(in range: Range<Int>) -> Int? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    var value = 0
    for byte in bytes[(range.lowerBound + (isNegative ? 1 : 0))..<range.upperBound] {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Int(byte - UInt8(ascii: "0"))
      let (next, carry) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      value = next
    }
    return isNegative && value == 0 ? nil : value
  }

  @inline(__always)
  private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
