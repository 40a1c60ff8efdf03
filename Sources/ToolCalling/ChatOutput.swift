/// A piece of what a model writes in a chat, as `ChatOutputParser` tells it apart.
public enum ChatOutputEvent: Sendable, Hashable {
  /// More of the answer.
  case content(String)
  /// More of what the model thinks before it answers.
  case reasoning(String)
  /// A call of a function begins. Calls count from 0; the name need not be one of the tools.
  case toolCallBegan(index: Int, name: String)
  /// More of the JSON text of the arguments. It is as the model wrote it, and so need not be valid JSON.
  case toolCallArguments(index: Int, String)
  /// Nothing more comes for this call.
  case toolCallEnded(index: Int)
}

/// All that a model wrote in a chat: the sum of the events.
///
///     var output = ChatOutput()
///     for event in parser.read(text) + parser.finish() { output.append(event) }
public struct ChatOutput: Sendable, Hashable {
  /// A call of a function.
  public struct ToolCall: Sendable, Hashable {
    /// The function.
    public var name: String
    /// JSON text, as the model wrote it.
    public var arguments = ""
    /// Whether the call came to its end.
    public var hasEnded = false
  }

  /// The answer.
  public var content = ""
  /// What the model thought before it answered.
  public var reasoning = ""
  /// The calls, in order.
  public var toolCalls: [ToolCall] = []

  /// Nothing yet.
  public init() {}

  /// Adds an event. Events of calls that did not begin are passed over.
  public mutating func append(_ event: ChatOutputEvent) {
    switch event {
    case .content(let text): content += text
    case .reasoning(let text): reasoning += text
    case .toolCallBegan(_, let name): toolCalls.append(ToolCall(name: name))
    case .toolCallArguments(let index, let text):
      if toolCalls.indices.contains(index) { toolCalls[index].arguments += text }
    case .toolCallEnded(let index): if toolCalls.indices.contains(index) { toolCalls[index].hasEnded = true }
    }
  }
}
