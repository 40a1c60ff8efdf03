import Testing
import ToolCalling

@Suite struct OtherFormatTests {
  @Test func llama3MessagesThatAreAnObjectAreCalls() {
    let text = "{\"name\": \"f\", \"parameters\": \(trickyArguments)}"
    #expect(events(.llama3, text) == call("f", trickyArguments))
    #expect(events(.llama3, "\n<|python_tag|>\(text)") == call("f", trickyArguments))
    #expect(
      events(.llama3, "{\"type\": \"function\", \"function\": \"f\", \"parameters\": {}}; \(text)\n\(text)")
        == call("f", "{}") + call("f", trickyArguments, index: 1) + call("f", trickyArguments, index: 2))
    #expect(events(.llama3, "I call <|python_tag|>\(text)").count == 4)
  }

  @Test(arguments: [
    "{\"name\": \"Bob\", \"age\": 3}", "{\"name\": \"Bob\"}", "{\"answer\": 42}", "{", "{}",
    "Like {\"name\": \"f\", \"parameters\": {}}",
    "{\"parameters\": {\"a\": 1}}", "<|python_tag|>print(1)", "{ see below }",
  ])
  func llama3LeavesOtherObjectsAlone(_ text: String) {
    #expect(events(.llama3, text) == [.content(text)])
  }

  @Test func llama3GoesOnWithContentWhereNoCallFollows() {
    let text = "{\"name\": \"f\", \"parameters\": {}}"
    #expect(events(.llama3, "\(text); done") == call("f", "{}") + [.content("; done")])
    #expect(events(.llama3, "\(text) {\"x\": 1}") == call("f", "{}") + [.content(" {\"x\": 1}")])
    #expect(events(.llama3, "\(text)\n") == call("f", "{}"))
  }

  @Test func llama4CallsArePython() {
    #expect(
      events(
        .llama4,
        #"[get_weather(city="Z\"ü]) 🙂", days=-2, ratio=.5, flags=[True, None, {'a': 'it\'s'}], at=(1, 2),), now()]"#)
        == call(
          "get_weather",
          #"{"city": "Z\"ü]) 🙂", "days": -2, "ratio": 0.5, "flags": [true, null, {"a": "it's"}], "at": [1, 2]}"#)
        + call("now", "{}", index: 1))
    #expect(
      events(.llama4, #"<|python_start|>[f(s="\ud83d\ude00\u00e9\x41\/\d\t")]<|python_end|>"#)
        == call("f", #"{"s": "😀éA/\\d\t"}"#))
    #expect(events(.llama4, "Now:\n<|python_start|>[ f ( ) ]").first == .content("Now:\n<|python_start|>[ f ( ) ]"))
  }

  @Test func llama4AlsoWritesObjects() {
    let text = "{\"name\": \"f\", \"parameters\": {\"a\": 1}}"
    let both = call("f", "{\"a\": 1}") + call("f", "{\"a\": 1}", index: 1)
    #expect(events(.llama4, text + text) == both)
    #expect(events(.llama4, "<|python_start|>\(text);\(text)<|python_end|>") == both)
  }

  @Test(arguments: [
    "[1, 2]", "[f(1)]", "[f(a=b)]", "[f(a=g())]", "[f(a='x)]", "[link](https://example.org)", "[f(a=1", "[f(a=1e999)]",
    "[f(a=\"\\ud83d\")]", "[f(a=nan, b=0x1)]", "[f(a=[1, 2)]", "[", "[]", "[f(a=1 b=2)]", "A list: [f(a=1)]",
  ])
  func llama4LeavesOtherListsAlone(_ text: String) {
    #expect(events(.llama4, text) == [.content(text)])
  }

  @Test func llama4ReleasesWhatFollowsCallsThatWereRead() {
    #expect(events(.llama4, "[f(a=1), g(b]") == call("f", "{\"a\": 1}") + [.content(", g(b]")])
    #expect(events(.llama4, "[f(a=1), ") == call("f", "{\"a\": 1}"))
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(events(.llama4, "[f(a=\(deep))]") == [.content("[f(a=\(deep))]")])
  }

  @Test func mistralCallsAreAList() {
    let text =
      "[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": \(trickyArguments), \"id\": \"abcdefghi\"}, "
      + "{\"id\": \"1\", \"name\": \"g\", \"arguments\": {}}]"
    #expect(events(.mistral, text) == call("f", trickyArguments) + call("g", "{}", index: 1))
    #expect(events(.mistral, "Hm. [TOOL_CALLS]{\"name\": \"f\"}") == [.content("Hm.")] + call("f", "{}"))
    #expect(events(.mistral, "[TOOL_CALLS][]") == [.content("[TOOL_CALLS][]")])
    #expect(events(.mistral, "[TOOL_CALLS] f{}") == [.content("[TOOL_CALLS] f{}")])
    #expect(
      events(.mistral, "[TOOL_CALLS][{\"name\": \"f\", \"arguments\": {}}, and] more")
        == call("f", "{}") + [.content(", and] more")])
  }

  @Test func deepSeekCallsAreFenced() {
    func one(_ name: String, _ arguments: String) -> String {
      "<｜tool▁call▁begin｜>function<｜tool▁sep｜>\(name)\n```json\n\(arguments)\n```<｜tool▁call▁end｜>"
    }
    let calls =
      "<｜tool▁calls▁begin｜>\(one("f", trickyArguments))\n\(one("g", "{}"))<｜tool▁calls▁end｜>"
    #expect(
      events(.deepSeek, "I need it.\n</think>\n\nNow.\n\(calls)", reasoning: .begun)
        == [.reasoning("I need it."), .content("Now.")] + call("f", trickyArguments) + call("g", "{}", index: 1))
    #expect(events(.deepSeek, one("f", "{}")) == call("f", "{}"))
    #expect(
      events(.deepSeek, "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>")
        == call("f", "{}"))
    for text in [
      "<｜tool▁calls▁begin｜>", "<｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>function<｜tool▁sep｜>f {}", "<｜User",
      "<｜tool▁calls▁begin｜><｜tool▁calls▁end｜>", "<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\nnull",
    ] {
      #expect(events(.deepSeek, text) == [.content(text)])
    }
  }
}
