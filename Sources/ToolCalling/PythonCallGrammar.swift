import Grammars
import JSONParsing

/// The grammar of calls as Python writes them, for tools whose schemas say nothing but which arguments there are. Values are
/// written as in JSON, which the parser takes.
struct PythonCallGrammar {
  private let calls: [GrammarExpression]

  /// Keywords of a schema that do not restrict an object beyond its members.
  private static let harmless: Set<String> = [
    "type", "properties", "required", "additionalProperties", "title", "description", "$defs", "definitions", "$schema",
    "$id", "default", "examples", "$comment",
  ]

  /// Nil when a schema needs more than a list of members.
  init?(_ tools: [ToolDefinition]) {
    var calls: [GrammarExpression] = []
    for tool in tools {
      guard let arguments = Self.arguments(of: tool) else { return nil }
      calls.append(.sequence([.literal(tool.name + "("), arguments, .literal(")")]))
    }
    self.calls = calls
  }

  /// The calls and the closing bracket.
  func listAfterBracket(_ mayRepeat: Bool) -> GrammarExpression {
    let call: GrammarExpression = .choice(calls)
    let more: GrammarExpression = .sequence([.literal(","), .optional(" "), call])
    return .sequence([call, .repeated(more, atLeast: 0, atMost: mayRepeat ? nil : 0), .literal("]")])
  }

  /// Required arguments in their order, then any of the others in any order.
  private static func arguments(of tool: ToolDefinition) -> GrammarExpression? {
    guard let schema = tool.parameters.object, schema.keys.allSatisfy(harmless.contains) else { return nil }
    if let others = schema["additionalProperties"], others != false { return nil }
    let properties = schema["properties"] ?? [:]
    guard let properties = properties.object else { return nil }
    let required = Set((schema["required"]?.array ?? []).compactMap(\.string).map(ExactString.init))
    guard required.allSatisfy({ properties[$0.string] != nil }) else { return nil }

    var demanded: [GrammarExpression] = []
    var others: [GrammarExpression] = []
    for (name, member) in properties.pairs {
      guard isIdentifier(name) else { return nil }
      var value = member
      if case .object(var object) = member {
        for key in ["$defs", "definitions"] where object[key] == nil { object[key] = schema[key] }
        value = .object(object)
      }
      let argument: GrammarExpression = .sequence([
        .literal(name + "="), .schema(value, options: tool.schemaOptions),
      ])
      if required.contains(ExactString(name)) { demanded.append(argument) } else { others.append(argument) }
    }
    let comma: GrammarExpression = .sequence([.literal(","), .optional(" ")])
    let other: GrammarExpression = .choice(others)
    let most = others.isEmpty ? 0 : others.count
    var parts: [GrammarExpression] = []
    for argument in demanded { parts += parts.isEmpty ? [argument] : [comma, argument] }
    if !demanded.isEmpty || others.isEmpty {
      return .sequence(parts + [.repeated(.sequence([comma, other]), atLeast: 0, atMost: most)])
    }
    return .optional(.sequence([other, .repeated(.sequence([comma, other]), atLeast: 0, atMost: most - 1)]))
  }

  private static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, first > UInt8(ascii: "9") else { return false }
    return name.utf8.allSatisfy { $0.isNameByte && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }
  }
}
