import Testing
import ToolCalling

/// The events of a text in these pieces, neighbours of one kind joined.
func events(of pieces: [String], _ parser: ChatOutputParser) -> [ChatOutputEvent] {
  var parser = parser
  var joined: [ChatOutputEvent] = []
  for event in pieces.flatMap({ parser.read($0) }) + parser.finish() {
    switch (joined.last, event) {
    case (.content(let a), .content(let b)): joined[joined.count - 1] = .content(a + b)
    case (.reasoning(let a), .reasoning(let b)): joined[joined.count - 1] = .reasoning(a + b)
    case (.toolCallArguments(let index, let a), .toolCallArguments(let same, let b)) where index == same:
      joined[joined.count - 1] = .toolCallArguments(index: index, a + b)
    default: joined.append(event)
    }
  }
  return joined
}

/// The events of a text, which must be the same wherever it is cut in two, and when it comes scalar by scalar.
func events(
  _ format: ToolFormat, _ text: String, parsesToolCalls: Bool = true, reasoning: ReasoningStyle = .none,
  at location: SourceLocation = #_sourceLocation
) -> [ChatOutputEvent] {
  let parser = ChatOutputParser(format: format, parsesToolCalls: parsesToolCalls, reasoning: reasoning)
  let whole = events(of: [text], parser)
  let scalars = text.unicodeScalars
  for cut in scalars.indices {
    let cutInTwo = events(of: [String(scalars[..<cut]), String(scalars[cut...])], parser)
    #expect(cutInTwo == whole, "cut before '\(scalars[cut])', \(String(scalars[..<cut]))", sourceLocation: location)
  }
  #expect(events(of: scalars.map { String($0) }, parser) == whole, "scalar by scalar", sourceLocation: location)
  return whole
}

/// The events of one call.
func call(_ name: String, _ arguments: String, index: Int = 0) -> [ChatOutputEvent] {
  [
    .toolCallBegan(index: index, name: name), .toolCallArguments(index: index, arguments), .toolCallEnded(index: index),
  ]
}

/// Arguments with everything that could lead a parser astray.
let trickyArguments =
  #"{"text": "a \"}\" </tool_call> <tool_call>{\"name\": \"no\"} [TOOL_CALLS] <|call|>\\", "u": "\u00e9 \ud83d\ude00 ü🙂", "n": [[], {"b": [-1.5e3, null, true]}]}"#
