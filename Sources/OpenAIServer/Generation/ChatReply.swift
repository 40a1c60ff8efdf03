#if Server
  import JSONParsing
  import TextGeneration
  import ToolCalling

  /// One of the assistant's possible next messages as it grows.
  struct ChatReply: Sendable {
    private var parser: ChatOutputParser
    private let format: ToolFormat
    /// What has been said.
    private(set) var output = ChatOutput()
    /// The names of the calls, by which results are given back.
    private(set) var callIDs: [String] = []
    private(set) var scored: [ScoredToken] = []
    private(set) var reason: FinishReason?

    init(_ turn: ChatTurn) { (parser, format) = (turn.parser, turn.format) }

    /// Takes in a step of the generation.
    /// - Returns: What it means.
    mutating func read(_ event: GenerationEvent) -> [ChatOutputEvent] {
      if let token = event.scoredToken { scored.append(token) }
      var events = parser.read(event.text)
      if let summary = event.summary {
        reason = summary.reason
        events += parser.finish()
      }
      for event in events {
        output.append(event)
        if case .toolCallBegan = event { callIDs.append(format.newCallID()) }
      }
      return events
    }

    /// The calls with their names.
    var toolCalls: [(id: String, call: ChatOutput.ToolCall)] { Array(zip(callIDs, output.toolCalls)).map { ($0, $1) } }

    /// Why it ended, in OpenAI's words.
    var finishReason: String {
      let name = (reason ?? .cancelled).openAIName
      return output.toolCalls.isEmpty || name != "stop" ? name : "tool_calls"
    }
  }
#endif
