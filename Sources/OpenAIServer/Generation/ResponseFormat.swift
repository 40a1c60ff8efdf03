#if Server
  import Grammars
  import JSONParsing
  import TextGeneration

  /// What a reply must look like, as OpenAI's API says it.
  enum ResponseFormat {
    /// Reads `{"type": "text" | "json_object" | "json_schema", …}`.
    /// - Returns: The grammar of what may be said; nil for any text.
    static func grammar(_ fields: RequestFields, _ key: String, limits: RequestLimits) async throws(APIError)
      -> Grammar?
    {
      guard let format = try fields.fields(key) else { return nil }
      let type = try format.required("type", format.string("type"))
      switch type {
      case "text": return nil
      case "json_object":
        return try await compiled(format.place("type"), "json") { () throws(GrammarError) in Grammar.json }
      case "json_schema":
        // The chat API puts it into an object of its own, the responses API does not.
        let holder = try format.fields("json_schema") ?? format
        let schema = try holder.required("schema", holder["schema"])
        try checkSize(schema, at: holder.place("schema"), limits)
        return try await compiled(holder.place("schema"), "schema " + schema.serialized(pretty: false)) {
          () throws(GrammarError) in try Grammar(jsonSchema: schema)
        }
      default:
        throw .invalid(
          format.place("type"),
          "\(format.place("type")) is '\(type.prefix(40))'; give text, json_object or json_schema.")
      }
    }

    /// Reads the further fields that peers have: `grammar`, `json_schema`, `regex` (also `guided_…`).
    static func extensions(_ fields: RequestFields, limits: RequestLimits) async throws(APIError) -> Grammar? {
      for key in ["grammar", "guided_grammar"] {
        if let text = try fields.string(key, most: limits.grammarBytes), !text.isEmpty {
          return try await compiled(key, "gbnf " + text) { () throws(GrammarError) in try Grammar(gbnf: text) }
        }
      }
      for key in ["regex", "guided_regex"] {
        if let text = try fields.string(key, most: limits.grammarBytes) {
          return try await compiled(key, "regex " + text) { () throws(GrammarError) in try Grammar(regex: text) }
        }
      }
      for key in ["json_schema", "guided_json"] {
        if let schema = fields[key] {
          try checkSize(schema, at: key, limits)
          return try await compiled(key, "schema " + schema.serialized(pretty: false)) { () throws(GrammarError) in
            try Grammar(jsonSchema: schema)
          }
        }
      }
      return nil
    }

    private static func checkSize(_ schema: JSONValue, at place: String, _ limits: RequestLimits) throws(APIError) {
      let bytes = schema.serialized(pretty: false).utf8.count
      guard bytes <= limits.grammarBytes else {
        throw .invalid(place, "\(place) has \(bytes) bytes; give at most \(limits.grammarBytes).")
      }
    }

    private static func compiled(
      _ place: String, _ key: String, _ make: @escaping @Sendable () throws(GrammarError) -> Grammar
    ) async throws(APIError) -> Grammar {
      do { return try await GrammarCompiler.shared.grammar(key, make) } catch {
        throw .invalid(place, "\(place): \(error)", code: "invalid_grammar")
      }
    }
  }

  extension ServedModel {
    /// The rule that a request's own fields give for its text, if any.
    func constraint(_ fields: RequestFields, limits: RequestLimits) async throws -> GenerationConstraint? {
      guard let grammar = try await ResponseFormat.extensions(fields, limits: limits) else { return nil }
      return try constraint(grammar)
    }
  }
#endif
