/// A conversation with a model, which reads only what is new in each turn.
///
///     let conversation = Conversation(with: generator, system: "Answer in one sentence.")
///     try conversation.reply(to: "What is a tensor?") { print($0, terminator: ""); return true }
public final class Conversation {
  /// How messages become a prompt.
  public let format: PromptFormat
  /// What has been said.
  public private(set) var messages: [ChatMessage] = []
  private let generator: Generator
  private let continuation: Continuation
  private let system: String?

  /// A conversation in which nothing has been said.
  /// - Parameters:
  ///   - format: How messages become a prompt; nil recognises it by the vocabulary's control tokens.
  ///   - system: What the model is told before the first message.
  public init(with generator: Generator, format: PromptFormat? = nil, system: String? = nil) {
    self.generator = generator
    self.format = format ?? PromptFormat(recognizing: generator.coder)
    self.system = system
    continuation = Continuation(generator)
    clear()
  }

  /// Forgets what has been said, except by the system.
  public func clear() { messages = system.map { [ChatMessage(.system, $0)] } ?? [] }

  /// Says something and generates the reply. When that fails, the message counts as unsaid.
  /// - Parameters:
  ///   - onEvent: Called with every step of the reply; returns whether to go on.
  ///   - isCancelled: Asked between the chunks of the prompt and before each token; ends the reply when true.
  /// - Throws: `GenerationError`, for example when the conversation has outgrown the context.
  @discardableResult
  public func reply(
    to text: String, options: GenerationOptions = GenerationOptions(),
    onEvent: (GenerationEvent) throws -> Bool, isCancelled: () -> Bool = { false }
  ) throws -> GenerationSummary {
    var options = options
    options.stopStrings += format.stopStrings
    options.stopTokens += format.endMarkers.compactMap { generator.coder.id(ofControl: $0) }
    let asked = messages + [ChatMessage(.user, text)]
    var reply = ""
    let summary = try continuation.generate(
      format.prompt(for: asked), options: options, isCancelled: isCancelled,
      onEvent: { event in
        reply += event.text
        return try onEvent(event)
      })
    messages = asked + [ChatMessage(.assistant, String(reply.drop { $0.isWhitespace }))]
    return summary
  }
}
