import JSONParsing
import Testing
import ToolCalling

@Suite struct ToolDefinitionTests {
  @Test func readsBothOfOpenAIsForms() throws {
    let tools = try ToolDefinition.list(
      from: JSONValue(
        parsing: #"""
          [{"type": "function", "function": {"name": "get.it-1_", "description": "Gets.", "strict": true,
            "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}},
           {"type": "function", "name": "flat", "description": null, "parameters": null, "strict": null, "x": 1},
           {"type": "function", "name": "bare", "parameters": {"properties": {}}}]
          """#))
    #expect(tools.map(\.name) == ["get.it-1_", "flat", "bare"])
    #expect(tools.map(\.description) == ["Gets.", nil, nil])
    #expect(tools.map(\.isStrict) == [true, false, false])
    #expect(tools[0].parameters["properties"]?["a"] == ["type": "integer"])
    #expect(tools[1].parameters == ToolDefinition.noParameters)
    #expect(tools[2].parameters["type"] == "object")
    #expect(try ToolDefinition.list(from: .array(tools.map(\.json))).map(\.name) == tools.map(\.name))
    #expect(try ToolDefinition.list(from: nil).isEmpty && ToolDefinition.list(from: .null).isEmpty)
  }

  @Test(arguments: [
    (#"{}"#, "tools"), (#"[1]"#, "tools[0]"), (#"[{"function": {"name": "a"}}]"#, "tools[0].type"),
    (#"[{"type": "web_search"}]"#, "tools[0].type"), (#"[{"type": "function"}]"#, "tools[0].name"),
    (#"[{"type": "function", "function": []}]"#, "tools[0].function"),
    (
      #"[{"type": "function", "name": "a"}, {"type": "function", "function": {"name": "ä"}}]"#, "tools[1].function.name"
    ),
    (#"[{"type": "function", "function": {"name": ""}}]"#, "tools[0].function.name"),
    (#"[{"type": "function", "function": {"name": 1}}]"#, "tools[0].function.name"),
    (#"[{"type": "function", "name": "a", "parameters": []}]"#, "tools[0].parameters"),
    (#"[{"type": "function", "name": "a", "parameters": {"type": "string"}}]"#, "tools[0].parameters.type"),
    (#"[{"type": "function", "function": {"name": "a", "strict": 1}}]"#, "tools[0].function.strict"),
    (#"[{"type": "function", "name": "a", "description": 1}]"#, "tools[0].description"),
    (#"[{"type": "function", "name": "a"}, {"type": "function", "name": "a"}]"#, "tools[1]"),
  ])
  func whatIsNoToolIsAnError(_ text: String, _ parameter: String) throws {
    let value = try JSONValue(parsing: text)
    let error = try #require(throws: ToolError.self) { try ToolDefinition.list(from: value) }
    #expect(error.parameter == parameter)
  }

  @Test func toolsHaveLimits() throws {
    func tool(_ name: String, _ description: String = "") -> JSONValue {
      ["type": "function", "name": .string(name), "description": .string(description)]
    }
    #expect(try ToolDefinition.list(from: .array((0..<128).map { tool("f\($0)") })).count == 128)
    #expect(throws: ToolError.self) { try ToolDefinition.list(from: .array((0..<129).map { tool("f\($0)") })) }
    #expect(throws: ToolError.self) {
      try ToolDefinition.list(from: [tool("f", String(repeating: "x", count: 1 << 19))])
    }
    #expect(try ToolDefinition.list(from: [tool(String(repeating: "x", count: 64))]).count == 1)
    #expect(throws: ToolError.self) { try ToolDefinition.list(from: [tool(String(repeating: "x", count: 65))]) }
  }

  @Test func readsTheChoice() throws {
    let tools = [try ToolDefinition(name: "f"), try ToolDefinition(name: "g")]
    let nested: JSONValue = ["type": "function", "function": ["name": "g"]]
    #expect(try ToolChoice(from: nil, tools: tools) == .auto)
    #expect(try ToolChoice(from: .null, tools: []) == ToolChoice.none)
    #expect(try ToolChoice(from: "auto", tools: []) == ToolChoice.none)
    #expect(try ToolChoice(from: "auto", tools: tools) == .auto)
    #expect(try ToolChoice(from: "none", tools: tools) == ToolChoice.none)
    #expect(try ToolChoice(from: "required", tools: tools) == .required)
    #expect(try ToolChoice(from: nested, tools: tools) == .named("g"))
    #expect(try ToolChoice(from: ["type": "function", "name": "f"], tools: tools) == .named("f"))
    for (value, parameter): (JSONValue, String) in [
      ("any", "tool_choice"), (1, "tool_choice"), (["type": "custom"], "tool_choice.type"),
      (["type": "function"], "tool_choice.name"), (["type": "function", "name": "h"], "tool_choice.name"),
      (["type": "function", "function": ["name": "h"]], "tool_choice.function.name"),
    ] {
      let error = try #require(throws: ToolError.self) { try ToolChoice(from: value, tools: tools) }
      #expect(error.parameter == parameter)
    }
    #expect(throws: ToolError.self) { try ToolChoice(from: "required", tools: []) }
    #expect(throws: ToolError.self) { try ToolChoice(from: nested, tools: []) }
  }
}
