import JSONParsing

extension SchemaCompiler {
  private func integerBound(_ value: Double) -> Int {
    value >= 9.3e18 ? .max : value <= -9.3e18 ? .min : Int(exactly: value) ?? (value > 0 ? .max : .min)
  }

  /// Whole numbers, exactly within the bounds.
  mutating func integer(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    let zeros = try decimalPlaces(schema, at: path)
    var low: Int?
    var high: Int?
    for (keyword, isLower, step) in [
      ("minimum", true, 0), ("exclusiveMinimum", true, 1), ("maximum", false, 0), ("exclusiveMaximum", false, 1),
    ] {
      guard let value = try bound(keyword, schema, at: path) else { continue }
      var limit: Int
      var isExact = true
      if case .integer(let whole) = value {
        limit = whole
      } else {
        let number = value.double ?? 0
        limit = integerBound(isLower ? number.rounded(.up) : number.rounded(.down))
        isExact = number.rounded() == number
      }
      if step == 1, isExact {
        let (next, overflow) = isLower ? limit.addingReportingOverflow(1) : limit.subtractingReportingOverflow(1)
        if overflow { return .never }
        limit = next
      }
      if isLower { low = Swift.max(low ?? limit, limit) } else { high = Swift.min(high ?? limit, limit) }
    }
    guard low != nil || high != nil || zeros > 0 else { return try text.integer(&rules) }
    guard zeros <= 0 else {
      guard low == nil, high == nil, zeros < 17 else {
        try refuse("multipleOf", "multipleOf together with bounds cannot be enforced", at: path)
        return try text.integer(&rules)
      }
      return .choice([
        .literal("0"),
        .sequence([
          .optional(.literal("-")), .scalars(ScalarSet([0x31...0x39])), .repeated(JSONText.digit, 0, 17 - zeros),
          .literal(String(repeating: "0", count: zeros)),
        ]),
      ])
    }
    return NumberRanges.integers(from: low ?? -NumberRanges.largest, to: high ?? NumberRanges.largest)
  }

  /// Numbers within the bounds, written without exponent where there are any.
  mutating func number(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    let places = try decimalPlaces(schema, at: path)
    var low: NumberRanges.Bound?
    var high: NumberRanges.Bound?
    for (keyword, isLower, isStrict) in [
      ("minimum", true, false), ("exclusiveMinimum", true, true), ("maximum", false, false),
      ("exclusiveMaximum", false, true),
    ] {
      guard let value = try bound(keyword, schema, at: path) else { continue }
      guard let decimal = Decimal(value) else {
        try refuse(keyword, "bounds below 1e-15 or from 1e15 on cannot be enforced for fractions", at: path)
        continue
      }
      let bound = NumberRanges.Bound(value: decimal, isStrict: isStrict)
      if isLower {
        low = low.map { $0.isBelow(bound) ? bound : $0 } ?? bound
      } else {
        high = high.map { bound.value < $0.value || bound.value == $0.value && isStrict ? bound : $0 } ?? bound
      }
    }
    if places > 0 {
      try refuse("multipleOf", "multiples of whole numbers can be enforced for the type integer only", at: path)
    }
    guard schema["multipleOf"] == nil || places > 0 else {
      guard low == nil, high == nil else {
        try refuse("multipleOf", "multipleOf together with bounds cannot be enforced", at: path)
        return NumberRanges.decimals(from: low, to: high)
      }
      let fraction: Expression =
        places == 0 ? .empty : .optional(.sequence([.literal("."), .repeated(JSONText.digit, 1, -places)]))
      return .sequence([.optional(.literal("-")), JSONText.wholeDigits(16), fraction])
    }
    guard low != nil || high != nil else { return try text.number(&rules) }
    return NumberRanges.decimals(from: low, to: high)
  }

  /// The bound of a keyword. Draft 4 wrote `exclusiveMinimum: true` beside `minimum`.
  func bound(_ keyword: String, _ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> JSONValue? {
    guard let value = schema[keyword], value != false else { return nil }
    if value == true, keyword.hasPrefix("exclusive") {
      return schema[keyword == "exclusiveMinimum" ? "minimum" : "maximum"]
    }
    guard value.double != nil else {
      throw GrammarError(.syntax, "must be a number", at: (path + keyword).description)
    }
    return value
  }

  /// The n of multipleOf 10ⁿ; other factors are refused. 0 where there is none.
  private func decimalPlaces(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Int {
    guard let value = schema["multipleOf"] else { return 0 }
    guard let factor = value.double, factor > 0 else {
      throw GrammarError(.syntax, "must be a number above 0", at: (path + "multipleOf").description)
    }
    for places in -15...15 where Double("1e\(places)") == factor { return places }
    try refuse("multipleOf", "multipleOf can only be enforced for powers of ten", at: path)
    return 0
  }
}
