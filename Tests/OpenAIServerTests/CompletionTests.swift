#if Server
  import JSONParsing
  import LanguageModels
  import Testing
  import TextGeneration
  import Tokenization

  @Suite struct CompletionTests {
    @Test func aCompletionIsTheGeneratorsText() async throws {
      let model = try BuiltInModel.gpt.folder()
      let generator = Generator(
        model: try .load(from: model), tokenizer: try .load(forModel: model))
      let alone = try generator.text(
        after: "Once upon a time", options: GenerationOptions(sampling: .greedy, maxTokens: 40))
      try await Server.run { server in
        let request: JSONValue = [
          "model": "tiny-gpt", "prompt": "Once upon a time", "max_tokens": 40, "temperature": 0,
        ]
        for path in ["/v1/completions", "/completions"] {
          let answer = try await server.post(path, request)
          #expect(answer.status == 200)
          let json = try answer.json
          #expect("Once upon a time" + (json["choices", 0, "text"]?.string ?? "") == alone)
          #expect(json["object"] == "text_completion" && json["choices", 0, "finish_reason"] == "length")
          #expect(json["usage", "completion_tokens"] == 40)
        }
        // In pieces it is the same, and the shared prompt is read once.
        var streamed = request.object ?? [:]
        streamed["stream"] = true
        streamed["stream_options"] = ["include_usage": true]
        let answer = try await server.post("/v1/completions", .object(streamed))
        #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
        let events = try answer.events
        #expect("Once upon a time" + events.compactMap { $0["choices", 0, "text"]?.string }.joined() == alone)
        #expect(Set(events.compactMap { $0["id"]?.string }).count == 1)
        #expect(events.last?["choices"]?.array?.isEmpty == true)
        #expect(events.last?["usage", "total_tokens"] == .integer(44))
      }
    }

    @Test func promptsComeInFourForms() async throws {
      try await Server.run { server in
        let tokens = try #require(
          try await server.post("/tokenize", ["model": "tiny-llama", "content": "Once upon"]).json["tokens"])
        let prompts: [JSONValue] = ["Once upon", ["Once upon", "The cat"], tokens, [tokens, tokens]]
        var first: [JSONValue?] = []
        for prompt in prompts {
          let json = try await server.post(
            "/v1/completions", ["model": "tiny-llama", "prompt": prompt, "max_tokens": 5, "temperature": 0]
          ).json
          first.append(json["choices", 0, "text"])
          let count = prompt.array.map { $0.first?.int == nil ? $0.count : 1 } ?? 1
          #expect(json["choices"]?.array?.count == count)
        }
        #expect(first[0] == first[1] && first[2] == first[3] && first[0] != nil)
      }
    }

    @Test func echoTellsHowProbableAPromptIs() async throws {
      try await Server.run { server in
        let json = try await server.post(
          "/v1/completions",
          [
            "model": "tiny-gpt", "prompt": "Once upon a time", "max_tokens": 2, "temperature": 0, "echo": true,
            "logprobs": 2,
          ]
        ).json
        let scores = try #require(json["choices", 0, "logprobs"])
        let text = try #require(json["choices", 0, "text"]?.string)
        let tokens = try #require(scores["tokens"]?.array).compactMap(\.string)
        #expect(text.hasPrefix("Once upon a time") && tokens.joined() == text)
        #expect(scores["token_logprobs", 0] == .null && scores["top_logprobs", 0] == .null)
        let values = try #require(scores["token_logprobs"]?.array)
        #expect(values.count == tokens.count && values.dropFirst().allSatisfy { ($0.double ?? 1) <= 0 })
        #expect(scores["top_logprobs", 1]?.object?.count == 2)
        let offsets = try #require(scores["text_offset"]?.array).compactMap(\.int)
        #expect(offsets == tokens.indices.map { tokens[..<$0].joined().unicodeScalars.count })
      }
    }

    @Test func aBannedTokenNeverComesAndSeedsRepeat() async throws {
      try await Server.run { server in
        func texts(_ fields: JSONObject) async throws -> [String] {
          var request: JSONObject = ["model": "tiny-llama", "prompt": "Once upon a time", "max_tokens": 30, "n": 3]
          for (key, value) in fields.pairs { request[key] = value }
          return try await server.post("/v1/completions", .object(request)).json["choices"]?.array?
            .compactMap { $0["text"]?.string } ?? []
        }
        let first = try await texts(["seed": 7])
        #expect(Set(first).count == 3)
        #expect(try await texts(["seed": 7]) == first)
        #expect(try await texts(["seed": 8]) != first)
        let comma = try #require(
          try await server.post("/tokenize", ["model": "tiny-llama", "content": ","]).json["tokens", 0]?.int)
        let without = try await texts(["seed": 7, "logit_bias": [String(comma): -100]])
        #expect(first.joined().contains(",") && !without.joined().contains(","))
        let banned = try await texts(["seed": 7, "banned_strings": [" the"]])
        #expect(first.joined().contains(" the") && !banned.joined().contains(" the"))
      }
    }
  }

#endif
