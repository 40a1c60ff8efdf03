import JSONParsing

extension SchemaCompiler {
  /// The strings of a schema. Lengths count characters as JSON Schema does: Unicode scalars.
  mutating func string(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Expression {
    guard let (least, most) = try counts("minLength", "maxLength", schema, at: path) else { return .never }
    let content = try stringContent(schema, at: path)
    guard let content else {
      if least == 0, most == nil { return try text.string(&rules) }
      return .sequence([.literal("\""), .repeated(JSONText.character, least, most), .literal("\"")])
    }
    // Both lengths and pattern at once would need a counter next to the pattern; often the pattern says enough.
    let lengths = content.lengths
    if lengths.least < least || (most.map { most in lengths.most.map { $0 > most } ?? true } ?? false) {
      let name = schema["pattern"] == nil ? "format" : "pattern"
      try refuse(
        name,
        "the \(name) allows lengths that minLength and maxLength do not, and both at once cannot be enforced; "
          + "write the lengths into the pattern", at: path)
    }
    return .sequence([.literal("\""), content.expression, .literal("\"")])
  }

  private struct Content {
    var expression: Expression
    var lengths: (least: Int, most: Int?)
  }

  private mutating func stringContent(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> Content? {
    let format = try formatPattern(schema, at: path)
    guard let pattern = schema["pattern"] else {
      guard let format else { return nil }
      return try content(of: format, at: path + "format")
    }
    guard let pattern = pattern.string else {
      throw GrammarError(.syntax, "must be a regular expression as a string", at: (path + "pattern").description)
    }
    if format != nil {
      try refuse("format", "format and pattern at once cannot be enforced", at: path)
    }
    return try content(of: pattern, at: path + "pattern")
  }

  /// A regular expression that, as JSON Schema has it, may match anywhere in the string unless it is anchored.
  private func content(of pattern: String, at path: SchemaPath) throws(GrammarError) -> Content {
    do throws(GrammarError) {
      let any = Expression.repeated(JSONText.character, 0, nil)
      var choices: [Expression] = []
      var least = Int.max
      var most: Int? = 0
      for alternative in try RegexParser.parse(pattern).anchored() {
        let inside = alternative.tree.lowered { JSONText.spelled($0) }
        choices.append(.sequence([alternative.atStart ? .empty : any, inside, alternative.atEnd ? .empty : any]))
        let lengths = alternative.tree.lengths
        least = min(least, lengths.least)
        let longest = alternative.atStart && alternative.atEnd ? lengths.most : nil
        most = if let most, let longest { max(most, longest) } else { nil }
      }
      return Content(expression: .choice(choices), lengths: (least, most))
    } catch {
      let place = error.place.map { "\(path), \($0)" } ?? path.description
      throw GrammarError(error.code, error.message, at: place)
    }
  }

  /// The pattern of a format; nil where there is none, or one that says nothing about the text.
  private func formatPattern(_ schema: JSONObject, at path: SchemaPath) throws(GrammarError) -> String? {
    guard let value = schema["format"] else { return nil }
    guard let name = value.string else {
      throw GrammarError(.syntax, "must be a string", at: (path + "format").description)
    }
    if let pattern = StringFormats.patterns[name] { return pattern }
    if StringFormats.unsupported.contains(name) {
      try refuse("format", "the format \"\(name)\" cannot be enforced; use a pattern", at: path)
    }
    return nil
  }
}
