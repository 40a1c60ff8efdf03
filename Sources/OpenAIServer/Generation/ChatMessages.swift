#if Server
  import JSONParsing

  /// A conversation as a request gives it, checked and in the form that templates expect: every content a string, the
  /// arguments of tool calls objects.
  struct ChatMessages {
    private(set) var messages: [JSONObject] = []

    private static let roles: Set<String> = ["system", "developer", "user", "assistant", "tool", "function"]
    static let most = 4096

    /// Reads `messages`.
    init(_ request: RequestFields) throws(APIError) {
      let list = try request.required("messages", request.array("messages", most: Self.most))
      guard !list.isEmpty else { throw .invalid("messages", "messages is empty; give at least one message.") }
      for (index, value) in list.enumerated() {
        messages.append(try Self.message(RequestFields.fields(value, at: "messages[\(index)]")))
      }
      let lastTwo = messages.suffix(2).map { $0["role"]?.string }
      if lastTwo == ["assistant", "assistant"] {
        throw .invalid("messages", "the last two messages are both the assistant's; join them, or let the user answer.")
      }
    }

    /// Messages that are known to be right.
    init(_ messages: [JSONObject]) { self.messages = messages }

    private static func message(_ fields: RequestFields) throws(APIError) -> JSONObject {
      let role = try fields.required("role", fields.string("role"))
      guard roles.contains(role) else {
        throw .invalid(
          fields.place("role"),
          "\(fields.place("role")) is '\(role.prefix(40))'; give system, developer, user, assistant or tool.")
      }
      var message: JSONObject = ["role": .string(role)]
      let calls = try toolCalls(fields)
      if let content = try content(fields, "content") {
        message["content"] = .string(content)
      } else if role == "assistant" {
        // Nothing said beside the calls; templates ask for the key.
        message["content"] = calls.isEmpty ? "" : .null
      } else {
        throw .invalid(fields.place("content"), "\(fields.place("content")) is missing; give a string.")
      }
      if !calls.isEmpty {
        guard role == "assistant" else {
          throw .invalid(fields.place("tool_calls"), "\(fields.place("tool_calls")): only the assistant calls tools.")
        }
        message["tool_calls"] = .array(calls)
      }
      for key in ["name", "tool_call_id", "reasoning_content"] {
        if let text = try fields.string(key) { message[key] = .string(text) }
      }
      // gpt-oss's template has its own word for it.
      if let reasoning = message["reasoning_content"] { message["thinking"] = reasoning }
      return message
    }

    /// A text, or the texts of parts put together.
    static func content(_ fields: RequestFields, _ key: String) throws(APIError) -> String? {
      guard let value = fields[key] else { return nil }
      if let text = value.string { return text }
      guard let parts = value.array else { throw fields.wrongKind(key, value, "a string or an array of parts") }
      var text = ""
      for (index, part) in parts.enumerated() {
        let part = try RequestFields.fields(part, at: "\(fields.place(key))[\(index)]")
        let type = try part.required("type", part.string("type"))
        switch type {
        case "text", "input_text", "output_text":
          text += try part.required("text", part.string("text"))
        case "refusal": text += try part.required("refusal", part.string("refusal"))
        default:
          throw .unsupported(
            part.place("type"),
            "\(part.place("type")) is '\(type.prefix(40))': this model takes text only; leave it out.")
        }
      }
      return text
    }

    private static func toolCalls(_ fields: RequestFields) throws(APIError) -> [JSONValue] {
      guard let list = try fields.array("tool_calls", most: 128) else { return [] }
      var calls: [JSONValue] = []
      for (index, value) in list.enumerated() {
        let call = try RequestFields.fields(value, at: "\(fields.place("tool_calls"))[\(index)]")
        let function = try call.required("function", call.fields("function"))
        let name = try function.required("name", function.string("name"))
        calls.append(Self.toolCall(try call.string("id"), name, function["arguments"]))
      }
      return calls
    }

    /// A call as templates expect it, with its arguments as an object.
    /// - Parameter arguments: An object, or its text; what is no JSON stays the text that it is.
    static func toolCall(_ id: String?, _ name: String, _ arguments: JSONValue?) -> JSONValue {
      var arguments = arguments ?? .object([:])
      if let text = arguments.string {
        arguments = (try? JSONValue(parsing: text, duplicateKeys: .keepLast)) ?? .string(text)
      }
      return [
        "id": .string(id ?? ""), "type": "function", "function": ["name": .string(name), "arguments": arguments],
      ]
    }

    /// The same conversation where templates know no developer.
    func sayingSystem() -> ChatMessages {
      ChatMessages(
        messages.map { message in
          var message = message
          if message["role"]?.string == "developer" { message["role"] = "system" }
          return message
        })
    }

    /// The same conversation with something more for the system to say.
    func addingToSystem(_ text: String) -> ChatMessages {
      var messages = messages
      if let first = messages.first, ["system", "developer"].contains(first["role"]?.string) {
        messages[0]["content"] = .string((first["content"]?.string ?? "") + "\n\n" + text)
      } else {
        messages.insert(["role": "system", "content": .string(text)], at: 0)
      }
      return ChatMessages(messages)
    }
  }
#endif
