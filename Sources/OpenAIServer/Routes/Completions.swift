#if Server
  import Hummingbird
  import JSONParsing
  import TextGeneration

  extension Endpoints {
    /// `POST /completions`: texts that go on from prompts.
    func completions(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      let completion = try await Completion(fields, endpoints: self, model: use.model)
      let generation = try await generation(of: completion.requests, by: use, context: context)
      return try await answer(
        generation, CompletionReplies(completion, use.model), isStreamed: completion.isStreamed, name: "completions")
    }
  }

  /// What a completion request asks for.
  struct Completion: Sendable {
    let requests: [GenerationRequest]
    /// The texts before them, where they were given as texts.
    let prompts: [Prompt]
    let choiceCount: Int
    let isStreamed, includesUsage, echoes, wantsLogProbabilities: Bool

    init(_ fields: RequestFields, endpoints: Endpoints, model: ServedModel) async throws {
      if fields["suffix"].map({ $0.string != "" }) == true {
        throw APIError.unsupported(
          "suffix", "suffix is not supported: these models write on from a prompt, they do not fill gaps; leave it out."
        )
      }
      let limits = endpoints.options.limits
      prompts = try Prompt.prompts(fields, "prompt", most: limits.prompts, model)
      let choices = try fields.int("n", in: 1...limits.choices) ?? 1
      if let best = try fields.int("best_of", in: 1...limits.choices), best != choices {
        throw APIError.unsupported(
          "best_of", "best_of must be as n: of \(choices) texts all are returned; leave it out.")
      }
      choiceCount = choices
      isStreamed = try fields.bool("stream") ?? false
      includesUsage = try fields.fields("stream_options")?.bool("include_usage") ?? false
      let echoes = try fields.bool("echo") ?? false
      let probabilities = try fields.int("logprobs", in: 0...20)
      (self.echoes, wantsLogProbabilities) = (echoes, probabilities != nil)
      var options = try GenerationOptions(fields, model: model, endpoints: endpoints)
      let (own, other) = (
        try fields.int("max_tokens", in: 0...(.max)), try fields.int("max_completion_tokens", in: 0...(.max))
      )
      options.maxTokens = endpoints.maxTokens(own ?? other ?? 16)
      options.topLogProbabilities = probabilities
      options.constraint = try await model.constraint(fields, limits: limits)
      let reuses = try fields.bool("cache_prompt") ?? true
      let priority = try fields.int("priority", in: -1000...1000) ?? 0
      // Whoever only asks how probable a text is needs no room for more.
      let room = options.maxTokens == 0 ? 1 : 0
      let tokens = prompts.map { model.tokens(of: $0) }
      for ids in tokens { try endpoints.checkLength(ids.count - room, model, parameter: "prompt") }
      requests = tokens.map {
        GenerationRequest(
          .tokens($0), options: options, choiceCount: choices, priority: priority,
          promptLogProbabilities: echoes ? probabilities : nil, reusesPrefixes: reuses)
      }
    }
  }

  extension Prompt {
    /// A text, several, token ids, or several lists of them.
    static func prompts(
      _ fields: RequestFields, _ key: String, most: Int, _ model: ServedModel
    ) throws(APIError) -> [Prompt] {
      guard let value = fields[key] else { throw .invalid(key, "\(key) is missing; give a string.") }
      if let text = value.string { return [.text(text)] }
      guard let list = value.array else {
        throw fields.wrongKind(key, value, "a string, an array of strings or of token ids")
      }
      guard !list.isEmpty else { throw .invalid(key, "\(key) is empty; give at least one text.") }
      if list[0].double != nil { return [.tokens(try tokens(list, at: key, model))] }
      guard list.count <= most else { throw .invalid(key, "\(key) has \(list.count) texts; give at most \(most).") }
      var prompts: [Prompt] = []
      for (index, element) in list.enumerated() {
        if let text = element.string {
          prompts.append(.text(text))
        } else if let ids = element.array, !ids.isEmpty {
          prompts.append(.tokens(try tokens(ids, at: "\(key)[\(index)]", model)))
        } else {
          throw .invalid("\(key)[\(index)]", "\(key)[\(index)] must be a string or an array of token ids.")
        }
      }
      return prompts
    }

    private static func tokens(
      _ list: [JSONValue], at place: String, _ model: ServedModel
    ) throws(APIError) -> [Int] {
      var ids: [Int] = []
      for (index, value) in list.enumerated() {
        guard let id = value.int, (0..<model.vocabularySize).contains(id) else {
          throw .invalid(
            "\(place)[\(index)]",
            "\(place)[\(index)] is no token of this model, which has 0 to \(model.vocabularySize - 1). Token ids of another "
              + "model's tokenizer cannot be used; send text (in LangChain: check_embedding_ctx_length=False).")
        }
        ids.append(id)
      }
      return ids
    }
  }
#endif
