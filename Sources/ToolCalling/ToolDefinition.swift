public import JSONParsing

/// A function that a model may ask its caller to call.
///
///     let tools = try ToolDefinition.list(from: request["tools"])
///
public struct ToolDefinition: Sendable, Hashable {
  /// What the function is called: 1 to 64 of `a-z A-Z 0-9 _ - .`, so that it can stand in any format unescaped.
  public let name: String
  /// What it does, for the model.
  public let description: String?
  /// The JSON Schema of its arguments, an object. A function declared without one takes no arguments.
  public let parameters: JSONValue
  /// Whether arguments must follow the schema in every point (`strict`). Otherwise what cannot be enforced is passed over.
  public let isStrict: Bool

  /// The schema of no arguments at all.
  public static let noParameters: JSONValue = ["type": "object", "properties": [:], "additionalProperties": false]

  /// How many tools one request may define.
  public static let maximumCount = 128
  /// How many bytes the definitions of one request may take, written as compact JSON.
  public static let maximumSize = 1 << 19
  /// How many characters a name may have.
  public static let maximumNameLength = 64

  /// A tool, checked: `list(from:)` reads the ones of a request.
  /// - Parameter path: the parameter that errors name.
  public init(
    name: String, description: String? = nil, parameters: JSONValue? = nil, isStrict: Bool = false,
    at path: String = "tools"
  ) throws(ToolError) {
    guard Self.isName(name) else {
      throw ToolError(
        "a function's name must have 1 to \(Self.maximumNameLength) of the characters a-z, A-Z, 0-9, '_', '-' and '.'",
        at: path + ".name")
    }
    self.name = name
    self.description = description
    self.parameters = try Self.checked(parameters, at: path + ".parameters")
    self.isStrict = isStrict
  }

  /// The tools of a request: OpenAI's `tools`, in the form of chat completions (`{"type": "function", "function":
  /// {"name": …}}`), in the flat form of responses (`{"type": "function", "name": …}`), or both mixed.
  ///
  /// Nil and null are no tools.
  /// - Throws: `ToolError` that names the member at fault; also when there are more than 128 tools, when they are larger
  ///   than 512 KiB together, and when two have one name.
  public static func list(from value: JSONValue?) throws(ToolError) -> [ToolDefinition] {
    guard let value, !value.isNull else { return [] }
    guard let elements = value.array else { throw ToolError("tools must be an array of tools", at: "tools") }
    guard elements.count <= maximumCount else {
      throw ToolError("there are \(elements.count) tools; at most \(maximumCount) are allowed", at: "tools")
    }
    guard value.serializedBytes(compact: true).count <= maximumSize else {
      throw ToolError("the tools take more than \(maximumSize >> 10) KiB; shorten their schemas", at: "tools")
    }
    var tools: [ToolDefinition] = []
    var names = Set<String>()
    for (index, element) in elements.enumerated() {
      let tool = try ToolDefinition(element, at: "tools[\(index)]")
      guard names.insert(tool.name).inserted else {
        throw ToolError("two tools are called '\(tool.name)'; names must differ", at: "tools[\(index)]")
      }
      tools.append(tool)
    }
    return tools
  }

  private init(_ value: JSONValue, at path: String) throws(ToolError) {
    guard let object = value.object else { throw ToolError("a tool must be an object", at: path) }
    guard let type = object["type"]?.string else {
      throw ToolError("a tool needs \"type\": \"function\"", at: path + ".type")
    }
    guard type == "function" else {
      throw ToolError("tools of type '\(type.prefix(40))' are not supported, only 'function'", at: path + ".type")
    }
    var function = object
    var place = path
    if let nested = object["function"] {
      place += ".function"
      guard let members = nested.object else { throw ToolError("must be an object", at: place) }
      function = members
    }
    guard let name = function["name"]?.string else {
      throw ToolError("a function needs a name, which must be a string", at: place + ".name")
    }
    var isStrict = false
    if let value = function["strict"] ?? object["strict"], !value.isNull {
      guard let bool = value.bool else { throw ToolError("must be true or false", at: place + ".strict") }
      isStrict = bool
    }
    var description: String?
    if let value = function["description"], !value.isNull {
      guard let text = value.string else { throw ToolError("must be a string", at: place + ".description") }
      description = text
    }
    try self.init(
      name: name, description: description, parameters: function["parameters"], isStrict: isStrict, at: place)
  }

  static func isName(_ name: String) -> Bool {
    (1...maximumNameLength).contains(name.utf8.count) && name.utf8.allSatisfy(\.isNameByte)
  }

  private static func checked(_ parameters: JSONValue?, at path: String) throws(ToolError) -> JSONValue {
    guard let parameters, !parameters.isNull else { return noParameters }
    guard var schema = parameters.object else {
      throw ToolError("must be a JSON Schema, which is an object", at: path)
    }
    if let type = schema["type"] {
      guard type == "object" else {
        throw ToolError("arguments are always an object: the schema's type must be \"object\"", at: path + ".type")
      }
    } else if !["$ref", "allOf", "anyOf", "oneOf"].contains(where: { schema[$0] != nil }) {
      schema["type"] = "object"
    }
    return .object(schema)
  }

  /// The tool as OpenAI writes it, nested, which is what chat templates and models know.
  public var json: JSONValue {
    var function: JSONObject = ["name": .string(name)]
    if let description { function["description"] = .string(description) }
    function["parameters"] = parameters
    return ["type": "function", "function": .object(function)]
  }
}

extension UInt8 {
  /// Whether it may stand in a function's name.
  var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }

  /// Whether it is JSON's white space.
  var isSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
