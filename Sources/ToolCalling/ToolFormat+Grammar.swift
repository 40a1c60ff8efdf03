import Grammars

extension ToolFormat {
  /// The grammar that keeps a model to calls of these tools; nil where there is nothing to constrain, because the choice
  /// is `none` or there are no tools.
  ///
  /// Schemas that cannot be enforced are errors only when the expression is compiled, and only for strict tools.
  /// - Parameters:
  ///   - choice: `named` gives exactly one call.
  ///   - parallel: whether several calls may follow each other. `llama3` and `harmony` write one in a message anyway.
  ///   - reasoning: how the model marks what it thinks, which it may go on doing before it calls.
  public func grammar(
    for tools: [ToolDefinition], choice: ToolChoice, parallel: Bool, reasoning: ReasoningStyle = .none
  ) -> ToolGrammar? {
    var chosen = tools
    var mayRepeat = parallel
    if case .named(let name) = choice {
      chosen = tools.filter { $0.name == name }
      mayRepeat = false
    }
    guard choice != .none, !chosen.isEmpty else { return nil }
    let calls = CallGrammar(format: self, tools: chosen, mayRepeat: mayRepeat)
    if choice == .auto { return .triggered(calls.triggers) }
    return .whole(self == .harmony ? calls.whole : .sequence([reasoning.expression, calls.whole]))
  }
}

extension ReasoningStyle {
  /// What may come before the answer.
  fileprivate var expression: GrammarExpression {
    let rest: GrammarExpression = .sequence([
      .text(upTo: Self.closing), .repeated(.literal("\n"), atLeast: 0, atMost: 2),
    ])
    return switch self {
    case .none: .sequence([])
    case .begun: rest
    case .tagged: .optional(.sequence([.literal(Self.opening), rest]))
    }
  }
}

/// The grammars of one format's calls.
struct CallGrammar {
  let format: ToolFormat
  let tools: [ToolDefinition]
  let mayRepeat: Bool

  /// A message that is one or more calls and nothing else, but for what harmony writes before.
  var whole: GrammarExpression {
    switch format {
    case .hermes, .generic: several(.sequence([.optional("\n"), .literal(Markers.toolCall), taggedObject]))
    case .llama3: object("parameters")
    case .llama4:
      python.map { .choice([.sequence([.literal("["), $0.listAfterBracket(mayRepeat)]), objects]) } ?? objects
    case .mistral: .sequence([.literal(Markers.toolCalls), objectList])
    case .deepSeek: .sequence([.literal(Markers.callsBegin), deepSeekList])
    case .harmony:
      .sequence([
        .optional(
          .sequence([
            .literal(Markers.channel + "analysis" + Markers.message), .text(upTo: Markers.end),
            .literal(Markers.start + "assistant"),
          ])),
        .choice([.literal(Markers.channel + "commentary to=functions."), .literal(" to=functions.")]),
        harmonyCall,
      ])
    }
  }

  /// What a call begins with in free text, and how it goes on.
  var triggers: [ToolTrigger] {
    switch format {
    case .hermes, .generic:
      let more: GrammarExpression = .sequence([.optional("\n"), .literal(Markers.toolCall), taggedObject])
      let rest = mayRepeat ? .sequence([taggedObject, .repeated(more, atLeast: 0, atMost: nil)]) : taggedObject
      return [ToolTrigger(Markers.toolCall, rest)]
    case .llama3:
      return [
        ToolTrigger("{", isOnlyAtStart: true, objectAfterBrace("parameters")),
        ToolTrigger(Markers.pythonTag, object("parameters")),
      ]
    case .llama4:
      var within = [objects]
      var triggers = [
        ToolTrigger(
          "{", isOnlyAtStart: true, .sequence([objectAfterBrace("parameters"), mayRepeat ? more : .sequence([])]))
      ]
      if let python {
        let list = python.listAfterBracket(mayRepeat)
        triggers.append(ToolTrigger("[", isOnlyAtStart: true, list))
        within.append(.sequence([.literal("["), list]))
      }
      let rest: GrammarExpression = .sequence([.choice(within), .optional(Markers.pythonEnd)])
      return triggers + [ToolTrigger(Markers.pythonStart, rest)]
    case .mistral: return [ToolTrigger(Markers.toolCalls, objectList)]
    case .deepSeek: return [ToolTrigger(Markers.callsBegin, deepSeekList)]
    case .harmony:
      return [
        ToolTrigger("to=functions.", isOnlyAtStart: true, harmonyCall),
        ToolTrigger(Markers.start + "assistant to=functions.", harmonyCall),
        ToolTrigger(Markers.channel + "commentary to=functions.", harmonyCall),
        ToolTrigger(Markers.channel + "analysis to=functions.", harmonyCall),
      ]
    }
  }

  // MARK: - Parts

  private func several(_ call: GrammarExpression) -> GrammarExpression {
    .repeated(call, atLeast: 1, atMost: mayRepeat ? nil : 1)
  }

  private func separated(_ call: GrammarExpression, by separator: GrammarExpression) -> GrammarExpression {
    guard mayRepeat else { return call }
    return .sequence([call, .repeated(.sequence([separator, call]), atLeast: 0, atMost: nil)])
  }

  /// `"name": "f", "arguments": {…}}` for any of the tools.
  private func objectAfterBrace(_ key: String, end: GrammarExpression = .sequence([])) -> GrammarExpression {
    .choice(
      tools.map { tool in
        .sequence([
          .optional(" "), .literal("\"name\":"), .optional(" "), .literal("\"\(tool.name)\","), .optional(" "),
          .literal("\"\(key)\":"), .optional(" "), tool.schema, end, .optional(" "), .literal("}"),
        ])
      })
  }

  private func object(_ key: String, end: GrammarExpression = .sequence([])) -> GrammarExpression {
    .sequence([.literal("{"), objectAfterBrace(key, end: end)])
  }

  /// Llama 4 writes objects one after the other.
  private var objects: GrammarExpression { several(object("parameters")) }
  private var more: GrammarExpression { .repeated(object("parameters"), atLeast: 0, atMost: nil) }

  private var taggedObject: GrammarExpression {
    .sequence([.optional("\n"), object("arguments"), .optional("\n"), .literal(Markers.toolCallEnd)])
  }

  private var objectList: GrammarExpression {
    let identity: GrammarExpression = .optional(.regex(#", ?"id": ?"[a-zA-Z0-9]{9}""#))
    return .sequence([
      .optional(" "), .literal("["),
      separated(object("arguments", end: identity), by: .sequence([.literal(","), .optional(" ")])), .literal("]"),
    ])
  }

  private var deepSeekList: GrammarExpression {
    let call: GrammarExpression = .sequence([
      .literal(Markers.callBegin + "function" + Markers.separator),
      .choice(tools.map { .sequence([.literal($0.name + "\n```json\n"), $0.schema]) }),
      .literal("\n```" + Markers.callEnd),
    ])
    return .sequence([separated(call, by: .optional("\n")), .literal(Markers.callsEnd)])
  }

  /// From the function's name on. The channel may come before or after it.
  private var harmonyCall: GrammarExpression {
    .choice(
      tools.map { tool in
        .sequence([
          .literal(tool.name), .optional(Markers.channel + "commentary"), .optional(" "), .optional(Markers.constrain),
          .optional("json"), .literal(Markers.message), tool.schema, .optional(Markers.call),
        ])
      })
  }

  private var python: PythonCallGrammar? { PythonCallGrammar(tools) }
}

extension ToolDefinition {
  fileprivate var schema: GrammarExpression { .schema(parameters, options: schemaOptions) }

  var schemaOptions: JSONSchemaOptions { JSONSchemaOptions(whitespace: .flexible, ignoresUnsupported: !isStrict) }
}

extension GrammarExpression {
  static func optional(_ text: String) -> GrammarExpression { optional(.literal(text)) }

  static func optional(_ body: GrammarExpression) -> GrammarExpression { .repeated(body, atLeast: 0, atMost: 1) }

  /// Any text up to the first place where a marker stands, and the marker.
  ///
  /// The marker's first character must not come in it again. So where the text begins a marker and goes on otherwise, it
  /// either begins another one, or is back in plain text.
  static func text(upTo marker: String) -> GrammarExpression {
    let scalars = Array(marker.unicodeScalars)
    guard let first = scalars.first else { return .sequence([]) }
    var prefixes: [GrammarExpression] = []
    var departures: [GrammarExpression] = []
    for count in 1..<max(scalars.count, 1) {
      let prefix = String(String.UnicodeScalarView(scalars[..<count]))
      prefixes.append(.literal(prefix))
      let expected = scalars[count]
      departures.append(
        .sequence([.literal(prefix), .characters([first...first, expected...expected], negated: true)]))
    }
    let begun: GrammarExpression = .repeated(.choice(prefixes), atLeast: 0, atMost: nil)
    let plain: GrammarExpression = .choice([
      .characters([first...first], negated: true), .sequence([begun, .choice(departures)]),
    ])
    return .sequence([.repeated(plain, atLeast: 0, atMost: nil), begun, .literal(marker)])
  }
}
