import JSONParsing

/// Compiles a JSON Schema to rules.
///
/// Every subschema becomes a rule, made from a list of those still to do, so that no schema is too deep for the
/// stack; equal subschemas share one, which is also how `$ref` cycles end.
struct SchemaCompiler {
  let root: JSONValue
  let options: JSONSchemaOptions
  let text: JSONText
  var rules: RuleSet
  var merges = 0
  private var known: [JSONValue: Int] = [:]
  private var open: [(rule: Int, schema: JSONValue, path: SchemaPath)] = []

  /// Adds the rules of a schema and gives the expression for its values.
  static func compile(
    _ schema: JSONValue, options: JSONSchemaOptions, into rules: inout RuleSet
  ) throws(GrammarError) -> Expression {
    try checkSize(schema)
    var compiler = SchemaCompiler(root: schema, options: options, rules: rules)
    let expression = try compiler.rule(for: schema, at: SchemaPath())
    try compiler.finish()
    rules = compiler.rules
    return expression
  }

  init(root: JSONValue, options: JSONSchemaOptions, rules: RuleSet) {
    self.root = root
    self.options = options
    self.rules = rules
    text = JSONText(whitespace: options.whitespace)
  }

  /// What a subschema allows, compiled later.
  mutating func rule(for schema: JSONValue, at path: SchemaPath) throws(GrammarError) -> Expression {
    if let known = known[schema] { return .call(known) }
    let rule = try rules.declare(path.description)
    known[schema] = rule
    open.append((rule, schema, path))
    return .call(rule)
  }

  private mutating func finish() throws(GrammarError) {
    while let (rule, schema, path) = open.popLast() {
      rules.define(rule, try expression(for: schema, at: path))
    }
  }

  private static func checkSize(_ schema: JSONValue) throws(GrammarError) {
    var open: [(JSONValue, Int)] = [(schema, 0)]
    var count = 0
    while let (value, depth) = open.popLast() {
      count += 1
      guard depth <= GrammarLimits.nesting else {
        throw GrammarError(.tooLarge, "the schema nests deeper than \(GrammarLimits.nesting); use $defs and $ref")
      }
      switch value {
      case .array(let elements): for element in elements { open.append((element, depth + 1)) }
      case .object(let members): for member in members.values { open.append((member, depth + 1)) }
      default: break
      }
      guard count + open.count <= GrammarLimits.schemaNodes else {
        throw GrammarError(.tooLarge, "the schema has more than \(GrammarLimits.schemaNodes) parts; make it smaller")
      }
    }
  }

  // MARK: - One schema

  private mutating func expression(for schema: JSONValue, at path: SchemaPath) throws(GrammarError) -> Expression {
    switch schema {
    case .bool(let allows): return allows ? .call(try text.value(&rules)) : .never
    case .object(let object):
      if object["$ref"] != nil, !SchemaKeywords.restrict(object, except: ["$ref"]) {
        let (target, place) = try resolve(object, at: path)
        return try rule(for: target, at: place)
      }
      if object["$ref"] != nil || object["allOf"] != nil {
        // Merging may bring in what has been compiled already, so the result is looked up like any other schema.
        return try rule(for: try flattened(schema, at: path), at: path)
      }
      return try expression(for: object, at: path)
    default: throw GrammarError(.syntax, "a schema must be an object, true or false", at: path.description)
    }
  }

  private mutating func expression(for schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    for keyword in SchemaKeywords.unsupported where schema[keyword] != nil { try refuse(keyword, at: path) }
    for keyword in ["anyOf", "oneOf"] {
      guard let value = schema[keyword] else { continue }
      guard let alternatives = value.array, !alternatives.isEmpty else {
        throw GrammarError(.syntax, "must be a list of schemas, not empty", at: (path + keyword).description)
      }
      var rest = schema
      rest[keyword] = nil
      let isRestricted = SchemaKeywords.restrict(rest)
      var choices: [Expression] = []
      for (index, alternative) in alternatives.enumerated() {
        let place = path + keyword + String(index)
        let both = isRestricted ? JSONValue.object(["allOf": [.object(rest), alternative]]) : alternative
        choices.append(try rule(for: both, at: place))
      }
      return .choice(choices)
    }
    if schema["enum"] != nil || schema["const"] != nil { return try values(of: schema, at: path) }
    let types = try types(of: schema, at: path)
    var choices: [Expression] = []
    for type in types { choices.append(try expression(of: type, schema, at: path)) }
    if schema["nullable"]?.bool == true, !types.contains(.null) { choices.append(.literal("null")) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  mutating func expression(
    of type: SchemaType, _ schema: JSONObject, at path: SchemaPath
  ) throws(GrammarError) -> Expression {
    switch type {
    case .null: .literal("null")
    case .boolean: JSONText.bool
    case .string: try string(schema, at: path)
    case .integer: try integer(schema, at: path)
    case .number: try number(schema, at: path)
    case .array: try array(schema, at: path)
    case .object: try object(schema, at: path)
    }
  }

  /// The types that a schema names, or those that its keywords speak of; all when there are none.
  func types(of schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> [SchemaType] {
    guard let value = schema["type"] else {
      let meant = SchemaType.allCases.filter { type in type.keywords.contains { schema[$0] != nil } }
      return meant.isEmpty ? [.null, .boolean, .string, .number, .array, .object] : meant
    }
    var types: [SchemaType] = []
    for name in value.array ?? [value] {
      guard let type = name.string.flatMap(SchemaType.init) else {
        throw GrammarError(
          .syntax, "an unknown type; there are \(SchemaType.allCases.map(\.rawValue).joined(separator: ", "))",
          at: (path + "type").description)
      }
      if !types.contains(type) { types.append(type) }
    }
    return types.contains(.number) ? types.filter { $0 != .integer } : types
  }

  // MARK: - Enumerated values

  private mutating func values(of schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    var values: [JSONValue]
    if let listed = schema["enum"] {
      guard let list = listed.array else {
        throw GrammarError(.syntax, "must be a list of values", at: (path + "enum").description)
      }
      values = list
    } else {
      values = []
    }
    if let constant = schema["const"] {
      values = schema["enum"] == nil || values.contains { $0.isSame(as: constant) } ? [constant] : []
    }
    if schema["nullable"]?.bool == true, !values.contains(.null) { values.append(.null) }
    if schema["type"] != nil {
      let types = try types(of: schema, at: path)
      values = values.filter { value in
        types.contains { $0.includes(value) } || value.isNull && schema["nullable"]?.bool == true
      }
    }
    var rest = schema
    for keyword in ["enum", "const", "type", "nullable"] { rest[keyword] = nil }
    if SchemaKeywords.restrict(rest) { values = try satisfying(rest, values, at: path) }
    var choices: [Expression] = []
    for value in values { choices.append(try text.literal(value, &rules)) }
    return .choice(choices)
  }

  // MARK: - What cannot be done

  /// An error, unless such keywords are to be passed over.
  func refuse(_ keyword: String, _ reason: String? = nil, at path: SchemaPath) throws(GrammarError) {
    if options.ignoresUnsupported { return }
    throw GrammarError(
      .unsupported, (reason ?? "\(keyword) cannot be enforced while writing") + "; leave it out and check afterwards",
      at: (path + keyword).description)
  }

  /// A number of things that a keyword gives; nil where it is absent.
  func count(_ keyword: String, _ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Int? {
    guard let value = schema[keyword] else { return nil }
    guard let count = value.int, count >= 0 else {
      throw GrammarError(.syntax, "must be a whole number, not negative", at: (path + keyword).description)
    }
    return min(count, GrammarLimits.repetitions)
  }

  /// Bounds in the right order; nil when nothing can satisfy them.
  func counts(
    _ least: String, _ most: String, _ schema: JSONObject, at path: SchemaPath
  ) throws(GrammarError) -> (least: Int, most: Int?)? {
    let low = try count(least, schema, at: path) ?? 0
    let high = try count(most, schema, at: path)
    return high.map { $0 < low } ?? false ? nil : (low, high)
  }
}
