#if Server
  import Hummingbird
  import JSONParsing
  import TextGeneration
  import ToolCalling

  extension Endpoints {
    /// `POST /messages`: the same in the words of Anthropic's API.
    func messages(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      _ = try fields.required("max_tokens", fields["max_tokens"])
      let turn = try await ChatTurn(messageParts(fields, use.model), model: use.model, endpoints: self)
      let isStreamed = try fields.bool("stream") ?? false
      let generation = try await generation(of: [turn.request], by: use, context: context)
      return try await answer(
        generation, MessageReply(turn, use.model), isStreamed: isStreamed, name: "messages")
    }

    /// `POST /messages/count_tokens`
    func messageTokens(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      return countTokens(try await ChatTurn(messageParts(fields, use.model), model: use.model, endpoints: self))
    }

    private func messageParts(_ fields: RequestFields, _ model: ServedModel) throws -> ChatTurn.Parts {
      var options = try GenerationOptions(fields, model: model, endpoints: self)
      options.maxTokens = maxTokens(try fields.int("max_tokens", in: 1...(.max)))
      options.stopStrings += try fields.texts("stop_sequences", most: self.options.limits.stopStrings) ?? []
      var parts = ChatTurn.Parts(messages: try ChatMessages(anthropic: fields), options: options)
      do throws(ToolError) {
        parts.tools = try ToolDefinition.list(from: try Self.tools(fields))
        parts.toolChoice = try ToolChoice(from: Self.toolChoice(fields), tools: parts.tools)
      } catch { throw APIError.invalid(error.parameter, error.message) }
      parts.allowsParallelCalls = !(fields["tool_choice"]?["disable_parallel_tool_use"]?.bool ?? false)
      return parts
    }

    /// Anthropic's tools in OpenAI's words.
    private static func tools(_ fields: RequestFields) throws(ToolError) -> JSONValue? {
      guard let tools = fields["tools"] else { return nil }
      guard let list = tools.array else { throw ToolError("must be an array", at: "tools") }
      return .array(
        list.map { tool in
          guard let object = tool.object else { return tool }
          var function: JSONObject = [:]
          if let name = object["name"] { function["name"] = name }
          if let description = object["description"] { function["description"] = description }
          if let schema = object["input_schema"] { function["parameters"] = schema }
          return ["type": "function", "function": .object(function)]
        })
    }

    private static func toolChoice(_ fields: RequestFields) -> JSONValue? {
      guard let choice = fields["tool_choice"], let type = choice["type"]?.string else { return fields["tool_choice"] }
      switch type {
      case "any": return "required"
      case "tool": return ["type": "function", "function": ["name": choice["name"] ?? .null]]
      default: return .string(type)
      }
    }
  }

  extension ChatMessages {
    /// Reads `system` and `messages` with Anthropic's blocks.
    init(anthropic fields: RequestFields) throws(APIError) {
      var messages: [JSONObject] = []
      if let system = try Self.content(fields, "system") {
        messages.append(["role": "system", "content": .string(system)])
      }
      let list = try fields.required("messages", fields.array("messages", most: Self.most))
      guard !list.isEmpty else { throw .invalid("messages", "messages is empty; give at least one message.") }
      for (index, value) in list.enumerated() {
        messages += try Self.blocks(RequestFields.fields(value, at: "messages[\(index)]"))
      }
      self.init(messages)
    }

    private static func blocks(_ message: RequestFields) throws(APIError) -> [JSONObject] {
      let role = try message.required("role", message.string("role"))
      guard ["user", "assistant"].contains(role) else {
        throw .invalid(
          message.place("role"), "\(message.place("role")) is '\(role.prefix(40))'; give user or assistant.")
      }
      guard let content = message["content"] else {
        throw .invalid(message.place("content"), "\(message.place("content")) is missing; give a string.")
      }
      if let text = content.string { return [["role": .string(role), "content": .string(text)]] }
      guard let list = content.array else {
        throw message.wrongKind("content", content, "a string or an array of blocks")
      }
      var (text, calls, results): (String, [JSONValue], [JSONObject]) = ("", [], [])
      for (index, value) in list.enumerated() {
        let block = try RequestFields.fields(value, at: "\(message.place("content"))[\(index)]")
        switch try block.required("type", block.string("type")) {
        case "text": text += try block.required("text", block.string("text"))
        case "thinking", "redacted_thinking": break
        case "tool_use":
          let name = try block.required("name", block.string("name"))
          calls.append(toolCall(try block.string("id"), name, block["input"]))
        case "tool_result":
          results.append([
            "role": "tool", "tool_call_id": .string(try block.string("tool_use_id") ?? ""),
            "content": .string(try Self.content(block, "content") ?? ""),
          ])
        case let type:
          throw .unsupported(
            block.place("type"),
            "\(block.place("type")) is '\(type.prefix(40))': this model takes text only; leave it out.")
        }
      }
      if text.isEmpty, calls.isEmpty, !results.isEmpty { return results }
      var said: JSONObject = ["role": .string(role), "content": .string(text)]
      if !calls.isEmpty { said["tool_calls"] = .array(calls) }
      return results + [said]
    }
  }
#endif
