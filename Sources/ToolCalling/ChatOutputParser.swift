/// Takes apart what a model writes in a chat while it arrives: answer, reasoning and tool calls.
///
///     var parser = ChatOutputParser(format: .hermes, parsesToolCalls: true, reasoning: .tagged)
///     for try await piece in pieces { send(parser.read(piece)) }
///     send(parser.finish())
///
/// However the text is cut into pieces, the events are the same but for where their texts are cut. Only what may become
/// a marker or a call is held back. What looked like a call and is none comes out as content. Once a call has begun, what
/// cannot belong to its arguments ends it, and goes on as content. Markers and the white space around them are left out.
///
/// Each byte is looked at a bounded number of times, and memory grows only with what is held back.
///
/// The caller must pass on the text of the control tokens that the format lists in `controlTokens`, and may leave out
/// those that end the output.
public struct ChatOutputParser: Sendable {
  private enum Reader: Sendable {
    case tagged(TaggedOutput)
    case harmony(HarmonyOutput)
  }

  private var reader: Reader
  private var buffer = OutputBuffer()
  private var events = EventList()

  /// A parser for one message of a model.
  /// - Parameters:
  ///   - parsesToolCalls: whether calls are told apart; without tools, or where none may be called, all is content.
  ///   - reasoning: how what the model thinks is marked. In `harmony`, channels say so, and this does not count.
  public init(format: ToolFormat, parsesToolCalls: Bool, reasoning: ReasoningStyle = .none) {
    if format == .harmony {
      reader = .harmony(HarmonyOutput(parsesToolCalls: parsesToolCalls))
    } else {
      reader = .tagged(TaggedOutput(parsesToolCalls ? CallSyntax(format) : nil, reasoning))
    }
  }

  /// Takes the next piece of text.
  public mutating func read(_ text: String) -> [ChatOutputEvent] {
    buffer.append(text)
    run()
    return events.takeAll()
  }

  /// Says that nothing more comes, and gets what was held back.
  ///
  /// A call that the end cuts short is ended as it is. Of a closing marker that is cut short, nothing comes out.
  public mutating func finish() -> [ChatOutputEvent] {
    buffer.isAtEnd = true
    run()
    return events.takeAll()
  }

  private mutating func run() {
    switch reader {
    case .tagged(var output):
      output.run(&buffer, &events)
      reader = .tagged(output)
    case .harmony(var output):
      output.run(&buffer, &events)
      reader = .harmony(output)
    }
  }
}
