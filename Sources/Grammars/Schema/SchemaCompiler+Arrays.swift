import JSONParsing

extension SchemaCompiler {
  /// The lists of a schema. Beyond `prefixItems`, elements are only written where `items` or `minItems` asks for them.
  mutating func array(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    guard let (least, most) = try counts("minItems", "maxItems", schema, at: path) else { return .never }
    try refuseArrayKeywords(schema, most: most, at: path)
    // Draft 7 wrote a list of schemas as `items`, and the rest as `additionalItems`.
    let isOld = schema["items"]?.array != nil
    let prefixKeyword = isOld ? "items" : "prefixItems"
    let restKeyword = isOld ? "additionalItems" : "items"
    var first: [Expression] = []
    if let value = schema[prefixKeyword], isOld || value != .array([]) {
      guard let schemas = value.array else {
        throw GrammarError(.syntax, "must be a list of schemas", at: (path + prefixKeyword).description)
      }
      for (index, schema) in schemas.enumerated() {
        first.append(try rule(for: schema, at: path + prefixKeyword + String(index)))
      }
    }
    let rest = schema[restKeyword]
    if first.isEmpty {
      if rest == false || most == 0 { return least > 0 ? .never : try brackets(.empty, mayBeEmpty: true) }
      return try list(of: rest ?? true, at: path + restKeyword, least: least, most: most)
    }
    let comma = try text.comma(&rules)
    // Each element but the first brings its comma.
    var elements: [Expression] = []
    for element in first { elements.append(elements.isEmpty ? element : .sequence([comma, element])) }
    let hasRest = rest != false && (rest != nil || least > first.count)
    guard hasRest, most ?? .max > first.count else {
      if least > elements.count { return .never }
      elements = Array(elements.prefix(most ?? .max))
      return try brackets(.prefix(elements, atLeast: max(least, 1)), mayBeEmpty: least == 0)
    }
    let more: Expression = .repeated(
      .sequence([comma, try rule(for: rest ?? true, at: path + restKeyword)]), max(least - first.count, 0),
      most.map { $0 - first.count })
    return try brackets(
      .prefix(elements + [more], atLeast: min(max(least, 1), elements.count + 1)), mayBeEmpty: least == 0)
  }

  private mutating func list(
    of element: JSONValue, at path: SchemaPath, least: Int, most: Int?
  ) throws(GrammarError) -> Expression {
    let element = try rule(for: element, at: path)
    let more: Expression = .sequence([try text.comma(&rules), element])
    let rest: Expression = .repeated(more, max(least - 1, 0), most.map { $0 - 1 })
    return try brackets(.sequence([element, rest]), mayBeEmpty: least == 0)
  }

  private mutating func brackets(_ inside: Expression, mayBeEmpty: Bool) throws(GrammarError) -> Expression {
    if case .bytes = inside { return .sequence([.literal("["), try text.space(&rules), .literal("]")]) }
    return try text.enclosed("[", inside, "]", mayBeEmpty: mayBeEmpty, &rules)
  }

  private func refuseArrayKeywords(_ schema: JSONObject, most: Int?, at path: SchemaPath) throws(GrammarError) {
    if schema["contains"] != nil { try refuse("contains", at: path) }
    if let unique = schema["uniqueItems"], unique != false, most ?? .max > 1 { try refuse("uniqueItems", at: path) }
  }
}
