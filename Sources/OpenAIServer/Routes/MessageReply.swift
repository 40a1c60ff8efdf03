#if Server
  import JSONParsing
  import TextGeneration
  import ToolCalling

  /// A reply in the words of Anthropic's API, whole or as typed events.
  struct MessageReply: Replies {
    private enum Block {
      case thinking(String)
      case text(String)
      case toolUse(id: String, name: String, arguments: String)
    }

    private let id = Identifiers.make("msg_")
    private let model: ServedModel
    private var reply: ChatReply
    private var blocks: [Block] = []
    private var isOpen = false
    private(set) var usage = Usage()

    init(_ turn: ChatTurn, _ model: ServedModel) {
      reply = ChatReply(turn)
      self.model = model
    }

    static let endsWithMark = false

    func failure(_ error: APIError) -> JSONValue {
      ["type": "error", "error": ["type": .string(error.type), "message": .string(error.message)]]
    }

    /// Takes in what happens.
    /// - Returns: The events that a stream sends for it.
    mutating func read(_ update: GenerationUpdate, of prompt: Int) -> [JSONValue] {
      switch update {
      case .progress: return [["type": "ping"]]
      case .promptRead(let reading):
        usage.add(reading)
        return [["type": "message_start", "message": message(isDone: false)]]
      case .event(_, let step):
        if let summary = step.summary { usage.add(summary) }
        var events: [JSONValue] = []
        for part in reply.read(step) { events += take(part) }
        if step.summary != nil {
          if blocks.isEmpty { events += open(.text("")) }
          events += close()
          events.append([
            "type": "message_delta",
            "delta": ["stop_reason": .string(stopReason), "stop_sequence": stopSequence],
            "usage": .object(usage.messages),
          ])
          events.append(["type": "message_stop"])
        }
        return events
      }
    }

    private mutating func take(_ part: ChatOutputEvent) -> [JSONValue] {
      var events: [JSONValue] = []
      switch part {
      case .content(let text):
        if case .text? = blocks.last, isOpen {} else { events = close() + open(.text("")) }
        return events + append(text)
      case .reasoning(let text):
        if case .thinking? = blocks.last, isOpen {} else { events = close() + open(.thinking("")) }
        return events + append(text)
      case .toolCallBegan(let index, let name):
        let id = reply.callIDs.indices.contains(index) ? reply.callIDs[index] : ""
        return close() + open(.toolUse(id: id, name: name, arguments: ""))
      case .toolCallArguments(_, let text): return append(text)
      case .toolCallEnded: return close()
      }
    }

    private mutating func open(_ block: Block) -> [JSONValue] {
      blocks.append(block)
      isOpen = true
      return [
        [
          "type": "content_block_start", "index": .integer(blocks.count - 1),
          "content_block": json(block, isDone: false),
        ]
      ]
    }

    private mutating func append(_ text: String) -> [JSONValue] {
      let index = blocks.count - 1
      let delta: JSONValue
      switch blocks[index] {
      case .text(let before):
        blocks[index] = .text(before + text)
        delta = ["type": "text_delta", "text": .string(text)]
      case .thinking(let before):
        blocks[index] = .thinking(before + text)
        delta = ["type": "thinking_delta", "thinking": .string(text)]
      case .toolUse(let id, let name, let before):
        blocks[index] = .toolUse(id: id, name: name, arguments: before + text)
        delta = ["type": "input_json_delta", "partial_json": .string(text)]
      }
      return [["type": "content_block_delta", "index": .integer(index), "delta": delta]]
    }

    private mutating func close() -> [JSONValue] {
      guard isOpen else { return [] }
      isOpen = false
      return [["type": "content_block_stop", "index": .integer(blocks.count - 1)]]
    }

    private func json(_ block: Block, isDone: Bool) -> JSONValue {
      switch block {
      case .text(let text): return ["type": "text", "text": .string(text)]
      case .thinking(let text): return ["type": "thinking", "thinking": .string(text), "signature": ""]
      case .toolUse(let id, let name, let arguments):
        let input =
          isDone ? (try? JSONValue(parsing: arguments, duplicateKeys: .keepLast)) ?? .object([:]) : .object([:])
        return ["type": "tool_use", "id": .string(id), "name": .string(name), "input": input]
      }
    }

    private var stopReason: String {
      if !reply.callIDs.isEmpty, reply.finishReason == "tool_calls" { return "tool_use" }
      if case .stopString = reply.reason { return "stop_sequence" }
      return reply.finishReason == "length" ? "max_tokens" : "end_turn"
    }

    private var stopSequence: JSONValue {
      if case .stopString(let text) = reply.reason { .string(text) } else { .null }
    }

    private func message(isDone: Bool) -> JSONValue {
      [
        "id": .string(id), "type": "message", "role": "assistant", "model": .string(model.id),
        "content": isDone ? .array(blocks.map { json($0, isDone: true) }) : [],
        "stop_reason": isDone ? .string(stopReason) : .null, "stop_sequence": isDone ? stopSequence : .null,
        "usage": .object(usage.messages),
      ]
    }

    /// The whole reply.
    var whole: JSONValue { message(isDone: true) }
  }
#endif
