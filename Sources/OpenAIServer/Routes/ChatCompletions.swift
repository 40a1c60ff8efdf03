#if Server
  import Hummingbird
  import JSONParsing
  import TextGeneration
  import ToolCalling

  extension Endpoints {
    /// `POST /chat/completions`: the next message of a conversation.
    func chatCompletions(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      let chat = try await ChatCompletion(fields, endpoints: self, model: use.model)
      let generation = try await generation(of: [chat.turn.request], by: use, context: context)
      return try await answer(
        generation, ChatReplies(chat, use.model), isStreamed: chat.isStreamed, name: "chat/completions")
    }
  }

  /// What a chat request asks for.
  struct ChatCompletion: Sendable {
    let turn: ChatTurn
    let isStreamed, includesUsage, wantsLogProbabilities: Bool

    init(_ fields: RequestFields, endpoints: Endpoints, model: ServedModel) async throws {
      let limits = endpoints.options.limits
      isStreamed = try fields.bool("stream") ?? false
      includesUsage = try fields.fields("stream_options")?.bool("include_usage") ?? false
      wantsLogProbabilities = try fields.bool("logprobs") ?? false
      let alternatives = try fields.int("top_logprobs", in: 0...20)
      if alternatives != nil, !wantsLogProbabilities {
        throw APIError.invalid("top_logprobs", "top_logprobs is given without logprobs; set logprobs to true too.")
      }
      var options = try GenerationOptions(fields, model: model, endpoints: endpoints)
      let (newer, older) = (
        try fields.int("max_completion_tokens", in: 1...(.max)), try fields.int("max_tokens", in: 1...(.max))
      )
      options.maxTokens = endpoints.maxTokens(newer ?? older)
      if wantsLogProbabilities { options.topLogProbabilities = alternatives ?? 0 }
      options.constraint = try await model.constraint(fields, limits: limits)
      var parts = ChatTurn.Parts(messages: try ChatMessages(fields), options: options)
      parts.choiceCount = try fields.int("n", in: 1...limits.choices) ?? 1
      parts.priority = try fields.int("priority", in: -1000...1000) ?? 0
      parts.reusesPrefixes = try fields.bool("cache_prompt") ?? true
      parts.continuesLastMessage = try fields.bool("continue_final_message") ?? false
      if let adds = try fields.bool("add_generation_prompt") {
        if adds, parts.continuesLastMessage {
          throw APIError.invalid(
            "add_generation_prompt", "add_generation_prompt and continue_final_message exclude each other; choose one.")
        }
        parts.addsGenerationPrompt = adds
      }
      parts.variables = try fields.fields("chat_template_kwargs")?.object ?? [:]
      if let effort = try fields.string("reasoning_effort", most: 40) {
        parts.variables["reasoning_effort"] = .string(effort)
      }
      if fields["chat_template"] != nil {
        throw APIError.unsupported("chat_template", "templates of requests are not run; leave chat_template out.")
      }
      parts.grammar = try await ResponseFormat.grammar(fields, "response_format", limits: limits)
      try parts.readTools(fields)
      turn = try await ChatTurn(parts, model: model, endpoints: endpoints)
    }
  }

  extension ChatTurn.Parts {
    /// Reads `tools`, `tool_choice` and `parallel_tool_calls`.
    mutating func readTools(_ fields: RequestFields) throws(APIError) {
      do throws(ToolError) {
        tools = try ToolDefinition.list(from: fields["tools"])
        toolChoice = try ToolChoice(from: fields["tool_choice"], tools: tools)
      } catch { throw .invalid(error.parameter, error.message) }
      allowsParallelCalls = try fields.bool("parallel_tool_calls") ?? true
    }
  }
#endif
