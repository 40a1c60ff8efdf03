import Testing
import ToolCalling

/// Texts put together from pieces of all formats at random: whatever a model writes, the parser must take it.
@Suite struct RandomOutputTests {
  private static let fragments = [
    "<tool_call>", "</tool_call>", "{\"name\": \"f\", \"arguments\": {",
    "{\"name\": \"f\", \"parameters\": {\"a\": 1}}", "}", "]",
    "[TOOL_CALLS]", "[", "<think>", "</think>", "\n", "  ", "x", "🙂", "\"", "\\", ", ", ";", "<|python_tag|>",
    "<|python_start|>", "<|python_end|>", "[f(a=1), ", "g(b=\"x\")]", "<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>",
    "function",
    "<｜tool▁sep｜>", "f\n```json\n{}", "\n```", "<｜tool▁call▁end｜>", "<｜tool▁calls▁end｜>", "<|channel|>", "analysis",
    "final",
    "<|start|>", "assistant", "<|message|>", "<|call|>", "<|end|>", " to=functions.f", "<", "{\"a\"", ": ", "null",
    "                    ",
  ]

  @Test(arguments: ToolFormat.allCases)
  func cutsDoNotMatterAndCallsAreInOrder(_ format: ToolFormat) {
    var generator = Generator(state: UInt64(format.rawValue.utf8.count) * 77)
    for round in 0..<400 {
      let pieces = (0..<Int.random(in: 1...14, using: &generator)).map { _ in
        Self.fragments.randomElement(using: &generator) ?? ""
      }
      let reasoning = [ReasoningStyle.none, .tagged, .begun][round % 3]
      let parser = ChatOutputParser(format: format, parsesToolCalls: round % 7 != 0, reasoning: reasoning)
      let whole = events(of: [pieces.joined()], parser)
      #expect(events(of: pieces, parser) == whole, "\(pieces)")
      #expect(events(of: pieces.joined().unicodeScalars.map { String($0) }, parser) == whole, "\(pieces)")
      var open: Int?
      var count = 0
      for event in whole {
        switch event {
        case .toolCallBegan(let index, _):
          #expect(open == nil && index == count, "\(pieces)")
          open = index
          count += 1
        case .toolCallArguments(let index, _): #expect(index == open, "\(pieces)")
        case .toolCallEnded(let index):
          #expect(index == open, "\(pieces)")
          open = nil
        case .content, .reasoning: #expect(open == nil, "\(pieces)")
        }
      }
      #expect(open == nil, "\(pieces)")
    }
  }
}

/// The same numbers every time (a linear congruential generator, its upper bits).
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    var result: UInt64 = 0
    for _ in 0..<2 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      result = result << 32 | state >> 32
    }
    return result
  }
}
