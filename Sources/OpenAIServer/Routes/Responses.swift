#if Server
  import Hummingbird
  import JSONParsing
  import TextGeneration
  import ToolCalling

  extension Endpoints {
    /// `POST /responses`: OpenAI's newer API. Nothing is stored: every request brings its conversation.
    func responses(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      let turn = try await ChatTurn(responseParts(fields, use.model), model: use.model, endpoints: self)
      let echo = ResponseEcho(fields, use.model)
      let isStreamed = try fields.bool("stream") ?? false
      let generation = try await generation(of: [turn.request], by: use, context: context)
      return try await answer(
        generation, ResponseReply(turn, echo), isStreamed: isStreamed, name: "responses")
    }

    /// `POST /responses/input_tokens`
    func responseTokens(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      return countTokens(try await ChatTurn(responseParts(fields, use.model), model: use.model, endpoints: self))
    }

    private func responseParts(_ fields: RequestFields, _ model: ServedModel) async throws -> ChatTurn.Parts {
      if let id = try fields.string("previous_response_id") {
        throw APIError.unsupported(
          "previous_response_id", "responses are not stored, so '\(id.prefix(60))' is not known; send the conversation."
        )
      }
      var options = try GenerationOptions(fields, model: model, endpoints: self)
      options.maxTokens = maxTokens(try fields.int("max_output_tokens", in: 1...(.max)))
      var parts = ChatTurn.Parts(messages: try ChatMessages(responses: fields), options: options)
      parts.parameter = "input"
      if let text = try fields.fields("text") {
        parts.grammar = try await ResponseFormat.grammar(text, "format", limits: self.options.limits)
      }
      if let effort = try fields.fields("reasoning")?.string("effort", most: 40) {
        parts.variables["reasoning_effort"] = .string(effort)
      }
      try parts.readTools(fields)
      return parts
    }
  }

  extension ChatMessages {
    /// Reads `instructions` and `input`.
    init(responses fields: RequestFields) throws(APIError) {
      var messages: [JSONObject] = []
      if let instructions = try fields.string("instructions") {
        messages.append(["role": "system", "content": .string(instructions)])
      }
      guard let input = fields["input"] else { throw .invalid("input", "input is missing; give a string.") }
      if let text = input.string {
        messages.append(["role": "user", "content": .string(text)])
      } else {
        let list = try fields.array("input", most: Self.most) ?? []
        guard !list.isEmpty else { throw .invalid("input", "input is empty; give at least one item.") }
        for (index, item) in list.enumerated() {
          if let message = try Self.item(RequestFields.fields(item, at: "input[\(index)]")) { messages.append(message) }
        }
      }
      self.init(Self.joined(messages))
    }

    private static func item(_ item: RequestFields) throws(APIError) -> JSONObject? {
      switch try item.string("type") ?? "message" {
      case "message":
        let role = try item.required("role", item.string("role"))
        guard ["system", "developer", "user", "assistant"].contains(role) else {
          throw .invalid(item.place("role"), "\(item.place("role")) is '\(role.prefix(40))'; give user or assistant.")
        }
        let content = try item.required("content", content(item, "content"))
        return ["role": .string(role), "content": .string(content)]
      case "function_call":
        let name = try item.required("name", item.string("name"))
        let call = toolCall(try item.string("call_id"), name, .string(try item.string("arguments") ?? "{}"))
        return ["role": "assistant", "content": .null, "tool_calls": [call]]
      case "function_call_output":
        let output = try item.required("output", content(item, "output"))
        return [
          "role": "tool", "content": .string(output), "tool_call_id": .string(try item.string("call_id") ?? ""),
        ]
      case "reasoning": return nil
      case let type:
        throw .unsupported(item.place("type"), "\(item.place("type")) is '\(type.prefix(40))', which is not supported.")
      }
    }

    /// Calls that follow each other are of one message.
    private static func joined(_ messages: [JSONObject]) -> [JSONObject] {
      messages.reduce(into: []) { result, message in
        guard let calls = message["tool_calls"]?.array, let last = result.last,
          let earlier = last["tool_calls"]?.array
        else { return result.append(message) }
        result[result.count - 1]["tool_calls"] = .array(earlier + calls)
      }
    }
  }
#endif
