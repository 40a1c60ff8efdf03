import JSONParsing

extension SchemaCompiler {
  /// The values that satisfy the other keywords beside `enum` or `const`.
  func satisfying(_ schema: JSONObject, _ values: [JSONValue], at path: SchemaPath) throws(GrammarError) -> [JSONValue]
  {
    var result: [JSONValue] = []
    for value in values {
      let type = SchemaType.allCases.first { $0.includes(value) && $0 != .integer } ?? .null
      let isRestricted = type.keywords.contains { schema[$0] != nil }
      switch type {
      case .number where isRestricted:
        if try satisfies(schema, value.double ?? 0, at: path) { result.append(value) }
      case .string where isRestricted:
        if try satisfies(schema, string: value, at: path) { result.append(value) }
      case .array where isRestricted, .object where isRestricted:
        throw GrammarError(
          .unsupported, "enum and const of objects and lists cannot be combined with other keywords; list the values",
          at: path.description)
      default: result.append(value)
      }
    }
    return result
  }

  private func satisfies(_ schema: JSONObject, _ number: Double, at path: SchemaPath) throws(GrammarError) -> Bool {
    if let low = try bound("minimum", schema, at: path)?.double, number < low { return false }
    if let low = try bound("exclusiveMinimum", schema, at: path)?.double, number <= low { return false }
    if let high = try bound("maximum", schema, at: path)?.double, number > high { return false }
    if let high = try bound("exclusiveMaximum", schema, at: path)?.double, number >= high { return false }
    guard let factor = schema["multipleOf"]?.double else { return true }
    let quotient = number / factor
    return (quotient - quotient.rounded()).magnitude < 1e-9
  }

  /// Reads the string with the grammar of the schema.
  private func satisfies(
    _ schema: JSONObject, string value: JSONValue, at path: SchemaPath
  ) throws(GrammarError) -> Bool {
    var rules = RuleSet()
    let root = try rules.declare("value")
    var inner = SchemaCompiler(root: self.root, options: options, rules: rules)
    let body = try inner.string(schema, at: path)
    rules = inner.rules
    rules.define(root, body)
    do throws(GrammarError) {
      var matcher = try Matcher(try Network(rules))
      return try matcher.read(value.serializedBytes(compact: true)) && matcher.isComplete
    } catch {
      guard error.code == .unsatisfiable else { throw error }
      return false
    }
  }
}

extension JSONValue {
  /// Equal as JSON Schema has it: 1 and 1.0 are.
  func isSame(as other: JSONValue) -> Bool {
    if let a = double, let b = other.double { return a == b }
    return self == other
  }
}
