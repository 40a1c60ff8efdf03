#if Server
  import ChatTemplates
  import Grammars
  import JSONParsing
  import TextGeneration
  import ToolCalling

  /// What the assistant is asked to say next: the same for every API that has conversations.
  struct ChatTurn: Sendable {
    let request: GenerationRequest
    /// Takes apart what the model writes; each choice begins with a copy.
    let parser: ChatOutputParser
    /// The prompt's ids, and its text.
    let promptTokens: [Int]
    let text: String
    let format: ToolFormat

    /// What an API's request comes down to.
    struct Parts {
      var messages: ChatMessages
      var tools: [ToolDefinition] = []
      var toolChoice = ToolChoice.none
      var allowsParallelCalls = true
      /// What a reply must look like, tool calls aside.
      var grammar: Grammar?
      var options: GenerationOptions
      var choiceCount = 1
      var priority = 0
      var reusesPrefixes = true
      var addsGenerationPrompt = true
      var continuesLastMessage = false
      /// Further variables for the template.
      var variables: JSONObject = [:]
      /// The field that holds the conversation, for messages.
      var parameter = "messages"

      var offersTools: Bool { !tools.isEmpty && toolChoice != .none }
    }

    init(_ parts: Parts, model: ServedModel, endpoints: Endpoints) async throws {
      let prompt = try Self.prompt(parts, model)
      promptTokens = model.tokens(of: prompt)
      text = prompt.text
      try endpoints.checkLength(promptTokens.count, model, parameter: parts.parameter)
      format = model.toolFormat
      let reasoning = ReasoningStyle(template: model.chat.template?.source, prompt: prompt.lastText)
      var options = parts.options
      options.stopStrings += model.chat.stopStrings
      options.stopTokens += model.chat.endTokens
      options.keptControlTokens = model.markTokens.subtracting(options.stopTokens)
      if let grammar = parts.grammar { options.constraint = try model.constraint(grammar) }
      if parts.offersTools,
        let grammar = format.grammar(
          for: parts.tools, choice: parts.toolChoice, parallel: parts.allowsParallelCalls, reasoning: reasoning)
      {
        // An answer in a form of its own may look like a call.
        if case .whole = grammar { options.constraint = try await model.constraint(grammar, reasoning, parts) }
        if case .triggered = grammar, parts.grammar == nil {
          options.constraint = try await model.constraint(grammar, reasoning, parts)
        }
      }
      request = GenerationRequest(
        .tokens(promptTokens), options: options, choiceCount: parts.choiceCount, priority: parts.priority,
        reusesPrefixes: parts.reusesPrefixes)
      parser = ChatOutputParser(format: format, parsesToolCalls: parts.offersTools, reasoning: reasoning)
    }

    private static func prompt(_ parts: Parts, _ model: ServedModel) throws(APIError) -> Prompt {
      let chat = model.chat
      var messages = parts.messages
      if chat.template.map({ !$0.source.contains("developer") }) ?? true { messages = messages.sayingSystem() }
      if parts.offersTools, !chat.takesTools {
        messages = messages.addingToSystem(model.toolFormat.toolPrompt(for: parts.tools))
      }
      do {
        let prompt = try chat.prompt(
          for: messages.messages, tools: parts.offersTools && chat.takesTools ? parts.tools.map(\.json) : [],
          addsGenerationPrompt: parts.addsGenerationPrompt && !parts.continuesLastMessage, variables: parts.variables)
        return parts.continuesLastMessage ? prompt.cutAfterLastText : prompt
      } catch {
        throw .invalid(parts.parameter, "the model's chat template refuses this conversation: \(error)")
      }
    }
  }

  extension Prompt {
    /// The prompt up to the end of its last text from outside: a message that is to be continued.
    fileprivate var cutAfterLastText: Prompt {
      if case .text(let text) = self { return .text(text.last == "\n" ? String(text.dropLast()) : text) }
      guard case .parts(let parts) = self,
        let last = parts.lastIndex(where: { if case .text = $0 { true } else { false } })
      else { return self }
      return .parts(Array(parts[...last]))
    }

    /// The prompt as one text.
    fileprivate var text: String {
      switch self {
      case .text(let text): text
      case .tokens: ""
      case .parts(let parts):
        parts.map { part in
          switch part {
          case .text(let text), .control(let text): text
          }
        }.joined()
      }
    }

    /// The prompt's end.
    fileprivate var lastText: String {
      switch self {
      case .text(let text): return text
      case .tokens: return ""
      case .parts(let parts):
        switch parts.last {
        case .text(let text), .control(let text): return text
        case nil: return ""
        }
      }
    }
  }
#endif
