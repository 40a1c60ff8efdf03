/// Ranges of numbers as expressions over their decimal digits.
enum NumberRanges {
  /// Unbounded integers stop where 18 digits do.
  static let largest = 999_999_999_999_999_999

  private static func digits(_ range: ClosedRange<UInt8>) -> Expression {
    .scalars(ScalarSet([UInt32(range.lowerBound) + 0x30...UInt32(range.upperBound) + 0x30]))
  }

  private static func digits(_ low: Int, _ high: Int) -> Expression? {
    low <= high ? digits(UInt8(low)...UInt8(high)) : nil
  }

  // MARK: - Integers

  /// The integers of a range.
  static func integers(from low: Int, to high: Int) -> Expression {
    guard low <= high else { return .never }
    var choices: [Expression] = []
    if low < 0 {
      let least = high < 0 ? high.magnitude : 1
      choices.append(.sequence([.literal("-"), magnitudes(least, low.magnitude)]))
    }
    if high >= 0 { choices.append(magnitudes(low > 0 ? low.magnitude : 0, high.magnitude)) }
    return .choice(choices)
  }

  /// The numbers from `low` to `high`, by how many digits they have.
  private static func magnitudes(_ low: UInt, _ high: UInt) -> Expression {
    var choices: [Expression] = []
    var first = low
    while true {
      let count = String(first).count
      let last = count >= 20 ? UInt.max : UInt(String(repeating: "9", count: count)) ?? .max
      let end = min(last, high)
      choices.append(between(digitList(first), digitList(end)))
      if end == high { return .choice(choices) }
      first = end + 1
    }
  }

  private static func digitList(_ value: UInt) -> [UInt8] { String(value).utf8.map { $0 - 0x30 } }

  /// Digit sequences of one length between two.
  private static func between(_ low: [UInt8], _ high: [UInt8]) -> Expression {
    guard let first = low.first, let last = high.first else { return .empty }
    let (lowRest, highRest) = (Array(low.dropFirst()), Array(high.dropFirst()))
    if first == last { return .sequence([digits(first...first), between(lowRest, highRest)]) }
    let nines = [UInt8](repeating: 9, count: lowRest.count)
    let zeros = [UInt8](repeating: 0, count: lowRest.count)
    if lowRest.allSatisfy({ $0 == 0 }), highRest.allSatisfy({ $0 == 9 }) {
      return .sequence([digits(first...last), .repeated(JSONText.digit, lowRest.count, lowRest.count)])
    }
    var choices: [Expression] = [.sequence([digits(first...first), between(lowRest, nines)])]
    if let middle = digits(Int(first) + 1, Int(last) - 1) {
      choices.append(.sequence([middle, .repeated(JSONText.digit, lowRest.count, lowRest.count)]))
    }
    choices.append(.sequence([digits(last...last), between(zeros, highRest)]))
    return .choice(choices)
  }

  // MARK: - Decimals

  struct Bound {
    let value: Decimal
    let isStrict: Bool

    /// Whether, as a lower bound, it allows more than another.
    func isBelow(_ other: Bound) -> Bool { value < other.value || value == other.value && other.isStrict }

    var negated: Bound { Bound(value: value.negated, isStrict: isStrict) }
  }

  /// Numbers without exponent between two bounds; nil is without bound. Zero has no sign.
  static func decimals(from low: Bound?, to high: Bound?) -> Expression {
    let zero = Bound(value: .zero, isStrict: false)
    let aboveZero = Bound(value: .zero, isStrict: true)
    var choices: [Expression] = []
    if low?.value.isNegative ?? true {
      let least = high.map { $0.value < .zero ? $0.negated : aboveZero } ?? aboveZero
      choices.append(.sequence([.literal("-"), magnitudes(least, low?.negated)]))
    }
    if !(high?.value.isNegative ?? false) {
      choices.append(magnitudes(low.map { zero.isBelow($0) ? $0 : zero } ?? zero, high))
    }
    return .choice(choices)
  }

  /// Digits that 64-bit floating point tells apart: more of them could be rounded onto a bound.
  private static let significantDigits = 15

  private static func room(_ whole: Int) -> Int { max(significantDigits - String(whole).count, 0) }

  private static func magnitudes(_ low: Bound, _ high: Bound?) -> Expression {
    let first = low.value.whole
    guard let high else {
      return .choice([
        .sequence([.literal(String(first)), atLeast(low.value.fraction, low.isStrict, room(first)).afterPoint]),
        .sequence([
          integers(from: first + 1, to: 9_999_999_999_999_999),
          .optional(.sequence([.literal("."), .repeated(JSONText.digit, 1, 16)])),
        ]),
      ])
    }
    let last = high.value.whole
    if first > last { return .never }
    if first == last {
      let fraction = between(low.value.fraction, low.isStrict, high.value.fraction, high.isStrict, room(last))
      return .sequence([.literal(String(first)), fraction.afterPoint])
    }
    return .choice([
      .sequence([.literal(String(first)), atLeast(low.value.fraction, low.isStrict, room(last)).afterPoint]),
      .sequence([
        integers(from: first + 1, to: last - 1), Tail(any(1, room(last)), mayBeEmpty: true).afterPoint,
      ]),
      .sequence([.literal(String(last)), atMost(high.value.fraction, high.isStrict, room(last)).afterPoint]),
    ])
  }

  /// Digits after the point: sequences of at least one, and whether there may be none.
  private struct Tail {
    let digits: Expression
    let mayBeEmpty: Bool

    init(_ digits: Expression, mayBeEmpty: Bool) {
      self.digits = digits
      self.mayBeEmpty = mayBeEmpty
    }

    static let never = Tail(.never, mayBeEmpty: false)

    /// These digits or none.
    var orNone: Expression { mayBeEmpty ? .optional(digits) : digits }

    /// With the point before them.
    var afterPoint: Expression {
      let written = Expression.sequence([.literal("."), digits])
      return mayBeEmpty ? .optional(written) : written
    }
  }

  /// Any digits, where `room` is left for as many.
  private static func any(_ least: Int, _ room: Int) -> Expression {
    room >= least ? .repeated(JSONText.digit, least, room) : .never
  }

  /// Digits that are not all zero.
  private static func aboveZero(_ room: Int) -> Expression {
    .choice(
      (0..<max(room, 0)).map { zeros in
        .sequence([.literal(String(repeating: "0", count: zeros)), digits(1...9), any(0, room - zeros - 1)])
      })
  }

  private static func zeros(_ room: Int) -> Tail {
    Tail(room > 0 ? .repeated(.literal("0"), 1, room) : .never, mayBeEmpty: true)
  }

  /// Fractions of at least 0.`bound`.
  private static func atLeast(_ bound: [UInt8], _ isStrict: Bool, _ room: Int) -> Tail {
    guard let first = bound.first else {
      return isStrict ? Tail(aboveZero(room), mayBeEmpty: false) : Tail(any(1, room), mayBeEmpty: true)
    }
    var choices: [Expression] = [
      .sequence([digits(first...first), atLeast(Array(bound.dropFirst()), isStrict, room - 1).orNone])
    ]
    if let above = digits(Int(first) + 1, 9) { choices.append(.sequence([above, any(0, max(room - 1, 0))])) }
    return Tail(.choice(choices), mayBeEmpty: false)
  }

  /// Fractions of at most 0.`bound`.
  private static func atMost(_ bound: [UInt8], _ isStrict: Bool, _ room: Int) -> Tail {
    guard let first = bound.first else { return isStrict ? .never : zeros(room) }
    var choices: [Expression] = [
      .sequence([digits(first...first), atMost(Array(bound.dropFirst()), isStrict, room - 1).orNone])
    ]
    if let below = digits(0, Int(first) - 1) { choices.append(.sequence([below, any(0, max(room - 1, 0))])) }
    return Tail(.choice(choices), mayBeEmpty: true)
  }

  /// Fractions between 0.`low` and 0.`high`.
  private static func between(
    _ low: [UInt8], _ lowIsStrict: Bool, _ high: [UInt8], _ highIsStrict: Bool, _ room: Int
  ) -> Tail {
    if low.isEmpty, high.isEmpty { return lowIsStrict || highIsStrict ? .never : zeros(room) }
    if high.isEmpty { return .never }
    if low.isEmpty, !lowIsStrict { return atMost(high, highIsStrict, room) }
    let (first, last) = (low.first ?? 0, high[0])
    let (lowRest, highRest) = (Array(low.dropFirst()), Array(high.dropFirst()))
    if first > last { return .never }
    if first == last {
      let rest = between(lowRest, lowIsStrict, highRest, highIsStrict, room - 1)
      return Tail(.sequence([digits(first...first), rest.orNone]), mayBeEmpty: false)
    }
    var choices: [Expression] = [
      .sequence([digits(first...first), atLeast(lowRest, lowIsStrict, room - 1).orNone]),
      .sequence([digits(last...last), atMost(highRest, highIsStrict, room - 1).orNone]),
    ]
    if let middle = digits(Int(first) + 1, Int(last) - 1) {
      choices.append(.sequence([middle, any(0, max(room - 1, 0))]))
    }
    return Tail(.choice(choices), mayBeEmpty: false)
  }
}
