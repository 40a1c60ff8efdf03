import Foundation

extension Evaluator {
  func calculate(_ operation: ArithmeticOperator, _ a: Value, _ b: Value) throws(TemplateError) -> Value {
    switch (operation, a, b) {
    case (.add, .text(let a), .text(let b)): return try text(try join(a, b))
    case (.add, .list(let a), .list(let b)):
      try charge(elements: a.values.count + b.values.count)
      return try list(a.values + b.values)
    case (.add, .tuple(let a), .tuple(let b)):
      try charge(elements: a.values.count + b.values.count)
      return try tuple(a.values + b.values)
    case (.modulo, .text(let format), _): return try text(try formatted(format, with: b))
    case (.multiply, _, _):
      if let count = b.index, let repeated = try repeated(a, count) { return repeated }
      if let count = a.index, let repeated = try repeated(b, count) { return repeated }
    default: break
    }
    if case .number = a, let y = b.double { return try calculate(operation, a.double ?? 0, y) }
    if case .number(let y) = b, let x = a.double { return try calculate(operation, x, y) }
    if let x = a.index, let y = b.index { return try calculate(operation, x, y) }
    if case .undefined(let undefined) = a { throw undefinedFailure(undefined) }
    throw failure(b, "'\(operation.symbol)' does not work between a \(a.typeName) and a \(b.typeName)")
  }

  /// Two strings after each other. Beside escaped HTML, the other one is escaped, too.
  private func join(_ a: Text, _ b: Text) throws(TemplateError) -> Text {
    try charge(bytes: a.size + b.size)
    if a.isMarkup == b.isMarkup { return a + b }
    return a.isMarkup ? a + (try escaped(b)) : try escaped(a) + b
  }

  private func repeated(_ value: Value, _ count: Int) throws(TemplateError) -> Value? {
    let count = max(count, 0)
    switch value {
    case .text(let text):
      if text.isEmpty { return value }
      try charge(text.size, times: count)
      var builder = TextBuilder()
      for _ in 0..<count { builder.append(text) }
      return .text(builder.finish().marked(text.isMarkup))
    case .list(let elements), .tuple(let elements):
      if elements.values.isEmpty { return value }
      try charge(elements.values.count * 32, times: count)
      let values = Array(repeatElement(elements.values, count: count).joined())
      if case .list = value { return try list(values) }
      return try tuple(values)
    default: return nil
    }
  }

  func negative(of value: Value) throws(TemplateError) -> Value {
    if case .number(let number) = value { return .number(-number) }
    guard let integer = value.index else { throw failure(value, "'-' does not work on a \(value.typeName)") }
    return try calculate(.subtract, 0, integer)
  }

  private func calculate(_ operation: ArithmeticOperator, _ x: Int, _ y: Int) throws(TemplateError) -> Value {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = x.addingReportingOverflow(y)
    case .subtract: result = x.subtractingReportingOverflow(y)
    case .multiply: result = x.multipliedReportingOverflow(by: y)
    case .divide:
      if y == 0 { throw failure(.invalidOperation, "division by zero") }
      return .number(Double(x) / Double(y))
    case .floorDivide, .modulo:
      if y == 0 { throw failure(.invalidOperation, "division by zero") }
      let (quotient, overflow) = x.dividedReportingOverflow(by: y)
      if overflow {
        result = (0, operation == .floorDivide)
      } else {
        let remainder = x - quotient * y
        let isBelow = remainder != 0 && (remainder < 0) != (y < 0)
        result = (operation == .modulo ? (isBelow ? remainder + y : remainder) : quotient - (isBelow ? 1 : 0), false)
      }
    case .power: return try power(x, y)
    }
    if result.overflow { throw overflow() }
    return .integer(result.partialValue)
  }

  private func overflow() -> TemplateError { failure(.limitExceeded, "a whole number does not fit 64 bits") }

  private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Value {
    if exponent < 0 {
      if base == 0 { throw failure(.invalidOperation, "0 cannot be raised to a negative power") }
      return .number(pow(Double(base), Double(exponent)))
    }
    var (result, factor, left) = (1, base, exponent)
    while left > 0 {
      if left & 1 == 1 {
        let (product, overflow) = result.multipliedReportingOverflow(by: factor)
        if overflow { throw self.overflow() }
        result = product
      }
      left >>= 1
      if left == 0 { break }
      let (square, overflow) = factor.multipliedReportingOverflow(by: factor)
      if overflow { throw self.overflow() }
      factor = square
    }
    return .integer(result)
  }

  private func calculate(_ operation: ArithmeticOperator, _ x: Double, _ y: Double) throws(TemplateError) -> Value {
    switch operation {
    case .add: return .number(x + y)
    case .subtract: return .number(x - y)
    case .multiply: return .number(x * y)
    case .power:
      if x == 0, y < 0 { throw failure(.invalidOperation, "0 cannot be raised to a negative power") }
      if x < 0, x.isFinite, y.isFinite, y != y.rounded() {
        throw failure(.unsupported, "the power of a negative number is a complex number")
      }
      let result = pow(x, y)
      if result.isInfinite, x.isFinite, y.isFinite { throw failure(.invalidOperation, "the power is too large") }
      return .number(result)
    case .divide, .floorDivide, .modulo:
      if y == 0 { throw failure(.invalidOperation, "division by zero") }
      if operation == .divide { return .number(x / y) }
      var remainder = x.truncatingRemainder(dividingBy: y)
      var quotient = (x - remainder) / y
      if remainder != 0, (remainder < 0) != (y < 0) {
        remainder += y
        quotient -= 1
      } else if remainder == 0 {
        remainder = Double(signOf: y, magnitudeOf: 0)
      }
      if operation == .modulo { return .number(remainder) }
      if quotient == 0 { return .number(Double(signOf: x / y, magnitudeOf: 0)) }
      let floor = quotient.rounded(.down)
      return .number(quotient - floor > 0.5 ? floor + 1 : floor)
    }
  }
}
