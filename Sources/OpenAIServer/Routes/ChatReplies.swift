#if Server
  import JSONParsing
  import TextGeneration
  import ToolCalling

  /// The messages of a chat request as they grow, whole or in chunks.
  struct ChatReplies: Replies {
    private let chat: ChatCompletion
    private let model: ServedModel
    private let envelope: ReplyEnvelope
    private var replies: [ChatReply]
    private(set) var usage = Usage()

    init(_ chat: ChatCompletion, _ model: ServedModel) {
      (self.chat, self.model) = (chat, model)
      envelope = ReplyEnvelope("chatcmpl-", model)
      replies = Array(repeating: ChatReply(chat.turn), count: chat.turn.request.choiceCount)
    }

    /// Who speaks.
    func openings() -> [JSONValue] {
      replies.indices.map { chunk($0, ["role": "assistant", "content": ""], scored: nil, reason: nil) }
    }

    /// Takes in what happens.
    /// - Returns: The chunks that a stream sends for it.
    mutating func read(_ update: GenerationUpdate, of prompt: Int) -> [JSONValue] {
      switch update {
      case .progress: return []
      case .promptRead(let reading):
        usage.add(reading)
        return []
      case .event(let choice, let event):
        if let summary = event.summary { usage.add(summary) }
        var chunks: [JSONValue] = []
        var scored = event.scoredToken
        for part in replies[choice].read(event) {
          guard let delta = delta(part, choice) else { continue }
          chunks.append(chunk(choice, delta, scored: scored, reason: nil))
          scored = nil
        }
        // A token may bring no text yet, but its probability counts.
        if let scored { chunks.append(chunk(choice, [:], scored: scored, reason: nil)) }
        if event.summary != nil {
          chunks.append(chunk(choice, [:], scored: nil, reason: replies[choice].finishReason))
        }
        return chunks
      }
    }

    private func delta(_ part: ChatOutputEvent, _ choice: Int) -> JSONObject? {
      switch part {
      case .content(let text): return ["content": .string(text)]
      case .reasoning(let text): return ["reasoning_content": .string(text)]
      case .toolCallBegan(let index, let name):
        guard replies[choice].callIDs.indices.contains(index) else { return nil }
        return [
          "tool_calls": [
            [
              "index": .integer(index), "id": .string(replies[choice].callIDs[index]), "type": "function",
              "function": ["name": .string(name), "arguments": ""],
            ]
          ]
        ]
      case .toolCallArguments(let index, let text):
        return ["tool_calls": [["index": .integer(index), "function": ["arguments": .string(text)]]]]
      case .toolCallEnded: return nil
      }
    }

    private func chunk(
      _ choice: Int, _ delta: JSONObject, scored: ScoredToken?, reason: String?
    ) -> JSONValue {
      envelope.json(
        "chat.completion.chunk",
        [
          [
            "index": .integer(choice), "delta": .object(delta),
            "logprobs": scored.map { ["content": [model.tokenizer.chatLogProbability($0)]] } ?? .null,
            "finish_reason": reason.map(JSONValue.string) ?? .null,
          ]
        ])
    }

    /// The whole response.
    var whole: JSONValue {
      envelope.json(
        "chat.completion",
        replies.enumerated().map { index, reply in
          [
            "index": .integer(index), "message": .object(message(reply)),
            "logprobs": chat.wantsLogProbabilities
              ? ["content": .array(reply.scored.map { model.tokenizer.chatLogProbability($0) })] : .null,
            "finish_reason": .string(reply.finishReason),
          ]
        }, usage: usage)
    }

    private func message(_ reply: ChatReply) -> JSONObject {
      var message: JSONObject = [
        "role": "assistant",
        "content": reply.output.content.isEmpty && !reply.callIDs.isEmpty ? .null : .string(reply.output.content),
        "refusal": .null,
      ]
      if !reply.output.reasoning.isEmpty { message["reasoning_content"] = .string(reply.output.reasoning) }
      if !reply.callIDs.isEmpty {
        message["tool_calls"] = .array(
          reply.toolCalls.map { id, call in
            [
              "id": .string(id), "type": "function",
              "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
            ]
          })
      }
      return message
    }

    /// Usage, where it was asked for.
    var closings: [JSONValue] {
      chat.includesUsage ? [envelope.json("chat.completion.chunk", [], usage: usage)] : []
    }
  }
#endif
