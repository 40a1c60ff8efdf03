import JSONParsing

extension SchemaCompiler {
  /// The schema that a `$ref` points to within the document, and its place.
  func resolve(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> (JSONValue, SchemaPath) {
    let place = (path + "$ref").description
    guard let reference = schema["$ref"]?.string else {
      throw GrammarError(.syntax, "$ref must be a string", at: place)
    }
    let shown = String(reference.prefix(80))
    guard reference.utf8.first == UInt8(ascii: "#") else {
      throw GrammarError(
        .unsupported,
        "$ref to another document (\(shown)); only references within the schema are "
          + "followed, such as #/$defs/name", at: place)
    }
    guard let pointer = reference.dropFirst().percentDecoded, pointer.isEmpty || pointer.first == "/"
    else {
      throw GrammarError(
        .unsupported, "$ref to a name (\(shown)); write the way to it, such as #/$defs/name", at: place)
    }
    var target = root
    var found = SchemaPath()
    for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
      let next: JSONValue?
      switch target {
      case .object(let object): next = object[key]
      case .array(let elements): next = Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
      default: next = nil
      }
      guard let next else {
        throw GrammarError(.undefined, "$ref points to \(shown), which is not in the schema", at: place)
      }
      target = next
      found = found + key
    }
    return (target, found)
  }

  /// A schema without `$ref` and `allOf` at its top that allows the same values.
  mutating func flattened(_ schema: JSONValue, at path: SchemaPath) throws(GrammarError) -> JSONValue {
    try flattened(schema, at: path, following: [], depth: 0)
  }

  private mutating func flattened(
    _ schema: JSONValue, at path: SchemaPath, following references: Set<String>, depth: Int
  ) throws(GrammarError) -> JSONValue {
    merges += 1
    guard depth <= GrammarLimits.nesting, merges <= GrammarLimits.merges else {
      throw GrammarError(
        .tooLarge,
        "allOf and $ref ask for more than \(GrammarLimits.merges) merges, or nest too deep; write the merged "
          + "schema", at: path.description)
    }
    guard case .object(var object) = schema else { return schema }
    var result: JSONValue = true
    if let reference = object["$ref"] {
      let (target, place) = try resolve(object, at: path)
      let name = reference.string ?? ""
      guard !references.contains(name) else {
        throw GrammarError(.leftRecursion, "$ref leads back to itself", at: (path + "$ref").description)
      }
      result = try flattened(target, at: place, following: references.union([name]), depth: depth + 1)
      object["$ref"] = nil
    }
    if let parts = object["allOf"] {
      guard let parts = parts.array else {
        throw GrammarError(.syntax, "must be a list of schemas", at: (path + "allOf").description)
      }
      object["allOf"] = nil
      for (index, part) in parts.enumerated() {
        let place = path + "allOf" + String(index)
        let flat = try flattened(part, at: place, following: references, depth: depth + 1)
        result = try merged(result, flat, at: place)
      }
    }
    // The schema's own keywords come first, so that its members do too.
    return try merged(.object(object), result, at: path)
  }

  // MARK: - Merging

  /// A schema that allows what both allow.
  private func merged(_ a: JSONValue, _ b: JSONValue, at path: SchemaPath) throws(GrammarError) -> JSONValue {
    switch (a, b) {
    case (.bool(true), let other), (let other, .bool(true)): return other
    case (.bool(false), _), (_, .bool(false)): return false
    case (.object(let a), .object(let b)):
      if !SchemaKeywords.restrict(a), a["nullable"] == nil { return .object(b) }
      if !SchemaKeywords.restrict(b), b["nullable"] == nil { return .object(a) }
      return try merged(a, b, at: path)
    default: throw GrammarError(.syntax, "a schema must be an object, true or false", at: path.description)
    }
  }

  private func merged(_ a: JSONObject, _ b: JSONObject, at path: SchemaPath) throws(GrammarError) -> JSONValue {
    var result = a
    for keyword in ["properties", "additionalProperties"] { result[keyword] = nil }
    for (keyword, value) in b.pairs where keyword != "properties" && keyword != "additionalProperties" {
      guard let mine = a[keyword], mine != value else {
        if keyword == "nullable" { continue }
        result[keyword] = value
        continue
      }
      guard let both = try merged(keyword, mine, value, in: &result, at: path) else { return false }
      result[keyword] = both
    }
    // What one part calls nullable and the other does not is not.
    if a["nullable"] != b["nullable"] { result["nullable"] = nil }
    try mergeProperties(a, b, into: &result, at: path)
    return .object(result)
  }

  /// What both values of one keyword ask for; nil when nothing satisfies both.
  private func merged(
    _ keyword: String, _ a: JSONValue, _ b: JSONValue, in result: inout JSONObject, at path: SchemaPath
  ) throws(GrammarError) -> JSONValue? {
    switch keyword {
    case "required":
      let names = a.array ?? []
      return .array(names + (b.array ?? []).filter { !names.contains($0) })
    case "type":
      let (mine, theirs) = (a.array ?? [a], b.array ?? [b])
      let both = mine.filter { type in
        theirs.contains(type) || type == "integer" && theirs.contains("number")
      }
      let narrowed = theirs.filter { $0 == "integer" && mine.contains("number") && !both.contains($0) }
      return both.isEmpty && narrowed.isEmpty ? nil : .array(both + narrowed)
    case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
      return (a.double ?? 0) >= (b.double ?? 0) ? a : b
    case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
      return (a.double ?? 0) <= (b.double ?? 0) ? a : b
    case "enum":
      let both = (a.array ?? []).filter { mine in (b.array ?? []).contains { $0.isSame(as: mine) } }
      return both.isEmpty ? nil : .array(both)
    case "const": return a.isSame(as: b) ? a : nil
    case "items" where a.array == nil && b.array == nil: return ["allOf": [a, b]]
    case "uniqueItems": return true
    case "anyOf", "oneOf":
      // Both mean that one alternative must be satisfied, so the second list can take the other's place.
      let other = keyword == "anyOf" ? "oneOf" : "anyOf"
      guard result[other] == nil else { break }
      result[other] = b
      return a
    default:
      guard SchemaKeywords.restrict([keyword: a]) else { return a }
    }
    throw GrammarError(
      .unsupported, "two different values of \(keyword) come together here and cannot be merged; write one schema",
      at: path.description)
  }

  /// Each part has its say about every member: by its name, or by the part's `additionalProperties`.
  private func mergeProperties(
    _ a: JSONObject, _ b: JSONObject, into result: inout JSONObject, at path: SchemaPath
  ) throws(GrammarError) {
    let (mine, theirs) = (a["properties"]?.object ?? [:], b["properties"]?.object ?? [:])
    var properties = JSONObject()
    for key in mine.keys + theirs.keys where properties[key] == nil {
      var views: [JSONValue] = []
      for view in [mine[key] ?? a["additionalProperties"], theirs[key] ?? b["additionalProperties"]] {
        if let view, view != true, !views.contains(view) { views.append(view) }
      }
      properties[key] = views.isEmpty ? true : views.count == 1 ? views[0] : .object(["allOf": .array(views)])
    }
    if !properties.isEmpty || a["properties"] != nil || b["properties"] != nil {
      result["properties"] = .object(properties)
    }
    switch (a["additionalProperties"], b["additionalProperties"]) {
    case (nil, nil): break
    case (let only?, nil), (nil, let only?): result["additionalProperties"] = only
    case (let first?, let second?):
      result["additionalProperties"] = first == second ? first : .object(["allOf": [first, second]])
    }
  }
}

extension Substring {
  /// The text that `%XX` escapes stand for; nil where they are broken.
  fileprivate var percentDecoded: String? {
    var bytes: [UInt8] = []
    var rest = utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = ScalarReader.digit(rest.popFirst().map(UInt32.init)),
        let low = ScalarReader.digit(rest.popFirst().map(UInt32.init))
      else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
