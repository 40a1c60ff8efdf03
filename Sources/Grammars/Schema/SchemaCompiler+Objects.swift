import JSONParsing

extension SchemaCompiler {
  /// The objects of a schema: declared members in their order, each where it is required or may be left out, then
  /// others where `additionalProperties` asks for them.
  mutating func object(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    for keyword in ["dependentRequired", "dependentSchemas", "dependencies"] where schema[keyword] != nil {
      try refuse(keyword, at: path)
    }
    guard let (least, most) = try counts("minProperties", "maxProperties", schema, at: path) else { return .never }
    let declared = try members("properties", schema, at: path)
    let required = try requiredNames(schema, at: path)
    let open = schema["additionalProperties"]
    if declared.isEmpty, required.isEmpty {
      return try map(schema, least: least, most: most, at: path)
    }
    if schema["patternProperties"] != nil { try refuse("patternProperties", reasonBesideProperties, at: path) }
    if schema["propertyNames"] != nil { try refuse("propertyNames", reasonBesideProperties, at: path) }

    var items: [Expression.Item] = []
    var undeclared: [String] = []
    for name in required where declared[name] == nil { undeclared.append(name) }
    for (name, member) in declared.pairs {
      let isRequired = required.contains(name)
      if member == false {
        if isRequired { return .never }
        continue
      }
      let value = try rule(for: member, at: path + "properties" + name)
      items.append(.init(expression: .sequence([key(name), text.colon, value]), isRequired: isRequired))
    }
    // What is required but not declared follows the declared members.
    for name in undeclared {
      if open == false { return .never }
      let value = try rule(for: open ?? true, at: path + "additionalProperties")
      items.append(.init(expression: .sequence([key(name), text.colon, value]), isRequired: true))
    }
    var hasOthers = false
    if let open, open != false {
      hasOthers = true
      let value = try rule(for: open, at: path + "additionalProperties")
      let member: Expression = .sequence([try otherKey(than: declared.keys + undeclared), text.colon, value])
      let more: Expression = .repeated(.sequence([try text.comma(&rules), member]), 0, nil)
      items.append(.init(expression: .sequence([member, more]), isRequired: false))
    }
    let requiredCount = items.count { $0.isRequired }
    let needsAll = least == items.count && !hasOthers
    if least > max(requiredCount, 1), !needsAll {
      try refuse("minProperties", "minProperties above the number of required members cannot be enforced", at: path)
    }
    if let most, hasOthers || most < items.count {
      try refuse("maxProperties", "maxProperties below the number of members cannot be enforced", at: path)
    }
    let comma = try text.comma(&rules)
    let mayBeEmpty = requiredCount == 0 && least == 0
    if requiredCount == 0, items.isEmpty {
      return .sequence([.literal("{"), try text.space(&rules), .literal("}")])
    }
    if needsAll { items = items.map { .init(expression: $0.expression, isRequired: true) } }
    return try text.enclosed("{", .selection(items, separator: comma), "}", mayBeEmpty: mayBeEmpty, &rules)
  }

  private var reasonBesideProperties: String { "this beside properties cannot be enforced" }

  // MARK: - Objects without declared members

  private mutating func map(
    _ schema: JSONObject, least: Int, most: Int?, at path: SchemaPath
  ) throws(GrammarError) -> Expression {
    var name = try text.string(&rules)
    var value = schema["additionalProperties"] ?? true
    var valuePath = path + "additionalProperties"
    let patterns = try members("patternProperties", schema, at: path)
    if let names = schema["propertyNames"] {
      if !patterns.isEmpty { try refuse("propertyNames", "propertyNames beside patternProperties", at: path) }
      name = try propertyName(names, at: path + "propertyNames")
    }
    if let pattern = patterns.keys.first {
      if patterns.count > 1 {
        try refuse("patternProperties", "more than one pattern for members cannot be enforced", at: path)
      }
      value = patterns.values[0]
      valuePath = path + "patternProperties" + pattern
      name = try string(["pattern": .string(pattern)], at: valuePath)
    }
    if most == 0 || value == false {
      return least > 0 ? .never : .sequence([.literal("{"), try text.space(&rules), .literal("}")])
    }
    let member: Expression = .sequence([name, text.colon, try rule(for: value, at: valuePath)])
    let rest: Expression = .repeated(
      .sequence([try text.comma(&rules), member]), max(least - 1, 0), most.map { $0 - 1 })
    return try text.enclosed("{", .sequence([member, rest]), "}", mayBeEmpty: least == 0, &rules)
  }

  /// Names that satisfy a schema for strings.
  private mutating func propertyName(_ schema: JSONValue, at path: SchemaPath) throws(GrammarError) -> Expression {
    switch try flattened(schema, at: path) {
    case .bool(let allows): return allows ? try text.string(&rules) : .never
    case .object(var object):
      object["type"] = "string"
      return try rule(for: .object(object), at: path)
    default: throw GrammarError(.syntax, "a schema must be an object, true or false", at: path.description)
    }
  }

  // MARK: - Names

  private static let comparedScalars = 64

  private func key(_ name: String) -> Expression { .bytes(JSONValue.string(name).serializedBytes()) }

  /// Any name but these. Written without escapes other than those that JSON demands, so that a declared name cannot
  /// come in disguise.
  private func otherKey(than names: [String]) throws(GrammarError) -> Expression {
    let compared = names.reduce(0) { $0 + $1.unicodeScalars.prefix(Self.comparedScalars).count }
    guard compared <= GrammarLimits.comparedNames else {
      throw GrammarError(
        .tooLarge,
        "additionalProperties beside names of more than \(GrammarLimits.comparedNames) characters; set it to "
          + "false")
    }
    var followers: [[UInt32]: Set<UInt32>] = [[]: []]
    var whole = Set<[UInt32]>()
    for name in names {
      // Of a long name, everything that begins like it is left out.
      let scalars = name.unicodeScalars.prefix(Self.comparedScalars).map(\.value)
      for index in scalars.indices {
        followers[Array(scalars[..<index]), default: []].insert(scalars[index])
      }
      followers[scalars, default: []].formUnion([])
      whole.insert(scalars)
    }
    let any: Expression = .repeated(JSONText.spelled(.all), 0, nil)
    // What differs from all names after a common beginning, or ends before a name does.
    var choices: [Expression] = []
    for (prefix, next) in followers.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let beginning = prefix.map { JSONText.spelled(ScalarSet([$0...$0])) }
      let others = ScalarSet(next.map { $0...$0 }).inverted
      if prefix.count < Self.comparedScalars { choices.append(.sequence(beginning + [JSONText.spelled(others), any])) }
      if !whole.contains(prefix), !prefix.isEmpty { choices.append(.sequence(beginning)) }
    }
    return .sequence([.literal("\""), .choice(choices), .literal("\"")])
  }

  private func members(
    _ keyword: String, _ schema: JSONObject, at path: SchemaPath
  ) throws(GrammarError) -> JSONObject {
    guard let value = schema[keyword] else { return [:] }
    guard let object = value.object else {
      throw GrammarError(.syntax, "must be an object of schemas", at: (path + keyword).description)
    }
    return object
  }

  private func requiredNames(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> [String] {
    guard let value = schema["required"] else { return [] }
    // Draft 3 and some tools write `required: true` at the member itself, where it says nothing about this object.
    if value.bool != nil { return [] }
    var names: [String] = []
    for name in value.array ?? [.null] {
      guard let name = name.string else {
        throw GrammarError(.syntax, "must be a list of names", at: (path + "required").description)
      }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}
