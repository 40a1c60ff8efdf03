import Testing
import ToolCalling

@Suite struct TaggedFormatTests {
  @Test(arguments: [ToolFormat.hermes, .generic])
  func readsCallsBetweenTags(_ format: ToolFormat) {
    #expect(
      events(
        format,
        "Let me see.\n<tool_call>\n{\"name\": \"get\", \"arguments\": \(trickyArguments)}\n</tool_call>\n"
          + "<tool_call>{\"arguments\":{} , \"name\":\"un\\u006bnown\"}</tool_call>\n")
        == [.content("Let me see.")] + call("get", trickyArguments) + call("unknown", "{}", index: 1))
  }

  @Test func passesArgumentsOnWhileTheyArrive() {
    var parser = ChatOutputParser(format: .hermes, parsesToolCalls: true)
    #expect(parser.read("Hi <") == [.content("Hi")])
    #expect(parser.read("b> <tool") == [.content(" <b>")])
    #expect(parser.read("_call>{\"name\": \"f\", \"arg") == [])
    #expect(
      parser.read("uments\": {\"a\"") == [
        .toolCallBegan(index: 0, name: "f"), .toolCallArguments(index: 0, "{\"a\""),
      ])
    #expect(parser.read(": 1") == [.toolCallArguments(index: 0, ": 1")])
    #expect(parser.read("}}") == [.toolCallArguments(index: 0, "}"), .toolCallEnded(index: 0)])
    #expect(parser.read("</tool_call> Bye") == [.content(" Bye")])
    #expect(parser.finish() == [])
  }

  @Test(arguments: [
    "{\"name\": \"f\"}", "{\"name\": \"f\", \"arguments\": null}", "{\"arguments\": {}, \"name\": \"f\"}",
    "{\"name\": \"f\", \"arguments\": \"{}\"}", "{\"id\": 7, \"name\": \"f\", \"arguments\": {}, \"x\": [\"}\"]}",
  ])
  func argumentsMayBeMissingOrAString(_ object: String) {
    #expect(events(.hermes, "<tool_call>\(object)</tool_call>") == call("f", "{}"))
  }

  @Test(arguments: [
    "<tool_call>", "<tool_call>\nnothing", "<tool_call>{}</tool_call>", "<tool_call>{\"name\": 1}", "<tool_call>[]",
    "<tool_call>{\"name\": \"\"}", "<tool_call>{\"arguments\": {}}</tool_call>", "<tool_call>{\"name\": \"f\"",
    "a < b <tool_cal",
    "<tool_call>{\"name\": \"f\", \"arguments\": <tool_call", "  {\"name\": \"f\", \"parameters\": {}}  ",
    "</tool_call>",
    "<tool_call>{\"arguments\": {\"a\": 1}, \"name\": \"f", "<tool_call>{\"a\" 1}", "<tool_call>{,",
    "<tool_call>{\"a\": 1]",
    "<tool_call>{\"na\\x\": 1}", "\n\n x \n\n", "",
  ])
  func whatIsNoCallIsContent(_ text: String) {
    #expect(events(.hermes, text) == (text.isEmpty ? [] : [.content(text)]))
  }

  @Test func findsACallBehindOneThatFailed() {
    #expect(
      events(.hermes, "<tool_call>{\"name\" <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}</tool_call>")
        == [.content("<tool_call>{\"name\" ")] + call("f", "{\"a\": 1}"))
  }

  @Test func aCallEndsWhereItsArgumentsCannotGoOn() {
    #expect(
      events(.hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": [1}, oops</tool_call>")
        == call("f", "{\"a\": [1") + [.content("}, oops</tool_call>")])
    // What JSON does not know but the caller may make sense of stays.
    #expect(
      events(.hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": True, \"b\": \"x\ny\"}}}</tool_call>")
        == call("f", "{\"a\": True, \"b\": \"x\ny\"}") + [.content("}</tool_call>")])
    let deep = String(repeating: "[", count: 1000)
    #expect(
      events(.hermes, "<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \(deep)").last
        == .content(String(deep.dropFirst(255))))
  }

  @Test func outputMayBeCutShort() {
    let text = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"x\"}}\n</tool_call>"
    let scalars = Array(text.unicodeScalars)
    for count in 0...scalars.count {
      var output = ChatOutput()
      let cut = String(String.UnicodeScalarView(scalars[..<count]))
      for event in events(.hermes, cut) { output.append(event) }
      // Either all is content, or there is a call, and no piece of it in the content.
      if output.toolCalls.isEmpty {
        #expect(output.content == cut)
      } else {
        #expect(output.content == "")
        #expect(output.toolCalls.count == 1 && output.toolCalls[0].hasEnded)
        #expect("{\"a\": \"x\"}".hasPrefix(output.toolCalls[0].arguments))
      }
    }
  }

  @Test func withoutToolsAllIsContent() {
    for format in ToolFormat.allCases where format != .harmony {
      let text = "\n\n" + format.text(calling: "f", arguments: "{}") + " \n"
      #expect(events(format, text, parsesToolCalls: false) == [.content(text)])
      var parser = ChatOutputParser(format: format, parsesToolCalls: false)
      #expect(parser.read("a <tool_") == [.content("a <tool_")])
    }
  }

  @Test func whiteSpaceBetweenTextAndCallsGoesButBetweenTextsStays() {
    let space = String(repeating: "\n", count: 40)
    let called = "<tool_call>{\"name\": \"f\"}</tool_call>"
    #expect(events(.hermes, "\n\(called)\n \n") == call("f", "{}"))
    #expect(events(.hermes, "\(called) b <tool") == call("f", "{}") + [.content(" b <tool")])
    #expect(events(.hermes, "a\n\(called) b") == [.content("a")] + call("f", "{}") + [.content(" b")])
    #expect(
      events(.hermes, "a\(space)b\(space)\(called)")
        == [.content("a\(space)b" + space.dropFirst(16))] + call("f", "{}"))
  }

  @Test func readsWhatEveryFormatWrites() {
    for format in ToolFormat.allCases {
      #expect(events(format, format.text(calling: "f", arguments: trickyArguments)) == call("f", trickyArguments))
    }
  }

  @Test func readsLongOutputInLinearTime() {
    // Quadratic work would take 10^10 steps.
    let count = 150_000
    for pieces in [
      Array(repeating: " ", count: count), Array(repeating: "<tool_call>", count: count / 10),
      ["<tool_call>{\"arguments\": {\"a\": \""] + Array(repeating: "x", count: count) + ["\"}, \"name\": \"f\"}"],
      ["<tool_call>{\"name\": \"f\", \"arguments\": {\"a\": \""] + Array(repeating: "x", count: count),
      ["<tool_call>" + String(repeating: "{\"a\": \"<tool_call>", count: count / 20)],
      [String(repeating: "<tool_call>{<think>", count: count / 20)],
    ] {
      let parser = ChatOutputParser(format: .hermes, parsesToolCalls: true, reasoning: .tagged)
      let duration = ContinuousClock().measure { _ = countEvents(pieces, parser) }
      #expect(duration < .seconds(10))
    }
  }

  private func countEvents(_ pieces: [String], _ parser: ChatOutputParser) -> Int {
    var parser = parser
    var count = 0
    for piece in pieces { count += parser.read(piece).count }
    return count + parser.finish().count
  }
}
