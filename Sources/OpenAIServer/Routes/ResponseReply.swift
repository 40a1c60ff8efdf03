#if Server
  import JSONParsing
  import TextGeneration
  import ToolCalling

  /// What a response repeats of its request.
  struct ResponseEcho: Sendable {
    let id = Identifiers.make("resp_")
    let created = Identifiers.now
    let fields: JSONObject

    init(_ request: RequestFields, _ model: ServedModel) {
      var fields: JSONObject = [
        "id": .string(id), "object": "response", "created_at": .integer(created), "status": "in_progress",
        "error": .null, "incomplete_details": .null, "model": .string(model.id),
      ]
      for key in ["instructions", "max_output_tokens", "temperature", "top_p", "metadata", "user"] {
        fields[key] = request.object[key] ?? .null
      }
      fields["output"] = []
      fields["parallel_tool_calls"] = request["parallel_tool_calls"] ?? true
      fields["previous_response_id"] = .null
      fields["reasoning"] = request["reasoning"] ?? ["effort": .null, "summary": .null]
      fields["store"] = false
      fields["text"] = request["text"] ?? ["format": ["type": "text"]]
      fields["tool_choice"] = request["tool_choice"] ?? "auto"
      fields["tools"] = request["tools"] ?? []
      fields["truncation"] = "disabled"
      fields["usage"] = .null
      self.fields = fields
    }
  }

  /// A response as it grows, whole or as typed events: items of reasoning, text and function calls, one after another.
  struct ResponseReply: Replies {
    private enum Item {
      case reasoning(id: String, text: String)
      case message(id: String, text: String)
      case call(id: String, callID: String, name: String, arguments: String)
    }

    private let echo: ResponseEcho
    private var reply: ChatReply
    private var items: [Item] = []
    private var isOpen = false
    private var number = -1
    private(set) var usage = Usage()

    init(_ turn: ChatTurn, _ echo: ResponseEcho) {
      reply = ChatReply(turn)
      self.echo = echo
    }

    static let endsWithMark = false

    mutating func openings() -> [JSONValue] {
      ["response.created", "response.in_progress"].map { event($0, ["response": .object(echo.fields)]) }
    }

    func failure(_ error: APIError) -> JSONValue {
      var fields = error.json["error"]?.object ?? [:]
      fields["type"] = "error"
      return .object(fields)
    }

    /// Takes in what happens.
    /// - Returns: The events that a stream sends for it.
    mutating func read(_ update: GenerationUpdate, of prompt: Int) -> [JSONValue] {
      switch update {
      case .progress: return []
      case .promptRead(let reading):
        usage.add(reading)
        return []
      case .event(_, let step):
        if let summary = step.summary { usage.add(summary) }
        var events: [JSONValue] = []
        for part in reply.read(step) { events += take(part) }
        if step.summary != nil {
          if items.isEmpty { events += open(.message(id: Identifiers.make("msg_"), text: "")) }
          events += close()
          events.append(event(isComplete ? "response.completed" : "response.incomplete", ["response": whole]))
        }
        return events
      }
    }

    private mutating func take(_ part: ChatOutputEvent) -> [JSONValue] {
      switch part {
      case .content(let text):
        var events: [JSONValue] = []
        if case .message? = items.last, isOpen {
        } else {
          events = close() + open(.message(id: Identifiers.make("msg_"), text: ""))
        }
        return events + [append(text)]
      case .reasoning(let text):
        var events: [JSONValue] = []
        if case .reasoning? = items.last, isOpen {
        } else {
          events = close() + open(.reasoning(id: Identifiers.make("rs_"), text: ""))
        }
        return events + [append(text)]
      case .toolCallBegan(let index, let name):
        let callID = reply.callIDs.indices.contains(index) ? reply.callIDs[index] : ""
        return close() + open(.call(id: Identifiers.make("fc_"), callID: callID, name: name, arguments: ""))
      case .toolCallArguments(_, let text): return [append(text)]
      case .toolCallEnded: return close()
      }
    }

    private mutating func open(_ item: Item) -> [JSONValue] {
      items.append(item)
      isOpen = true
      let index = items.count - 1
      var events = [
        event("response.output_item.added", ["output_index": .integer(index), "item": json(item, isDone: false)])
      ]
      if case .message(let id, _) = item {
        events.append(
          event(
            "response.content_part.added",
            [
              "item_id": .string(id), "output_index": .integer(index), "content_index": 0,
              "part": ["type": "output_text", "text": "", "annotations": []],
            ]))
      }
      return events
    }

    private mutating func append(_ text: String) -> JSONValue {
      let index = items.count - 1
      let place: JSONObject = ["output_index": .integer(index), "delta": .string(text)]
      switch items[index] {
      case .message(let id, let before):
        items[index] = .message(id: id, text: before + text)
        return event(
          "response.output_text.delta", place.adding(["item_id": .string(id), "content_index": 0, "logprobs": []]))
      case .reasoning(let id, let before):
        items[index] = .reasoning(id: id, text: before + text)
        return event("response.reasoning_text.delta", place.adding(["item_id": .string(id), "content_index": 0]))
      case .call(let id, let callID, let name, let before):
        items[index] = .call(id: id, callID: callID, name: name, arguments: before + text)
        return event("response.function_call_arguments.delta", place.adding(["item_id": .string(id)]))
      }
    }

    private mutating func close() -> [JSONValue] {
      guard isOpen, let item = items.last else { return [] }
      isOpen = false
      let index = items.count - 1
      var events: [JSONValue] = []
      switch item {
      case .message(let id, let text):
        let place: JSONObject = ["item_id": .string(id), "output_index": .integer(index), "content_index": 0]
        events.append(event("response.output_text.done", place.adding(["text": .string(text), "logprobs": []])))
        events.append(
          event(
            "response.content_part.done",
            place.adding(["part": ["type": "output_text", "text": .string(text), "annotations": []]])))
      case .reasoning(let id, let text):
        events.append(
          event(
            "response.reasoning_text.done",
            [
              "item_id": .string(id), "output_index": .integer(index), "content_index": 0, "text": .string(text),
            ]))
      case .call(let id, _, let name, let arguments):
        events.append(
          event(
            "response.function_call_arguments.done",
            [
              "item_id": .string(id), "output_index": .integer(index), "name": .string(name),
              "arguments": .string(arguments),
            ]))
      }
      events.append(
        event("response.output_item.done", ["output_index": .integer(index), "item": json(item, isDone: true)]))
      return events
    }

    private func json(_ item: Item, isDone: Bool) -> JSONValue {
      let status: JSONValue = isDone ? "completed" : "in_progress"
      switch item {
      case .message(let id, let text):
        return [
          "type": "message", "id": .string(id), "role": "assistant", "status": status,
          "content": isDone ? [["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]] : [],
        ]
      case .reasoning(let id, let text):
        return [
          "type": "reasoning", "id": .string(id), "summary": [], "status": status,
          "content": isDone ? [["type": "reasoning_text", "text": .string(text)]] : [],
        ]
      case .call(let id, let callID, let name, let arguments):
        return [
          "type": "function_call", "id": .string(id), "call_id": .string(callID), "name": .string(name),
          "arguments": .string(arguments), "status": status,
        ]
      }
    }

    private mutating func event(_ type: String, _ fields: JSONObject) -> JSONValue {
      number += 1
      let start: JSONObject = ["type": .string(type), "sequence_number": .integer(number)]
      return .object(start.adding(fields))
    }

    private var isComplete: Bool { reply.finishReason != "length" }

    /// The whole response.
    var whole: JSONValue {
      var fields = echo.fields
      fields["status"] = isComplete ? "completed" : "incomplete"
      if !isComplete { fields["incomplete_details"] = ["reason": "max_output_tokens"] }
      fields["output"] = .array(items.map { json($0, isDone: true) })
      fields["usage"] = .object(
        usage.inputOutput.adding([
          "total_tokens": .integer(usage.promptTokens + usage.generatedTokens),
          "input_tokens_details": ["cached_tokens": .integer(usage.reusedTokens)],
          "output_tokens_details": ["reasoning_tokens": 0],
        ]))
      return .object(fields)
    }
  }

  extension JSONObject {
    /// These members and further ones.
    func adding(_ others: JSONObject) -> JSONObject {
      others.pairs.reduce(into: self) { $0[$1.0] = $1.1 }
    }
  }
#endif
