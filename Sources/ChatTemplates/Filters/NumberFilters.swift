import Foundation

extension Evaluator {
  func applyNumberFilter(_ filter: Filter, to value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let name = filter.rawValue
    switch filter {
    case .abs:
      _ = try arguments.bound(to: [], of: name, self)
      if case .number(let number) = value { return .number(number.magnitude) }
      guard let integer = value.index else { throw failure(value, "'abs' needs a number, not a \(value.typeName)") }
      return integer < 0 ? try negative(of: value) : .integer(integer)
    case .int:
      let values = try arguments.bound(to: ["default", "base"], of: name, self)
      return try whole(value, base: try integer(values[1], default: 10)) ?? values[0] ?? .integer(0)
    case .float:
      let values = try arguments.bound(to: ["default"], of: name, self)
      return try float(value).map { .number($0) } ?? values[0] ?? .number(0)
    default:
      let values = try arguments.bound(to: ["precision", "method"], of: name, self)
      let method = try values[1].map { (value) throws(TemplateError) in try string(value).string } ?? "common"
      return try rounded(value, precision: try integer(values[0], default: 0), method: method)
    }
  }

  private func whole(_ value: Value, base: Int) throws(TemplateError) -> Value? {
    switch value {
    case .undefined(let undefined): throw undefinedFailure(undefined)
    case .integer: return value
    case .bool(let bool): return .integer(bool ? 1 : 0)
    case .number(let number): return try whole(number)
    case .text(let text):
      try charge(bytes: text.bytes.count)
      if let integer = PythonFloat.parseInteger(text, radix: base) { return .integer(integer) }
      return try PythonFloat.parse(text).flatMap { (number) throws(TemplateError) in try whole(number) }
    default: return nil
    }
  }

  private func whole(_ number: Double) throws(TemplateError) -> Value? {
    guard number.isFinite else { return nil }
    guard let integer = Int(exactly: number.rounded(.towardZero)) else {
      throw failure(.limitExceeded, "a whole number does not fit 64 bits")
    }
    return .integer(integer)
  }

  /// Python's `float`, or nil where it fails.
  func float(_ value: Value) throws(TemplateError) -> Double? {
    switch value {
    case .undefined(let undefined): throw undefinedFailure(undefined)
    case .text(let text):
      try charge(bytes: text.bytes.count)
      return PythonFloat.parse(text)
    default: return value.double
    }
  }

  private func rounded(_ value: Value, precision: Int, method: String) throws(TemplateError) -> Value {
    guard ["common", "ceil", "floor"].contains(method) else {
      throw failure(.invalidOperation, "'round' knows the methods 'common', 'ceil' and 'floor'")
    }
    guard let number = value.double else { throw failure(value, "'round' needs a number, not a \(value.typeName)") }
    if method == "common" {
      if let integer = value.index { return .integer(try rounded(integer, precision)) }
      return .number(rounded(number, precision))
    }
    guard (-300...300).contains(precision) else { throw failure(.invalidOperation, "'round' to so many digits") }
    // As Python does, a whole number of them to divide by, a float where there are none.
    let scaled = number * pow(10, Double(precision))
    guard scaled.isFinite else { throw failure(.invalidOperation, "the number cannot be rounded so") }
    return .number((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / pow(10, Double(precision)))
  }

  /// To the nearest, halves to even: exactly, by its decimal digits.
  private func rounded(_ number: Double, _ precision: Int) -> Double {
    guard number.isFinite, precision < 320 else { return number }
    if precision == 0 { return number.rounded(.toNearestOrEven) }
    if precision > 0 { return Double(String(format: "%.\(precision)f", number)) ?? number }
    if precision < -310 { return Double(signOf: number, magnitudeOf: 0) }
    let scale = pow(10, Double(-precision))
    return (number / scale).rounded(.toNearestOrEven) * scale
  }

  private func rounded(_ integer: Int, _ precision: Int) throws(TemplateError) -> Int {
    if precision >= 0 { return integer }
    if precision < -18 { return 0 }
    var scale = 1
    for _ in 0..<(-precision) { scale *= 10 }
    let remainder = integer % scale
    let base = integer - remainder
    let twice = remainder.magnitude.multipliedReportingOverflow(by: 2)
    let isUp = twice.overflow || twice.partialValue > scale || (twice.partialValue == scale && (base / scale) & 1 != 0)
    if !isUp { return base }
    let (result, overflow) =
      integer < 0 ? base.subtractingReportingOverflow(scale) : base.addingReportingOverflow(scale)
    if overflow { throw failure(.limitExceeded, "a whole number does not fit 64 bits") }
    return result
  }
}
