/// A conversation with a model, which reads only what is new in each turn.
///
///     let conversation = Conversation(with: generator, system: "Answer in one sentence.")
///     try conversation.reply(to: "What is a tensor?") { print($0, terminator: ""); return true }
public final class Conversation {
  /// How messages become a prompt.
  public let format: ChatFormat
  /// What has been said.
  public private(set) var messages: [ChatMessage] = []
  private let generator: Generator
  private let continuation: Continuation
  private let system: String?

  /// A conversation in which nothing has been said.
  /// - Parameters:
  ///   - format: How messages become a prompt, as the model's template has it; nil recognises it by the vocabulary's
  ///     control tokens.
  ///   - system: What the model is told before the first message.
  public convenience init(with generator: Generator, format: ChatFormat? = nil, system: String? = nil) {
    let recognized = PromptFormat(recognizing: generator.coder)
    self.init(generator, format ?? ChatFormat(recognized, coder: generator.coder), system)
  }

  /// A conversation in which nothing has been said, in a format that needs no template.
  public convenience init(with generator: Generator, format: PromptFormat, system: String? = nil) {
    self.init(generator, ChatFormat(format, coder: generator.coder), system)
  }

  private init(_ generator: Generator, _ format: ChatFormat, _ system: String?) {
    (self.generator, self.format, self.system) = (generator, format, system)
    continuation = Continuation(generator)
    clear()
  }

  /// Forgets what has been said, except by the system.
  public func clear() { messages = system.map { [ChatMessage(.system, $0)] } ?? [] }

  /// Says something and generates the reply. When that fails, the message counts as unsaid.
  /// - Parameters:
  ///   - onEvent: Called with every step of the reply; returns whether to go on.
  ///   - isCancelled: Asked between the chunks of the prompt and before each token; ends the reply when true.
  /// - Throws: `GenerationError`, for example when the conversation has outgrown the context; `TemplateError` when the
  ///   model's template refuses it.
  @discardableResult
  public func reply(
    to text: String, options: GenerationOptions = GenerationOptions(),
    onEvent: (GenerationEvent) throws -> Bool, isCancelled: () -> Bool = { false }
  ) throws -> GenerationSummary {
    var options = options
    options.stopStrings += format.stopStrings
    options.stopTokens += format.endTokens
    let asked = messages + [ChatMessage(.user, text)]
    var reply = ""
    let summary = try continuation.generate(
      format.prompt(for: asked.map(\.json)), options: options, isCancelled: isCancelled,
      onEvent: { event in
        reply += event.text
        return try onEvent(event)
      })
    messages = asked + [ChatMessage(.assistant, String(reply.drop { $0.isWhitespace }))]
    return summary
  }
}
