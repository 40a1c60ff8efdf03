#if Server
  import ChatTemplates
  import Grammars
  import JSONParsing
  package import LanguageModels
  import Synchronization
  package import TextGeneration
  package import Tokenization
  import ToolCalling

  /// A model in memory, with what turns requests into its texts.
  package final class ServedModel: Sendable {
    package let description: ModelDescription
    package let model: LanguageModel
    package let tokenizer: Tokenizer
    package let scheduler: GenerationScheduler
    let chat: ChatFormat
    /// How fast it works.
    let rates = TokenRates()
    /// What of its totals the metrics have counted.
    let reportedTotals = Mutex<[String: Int]>([:])
    /// How it writes tool calls.
    let toolFormat: ToolFormat
    /// The control tokens that are part of what it writes.
    let markTokens: Set<Int>
    /// Its tokens for grammars, with and without those marks; made when they are first needed.
    private let vocabularies = Mutex<[Bool: GrammarVocabulary]>([:])
    /// Requests that are using it.
    private let users = Atomic<Int>(0)

    /// Loads a model.
    init(_ description: ModelDescription, cacheTypes: KVCacheTypes, limits: SchedulerLimits) throws {
      self.description = description
      model = try LanguageModel.load(from: description.path)
      let tokenizer =
        try description.tokenizerPath.map { try Tokenizer.load(from: $0) }
        ?? Tokenizer.load(forModel: description.path)
      self.tokenizer = tokenizer
      scheduler = try GenerationScheduler(
        model: model, tokenizer: tokenizer, cacheTypes: cacheTypes, limits: limits)
      let chat = try ChatFormat.load(forModel: description.path, tokenizer: tokenizer)
      self.chat = chat
      let specials = tokenizer.addedTokens.filter(\.isSpecial)
      let toolFormat = ToolFormat(
        template: (chat.toolTemplate ?? chat.template)?.source, specialTokens: specials.map(\.content))
      self.toolFormat = toolFormat
      markTokens = Set(toolFormat.controlTokens.compactMap { tokenizer.id(of: $0) })
    }

    package var id: String { description.id }
    var contextLength: Int { model.configuration.contextLength }
    var vocabularySize: Int { model.configuration.vocabularySize }

    /// What tells one state of the model from another.
    var fingerprint: String { "swiftlet-\(description.created)" }

    /// The ids that it reads for a prompt.
    func tokens(of prompt: Prompt) -> [Int] { scheduler.tokens(of: prompt) }

    /// A grammar for the whole of a text.
    func constraint(_ grammar: Grammar) throws(APIError) -> GenerationConstraint {
      do { return try GenerationConstraint(grammar, vocabulary(withMarks: false)) } catch {
        throw .invalid("response_format", "the grammar cannot be used: \(error)", code: "invalid_grammar")
      }
    }

    /// What keeps it to calls of tools.
    func constraint(
      _ grammar: ToolGrammar, _ reasoning: ReasoningStyle, _ parts: ChatTurn.Parts
    ) async throws(APIError) -> GenerationConstraint {
      let vocabulary = vocabulary(withMarks: true)
      do {
        switch grammar {
        case .whole(let expression):
          return try GenerationConstraint(await compiled(expression, "whole", reasoning, parts), vocabulary)
        case .triggered(let triggers):
          var grammars: [String: GrammarConstraint] = [:]
          for trigger in triggers {
            grammars[trigger.text] = try GrammarConstraint(
              await compiled(trigger.expression, trigger.text, reasoning, parts), vocabulary)
          }
          return GenerationConstraint(foundBy: ToolCallScanner(triggers, reasoning, grammars))
        }
      } catch { throw .invalid("tools", "the tools' schemas cannot be followed: \(error)", code: "invalid_grammar") }
    }

    private func compiled(
      _ expression: GrammarExpression, _ name: String, _ reasoning: ReasoningStyle, _ parts: ChatTurn.Parts
    ) async throws(GrammarError) -> Grammar {
      let tools = JSONValue.array(parts.tools.map(\.json)).serialized(pretty: false)
      let key = "\(toolFormat) \(name) \(reasoning) \(parts.toolChoice) \(parts.allowsParallelCalls) \(tools)"
      return try await GrammarCompiler.shared.grammar(key) { () throws(GrammarError) in try Grammar(expression) }
    }

    private func vocabulary(withMarks: Bool) -> GrammarVocabulary {
      vocabularies.withLock { known in
        if let found = known[withMarks] { return found }
        let made = GrammarVocabulary(
          tokenizer: tokenizer, vocabularySize: vocabularySize,
          endTokens: Array(Set(model.configuration.eosTokens + chat.endTokens)),
          keptControlTokens: withMarks ? markTokens : [])
        known[withMarks] = made
        return made
      }
    }

    /// Whether nobody is using it.
    var isIdle: Bool { users.load(ordering: .relaxed) == 0 }

    /// Counts as a user for as long as the result lives.
    func use() -> ModelUse { ModelUse(self) }

    /// A request's hold on a model: it is not unloaded meanwhile.
    final class ModelUse: Sendable {
      let model: ServedModel
      fileprivate init(_ model: ServedModel) {
        self.model = model
        model.users.wrappingAdd(1, ordering: .relaxed)
      }
      deinit { model.users.wrappingSubtract(1, ordering: .relaxed) }
    }
  }
#endif
