#if Server
  import Foundation
  import HTTPTypes
  import JSONParsing
  import Testing

  @Suite struct ChatTests {
    private static let hello: JSONValue = [["role": "user", "content": "Tell me a story."]]

    @Test func chunksAreWhatClientsExpect() async throws {
      try await Server.run { server in
        let answer = try await server.post(
          "/v1/chat/completions",
          [
            "model": "tiny-llama", "messages": Self.hello, "max_completion_tokens": 8, "stream": true, "temperature": 0,
            "logprobs": true, "top_logprobs": 2,
          ])
        #expect(answer.headers[.contentType]?.hasPrefix("text/event-stream") == true)
        let events = try answer.events
        #expect(events[0]["choices", 0, "delta"] == ["role": "assistant", "content": ""])
        #expect(events.last?["choices", 0, "delta"] == [:])
        #expect(events.last?["choices", 0, "finish_reason"]?.string != nil)
        #expect(events.allSatisfy { $0["object"] == "chat.completion.chunk" })
        let text = events.compactMap { $0["choices", 0, "delta", "content"]?.string }.joined()
        let tokens = events.compactMap { $0["choices", 0, "logprobs", "content", 0, "token"]?.string }.joined()
        #expect(tokens == text)
        let whole = try await server.post(
          "/v1/chat/completions",
          ["model": "tiny-llama", "messages": Self.hello, "max_tokens": 8, "temperature": 0]
        ).json
        #expect(whole["choices", 0, "message", "content"]?.string == text)
      }
    }

    @Test func repliesFollowASchema() async throws {
      try await Server.run { server in
        let schema: JSONValue = [
          "type": "object",
          "properties": [
            "name": ["type": "string", "maxLength": 12], "age": ["type": "integer", "minimum": 1, "maximum": 99],
          ],
          "required": ["name", "age"], "additionalProperties": false,
        ]
        for seed in 1...4 {
          let json = try await server.post(
            "/v1/chat/completions",
            [
              "model": "tiny-gpt", "messages": Self.hello, "seed": .integer(seed), "max_tokens": 120,
              "response_format": ["type": "json_schema", "json_schema": ["name": "person", "schema": schema]],
            ]
          ).json
          let text = try #require(json["choices", 0, "message", "content"]?.string)
          let person = try JSONValue(parsing: text)
          #expect(json["choices", 0, "finish_reason"] == "stop")
          #expect(person.object?.keys == ["name", "age"] && (1...99).contains(person["age"]?.int ?? 0), "\(text)")
        }
      }
    }

    @Test func toolsAreCalledAsAsked() async throws {
      let tools: JSONValue = [
        [
          "type": "function",
          "function": [
            "name": "weather",
            "parameters": [
              "type": "object", "properties": ["city": ["enum": ["Paris", "Rome"]]], "required": ["city"],
              "additionalProperties": false,
            ],
          ],
        ]
      ]
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patient-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      try await Server.run(models: [patientModel(in: folder)]) { server in
        for choice: JSONValue in ["required", ["type": "function", "function": ["name": "weather"]]] {
          let json = try await server.post(
            "/v1/chat/completions",
            [
              "model": "patient", "messages": Self.hello, "tools": tools, "tool_choice": choice, "max_tokens": 100,
              "parallel_tool_calls": false,
            ]
          ).json
          let call = try #require(json["choices", 0, "message", "tool_calls", 0], "\(json)")
          #expect(json["choices", 0, "finish_reason"] == "tool_calls")
          #expect(call["function", "name"] == "weather" && call["id"]?.string?.hasPrefix("call_") == true)
          let arguments = try JSONValue(parsing: call["function", "arguments"]?.string ?? "")
          #expect(["Paris", "Rome"].contains(arguments["city"]?.string))
        }
        let streamed = try await server.post(
          "/v1/chat/completions",
          [
            "model": "patient", "messages": Self.hello, "tools": tools, "tool_choice": "required", "max_tokens": 100,
            "stream": true, "parallel_tool_calls": false,
          ]
        ).events
        let deltas = streamed.compactMap { $0["choices", 0, "delta", "tool_calls", 0] }
        #expect(deltas.allSatisfy { $0["index"] == 0 } && deltas.count(where: { $0["id"] != nil }) == 1)
        let arguments = deltas.compactMap { $0["function", "arguments"]?.string }.joined()
        #expect(try JSONValue(parsing: arguments)["city"]?.string != nil)
        #expect(streamed.last?["choices", 0, "finish_reason"] == "tool_calls")
      }
    }

    @Test func otherInterfacesSayTheSame() async throws {
      try await Server.run { server in
        let chat = try await server.post(
          "/v1/chat/completions",
          ["model": "tiny-llama", "messages": Self.hello, "max_tokens": 12, "temperature": 0]
        ).json["choices", 0, "message", "content"]
        let response = try await server.post(
          "/v1/responses",
          ["model": "tiny-llama", "input": "Tell me a story.", "max_output_tokens": 12, "temperature": 0]
        ).json
        #expect(response["output", 0, "content", 0, "text"] == chat && response["object"] == "response")
        let message = try await server.post(
          "/v1/messages", ["model": "tiny-llama", "messages": Self.hello, "max_tokens": 12, "temperature": 0]
        ).json
        #expect(message["content", 0, "text"] == chat && message["type"] == "message")
        let events = try await server.post(
          "/v1/responses",
          [
            "model": "tiny-llama", "input": "Tell me a story.", "max_output_tokens": 12, "temperature": 0,
            "stream": true,
          ]
        ).events
        let deltas = events.filter { $0["type"] == "response.output_text.delta" }
        #expect(JSONValue.string(deltas.compactMap { $0["delta"]?.string }.joined()) == chat)
        #expect(events.compactMap { $0["sequence_number"]?.int } == Array(events.indices))
        #expect(events.first?["type"] == "response.created")
      }
    }
  }
#endif
