#if Server
  import JSONParsing
  import OpenAIServer
  import Testing

  /// Which models are in memory.
  @Suite struct LibraryTests {
    @Test func thoseUsedLeastLatelyGiveWay() async throws {
      // Room for one of the two, of 2.2 and 2.0 MB.
      try await Server.run(modelBytes: 2_500_000) { server in
        func states() async throws -> [String?] {
          try await server.get("/status.json").json["models"]?.array?.map { $0["state"]?.string } ?? []
        }
        func text(_ model: JSONValue) async throws -> String? {
          try await server.post(
            "/v1/completions", ["model": model, "prompt": "Once", "max_tokens": 5, "temperature": 0]
          ).json["choices", 0, "text"]?.string
        }
        #expect(try await states() == ["unloaded", "unloaded"])
        let first = try #require(try await text("tiny-gpt"))
        #expect(try await states() == ["loaded", "unloaded"])
        #expect(try await text("tiny-llama") != nil)
        #expect(try await states() == ["unloaded", "loaded"])
        #expect(try await text("tiny-gpt") == first)
        // Whoever looks twice sees totals that stay, and looking counts nothing.
        let metrics = [try await server.get("/metrics").text, try await server.get("/metrics").text]
        for text in metrics {
          #expect(text.contains("# TYPE swiftlet_generated_tokens_total counter"))
          #expect(text.contains("swiftlet_generated_tokens_total{model=\"tiny-gpt\"} 5.0"), "\(text)")
        }
      }
    }
  }
#endif
