import Testing
import ToolCalling

@Suite struct HarmonyTests {
  @Test func channelsSayWhatTextIs() {
    #expect(
      events(
        .harmony,
        "<|channel|>analysis<|message|>Hm, 1 < 2.<|end|><|start|>assistant<|channel|>final<|message|>It is\n7.\n<|return|>"
      )
        == [.reasoning("Hm, 1 < 2."), .content("It is\n7.\n")])
    #expect(
      events(.harmony, "<|start|>assistant<|channel|>commentary<|message|>Wait.", parsesToolCalls: false)
        == [.content("Wait.")])
  }

  @Test func messagesToFunctionsAreCalls() {
    let analysis = "<|channel|>analysis<|message|>Look it up.<|end|>\n<|start|>assistant"
    for header in [
      "<|channel|>commentary to=functions.get-it <|constrain|>json<|message|>",
      "<|channel|>commentary to=functions.get-it<|message|>",
      " to=functions.get-it<|channel|>commentary json<|message|>",
      "<|channel|>analysis to=functions.get-it code<|message|>",
    ] {
      #expect(
        events(.harmony, analysis + header + trickyArguments + "<|call|>")
          == [.reasoning("Look it up.")] + call("get-it", trickyArguments))
      #expect(events(.harmony, header + trickyArguments) == call("get-it", trickyArguments))
    }
    #expect(
      events(
        .harmony,
        "<|channel|>commentary to=functions.f<|message|>{\"a\": 1} <|call|><|start|>assistant<|channel|>commentary "
          + "to=functions.g<|message|><|call|><|channel|>final<|message|>Done.")
        == call("f", "{\"a\": 1}") + call("g", "{}", index: 1) + [.content("Done.")])
    #expect(
      events(.harmony, "<|channel|>commentary to=python<|message|>print(1 < 2)<|call|>")
        == call("python", "print(1 < 2)"))
    #expect(events(.harmony, "<|channel|>commentary to=functions.f<|message|>") == call("f", "{}"))
  }

  @Test func withoutToolsCallsAreContentButReasoningIsNot() {
    #expect(
      events(
        .harmony,
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.f<|message|>{}<|call|>",
        parsesToolCalls: false) == [.reasoning("Hm."), .content("{}")])
  }

  @Test(arguments: [
    "Plain text.", "<|channel|>no such, header<|message|>x", "<|channel|>analysis", "<|channel", " to=f, I think",
    "<b>",
    "<|message", " to", "<|channel|>\(String(repeating: "a", count: 600))<|message|>x",
  ])
  func whatHasNoHeaderIsContent(_ text: String) {
    #expect(events(.harmony, text) == [.content(text)])
  }

  @Test func argumentsThatCannotGoOnBecomeContent() {
    #expect(
      events(.harmony, "<|channel|>commentary to=functions.f<|message|>{\"a\": ] x<|call|>\n")
        == call("f", "{\"a\": ") + [.content("] x")])
    #expect(events(.harmony, "<|channel|>final<|message|>a<|end|> b") == [.content("ab")])
    #expect(
      events(.harmony, "<|channel|>final<|message|>a<|end|><|start|>user<|message|>b")
        == [.content("a<|start|>user<|message|>b")])
  }
}
