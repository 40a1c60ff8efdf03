#if Server
  import Hummingbird
  import JSONParsing
  import TextGeneration
  import Tokenization

  extension Endpoints {
    /// `POST /tokenize`: `{"content"}` or `{"prompt"}` to `{"tokens"}`.
    func tokenize(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      let text = try fields.required("content", fields.string("content") ?? fields.string("prompt"))
      let ids = use.model.tokenizer.encode(
        text, addsSpecialTokens: try fields.bool("add_special") ?? false,
        parsesSpecialTokens: try fields.bool("parse_special") ?? false)
      var tokens: [JSONValue] = ids.map { .integer($0) }
      if try fields.bool("with_pieces") == true {
        tokens = ids.map { ["id": .integer($0), "piece": .string(use.model.tokenizer.text(of: $0))] }
      }
      return .json([
        "tokens": .array(tokens), "count": .integer(ids.count), "max_model_len": .integer(use.model.contextLength),
      ])
    }

    /// `POST /detokenize`: `{"tokens"}` to `{"content"}`.
    func detokenize(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      let list = try fields.required("tokens", fields.array("tokens"))
      if list.isEmpty { return .json(["content": "", "prompt": ""]) }
      guard list[0].double != nil,
        case .tokens(let ids) = try Prompt.prompts(fields, "tokens", most: 1, use.model).first
      else {
        throw APIError.invalid("tokens", "tokens must be an array of token ids.")
      }
      do {
        let text = try use.model.tokenizer.decode(ids)
        return .json(["content": .string(text), "prompt": .string(text)])
      } catch { throw APIError.invalid("tokens", "\(error)") }
    }

    /// `POST /apply-template`: the prompt that a conversation becomes.
    func applyTemplate(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      let fields = try await fields(request)
      let use = try await model(fields)
      var parts = ChatTurn.Parts(messages: try ChatMessages(fields), options: GenerationOptions())
      try parts.readTools(fields)
      parts.variables = try fields.fields("chat_template_kwargs")?.object ?? [:]
      parts.addsGenerationPrompt = try fields.bool("add_generation_prompt") ?? true
      let turn = try await ChatTurn(parts, model: use.model, endpoints: self)
      return .json([
        "prompt": .string(turn.text), "tokens": .array(turn.promptTokens.map { .integer($0) }),
      ])
    }

    /// `POST /responses/input_tokens`, `POST /messages/count_tokens`: how long a conversation is.
    func countTokens(_ turn: ChatTurn) -> Response {
      .json(["object": "response.input_tokens", "input_tokens": .integer(turn.promptTokens.count)])
    }
  }
#endif
