#if Server
  import HTTPTypes
  import JSONParsing
  import OpenAIServer
  import Testing
  import TextGeneration

  /// What cannot be served is told in OpenAI's shape, with the field at fault; the server goes on.
  @Suite struct RefusalTests {
    @Test func mistakesAreNamed() async throws {
      let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
      let faults: [(fields: String, parameter: String?)] = [
        (#""max_tokens": -1"#, "max_tokens"), (#""max_tokens": 1e99"#, "max_tokens"),
        (#""temperature": "hot""#, "temperature"),
        (#""temperature": -1"#, "temperature"), (#""top_p": 2"#, "top_p"), (#""n": 0"#, "n"), (#""n": 100000"#, "n"),
        (#""stop": [""]"#, "stop[0]"), (#""logit_bias": {"x": 1}"#, "logit_bias"),
        (#""logit_bias": {"999999": 1}"#, "logit_bias"), (#""logit_bias": {"-1": 1}"#, "logit_bias"),
        (#""stream": "yes""#, "stream"), (#""messages": null"#, "messages"), (#""messages": []"#, "messages"),
        (#""messages": "hi""#, "messages"), (#""messages": [123]"#, "messages[0]"),
        (#""messages": [{}]"#, "messages[0].role"),
        (#""messages": [{"role": 123}]"#, "messages[0].role"),
        (#""messages": [{"role": "user"}]"#, "messages[0].content"),
        (
          #""messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}]"#,
          "messages[0].content[0].type"
        ),
        (#""messages": [{"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}]"#, "messages"),
        (#""top_logprobs": 2"#, "top_logprobs"), (#""response_format": {"type": "xml"}"#, "response_format.type"),
        (#""response_format": {"type": "json_schema"}"#, "response_format.schema"),
        (#""grammar": "root ::= (""#, "grammar"), (#""regex": "foo**""#, "regex"),
        (#""tools": [{"type": "function", "function": {"name": "a b"}}]"#, "tools[0].function.name"),
        (#""tool_choice": "required""#, "tool_choice"), (#""chat_template": "{{ 1 }}""#, "chat_template"),
        (#""seed": "x""#, "seed"), (#""top_k": "# + deep, nil),
        (#""mirostat": 3"#, "mirostat"), (#""samplers": ["magic"]"#, "samplers[0]"),
      ]
      try await Server.run { server in
        for fault in faults {
          let base = fault.fields.contains("messages") ? "" : #""messages": [{"role": "user", "content": "a"}], "#
          let answer = try await server.post(
            "/v1/chat/completions", text: "{\(base)\"model\": \"tiny-gpt\", \"max_tokens\": 3, \(fault.fields)}")
          #expect(answer.status == 400, "\(fault.fields.prefix(80)): \(answer.text.prefix(300))")
          let error = try answer.json["error"]
          #expect(error?["type"] == "invalid_request_error" && error?["message"]?.string?.isEmpty == false)
          if let parameter = fault.parameter { #expect(error?["param"]?.string == parameter, "\(fault.fields)") }
          #expect(answer.headers[.init("x-should-retry") ?? .retryAfter] == "false")
        }
        for text in ["", "{", "[]", "{\"a\": \"\\ud800\"}", "nonsense"] {
          #expect(try await server.post("/v1/chat/completions", text: text).status == 400, "\(text)")
        }
        let alive = try await server.post("/v1/completions", ["model": "tiny-gpt", "prompt": "A", "max_tokens": 1])
        #expect(alive.status == 200)
      }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
      try await Server.run { server in
        for path in ["/v1/models/none", "/v1/models/..%2f..%2fetc", "/page/..%2fPackage.swift", "/page/none.js"] {
          let answer = try await server.get(path)
          #expect(answer.status == 404, "\(path)")
        }
        let answer = try await server.post("/v1/completions", ["model": "gpt-4", "prompt": "A"])
        #expect(answer.status == 404)
        #expect(try answer.json["error", "code"] == "model_not_found")
        #expect(try await server.get("/nowhere").status == 404)
      }
    }

    @Test func wrongMethodsAreToldWhichThereAre() async throws {
      try await Server.run { server in
        for (answer, allowed) in [
          (try await server.get("/v1/chat/completions"), "POST"), (try await server.get("/messages"), "POST"),
          (try await server.post("/v1/models", [:]), "GET, HEAD"),
          (try await server.delete("/v1/models/x"), "GET, HEAD"),
          (try await server.post("/", [:]), "GET, HEAD"),
        ] {
          #expect(answer.status == 405 && answer.headers[.allow] == allowed, "\(answer)")
          #expect(try answer.json["error", "code"] == "method_not_allowed")
        }
      }
    }

    @Test func overlongPromptsAreRefusedWithTheirCounts() async throws {
      let long = JSONValue.string(String(repeating: "Once upon a time ", count: 200))
      try await Server.run { server in
        for (path, fields) in [
          ("/v1/completions", ["prompt": long] as JSONObject),
          ("/v1/chat/completions", ["messages": [["role": "user", "content": long]], "stream": true]),
          ("/v1/embeddings", ["input": long]), ("/v1/responses", ["input": long]),
          ("/v1/messages", ["messages": [["role": "user", "content": long]], "max_tokens": 3]),
        ] {
          let answer = try await server.post(path, .object(fields))
          #expect(answer.status == 400, "\(path)")
          let error = try answer.json["error"]
          #expect(error?["code"] == "context_length_exceeded" && error?["n_ctx"] == 256, "\(path) \(answer.text)")
          #expect((error?["n_prompt_tokens"]?.int ?? 0) > 800)
        }
      }
    }

    @Test func keysAreAskedFor() async throws {
      var options = ServerOptions()
      options.apiKeys = ["first", "second"]
      try await Server.run(options) { server in
        for headers in [[:], ["authorization": "Bearer wrong"], ["authorization": "first"], ["x-api-key": ""]] {
          let answer = try await server.get("/v1/models", headers: headers)
          #expect(answer.status == 401)
          #expect(try answer.json["error", "type"] == "authentication_error")
        }
        for headers in [["authorization": "Bearer first"], ["x-api-key": "second"], ["authorization": "bearer second"]]
        {
          #expect(try await server.get("/v1/models", headers: headers).status == 200)
        }
        #expect(try await server.get("/health").status == 200)
        #expect(try await server.get("/").status == 200)
        #expect(try await server.get("/metrics").status == 401)
      }
    }

    @Test func pagesOfOthersAreKeptOut() async throws {
      var options = ServerOptions()
      options.allowedOrigins = ["https://friend.example"]
      try await Server.run(options) { server in
        for origin in ["https://evil.example", "http://localhost.evil.com", "null", "https://friend.example.evil.com"] {
          #expect(try await server.get("/v1/models", headers: ["origin": origin]).status == 403, "\(origin)")
        }
        let friend = try await server.get("/v1/models", headers: ["origin": "https://friend.example"])
        #expect(friend.status == 200 && friend.headers[.accessControlAllowOrigin] == "https://friend.example")
      }
    }

    @Test func namesOfOthersAreKeptOut() {
      var options = ServerOptions()
      for host in ["evil.example", "localhost.evil.com:8080", "127.0.0.1.evil.com", "[::2]:80", "127.evil.1.1"] {
        #expect(!Protection.isAllowed(host: host, options), "\(host)")
      }
      for host in ["localhost:8080", "127.0.0.1", "127.8.8.8:1", "[::1]:8080", "LOCALHOST", ""] {
        #expect(Protection.isAllowed(host: host, options), "\(host)")
      }
      options.allowedHosts = ["models.example"]
      #expect(Protection.isAllowed(host: "models.example:443", options))
      // Whoever listens at all addresses is called by names that nobody can list.
      options = ServerOptions()
      options.host = "0.0.0.0"
      #expect(Protection.isAllowed(host: "box.local", options))
    }

    @Test func largeBodiesAreNotRead() async throws {
      var options = ServerOptions()
      options.limits.bodyBytes = 1000
      try await Server.run(options) { server in
        let answer = try await server.post(
          "/v1/completions", ["prompt": .string(String(repeating: "a", count: 2000))])
        #expect(answer.status == 413)
      }
    }

    @Test func embeddingsComeAsNumbersOrBytes() async throws {
      try await Server.run { server in
        func vectors(_ fields: JSONObject) async throws -> Answer {
          var request: JSONObject = ["model": "tiny-gpt", "input": ["one cat", "two dogs"]]
          for (key, value) in fields.pairs { request[key] = value }
          return try await server.post("/v1/embeddings", .object(request))
        }
        let numbers = try #require(
          try await vectors([:]).json["data", 0, "embedding"]?.array
        ).compactMap(\.double)
        let base64 = try #require(
          try await vectors(["encoding_format": "base64"]).json["data", 0, "embedding"]?.string)
        #expect(numbers.count * 4 <= base64.utf8.count && abs(numbers.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        #expect(try await vectors(["dimensions": 8]).json["data", 1, "embedding"]?.array?.count == 8)
        #expect(try await vectors(["input": []]).status == 400)
        #expect(try await vectors(["input": ""]).status == 200)
        #expect(try await vectors(["input": [[999_999]]]).status == 400)
      }
    }
  }
#endif
