public import JSONParsing

/// Whether a model may, must or must not call tools: OpenAI's `tool_choice`.
public enum ToolChoice: Sendable, Hashable {
  /// It writes text only.
  case none
  /// It decides.
  case auto
  /// It calls at least one of the tools.
  case required
  /// It calls the tool of this name.
  case named(String)

  /// The choice of a request: `"none"`, `"auto"`, `"required"`, `{"type": "function", "function": {"name": …}}` or the
  /// flat `{"type": "function", "name": …}`. Without one it is `auto` if there are tools, and `none` otherwise.
  /// - Throws: `ToolError` for anything else, for a name that is not among the tools, and when calls are demanded although
  ///   there are no tools.
  public init(from value: JSONValue?, tools: [ToolDefinition]) throws(ToolError) {
    let path = "tool_choice"
    switch value ?? .null {
    case .null: self = tools.isEmpty ? .none : .auto
    case "none": self = .none
    case "auto": self = tools.isEmpty ? .none : .auto
    case "required":
      guard !tools.isEmpty else { throw ToolError("'required' needs tools; there are none", at: path) }
      self = .required
    case .object(let object):
      guard object["type"] == "function" else {
        throw ToolError("the only type that is supported is \"function\"", at: path + ".type")
      }
      let isNested = object["function"] != nil
      let place = path + (isNested ? ".function.name" : ".name")
      guard let name = (isNested ? object["function"]?["name"] : object["name"])?.string else {
        throw ToolError("needs the name of a tool, a string", at: place)
      }
      guard tools.contains(where: { $0.name == name }) else {
        throw ToolError("there is no tool called '\(name.prefix(80))' among the tools", at: place)
      }
      self = .named(name)
    default:
      throw ToolError(
        "must be \"none\", \"auto\", \"required\" or {\"type\": \"function\", \"function\": {\"name\": …}}", at: path)
    }
  }
}
