import JSONParsing

/// A number as decimal digits, exactly as its shortest notation says.
struct Decimal: Comparable {
  let isNegative: Bool
  /// The whole part, below 10¹⁵.
  let whole: Int
  /// The digits after the point, without zeros at the end.
  let fraction: [UInt8]

  init(isNegative: Bool, whole: Int, fraction: [UInt8]) {
    self.isNegative = isNegative && (whole > 0 || !fraction.isEmpty)
    self.whole = whole
    self.fraction = fraction
  }

  static let zero = Decimal(isNegative: false, whole: 0, fraction: [])

  /// A number of JSON; nil when it has digits at or above 10¹⁵ or below 10⁻¹⁵.
  init?(_ value: JSONValue) {
    guard let number = value.double, number.magnitude < 1e15 else { return nil }
    // The shortest notation: digits with a point, or with an exponent.
    var digits: [UInt8] = []
    var pointAt: Int?
    var exponent = 0
    let text = Array("\(number.magnitude)".utf8)
    var index = 0
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "."): pointAt = digits.count
      case UInt8(ascii: "e"):
        exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
        index = text.count
      case let byte: digits.append(byte &- UInt8(ascii: "0"))
      }
      index += 1
    }
    let point = (pointAt ?? digits.count) + exponent
    if point < 0 { digits = [UInt8](repeating: 0, count: min(-point, 400)) + digits }
    let wholeCount = max(point, 0)
    while digits.count < wholeCount { digits.append(0) }
    var fraction = Array(digits[wholeCount...])
    while fraction.last == 0 { fraction.removeLast() }
    guard fraction.count <= 15, wholeCount <= 15 else { return nil }
    self.init(
      isNegative: number < 0, whole: digits[..<wholeCount].reduce(0) { $0 * 10 + Int($1) }, fraction: fraction)
  }

  var negated: Decimal { Decimal(isNegative: !isNegative, whole: whole, fraction: fraction) }

  static func < (a: Decimal, b: Decimal) -> Bool {
    if a.isNegative != b.isNegative { return a.isNegative }
    let (left, right) = a.isNegative ? (b, a) : (a, b)
    return left.whole != right.whole
      ? left.whole < right.whole : left.fraction.lexicographicallyPrecedes(right.fraction)
  }
}
