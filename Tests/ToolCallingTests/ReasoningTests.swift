import Testing
import ToolCalling

@Suite struct ReasoningTests {
  private static let called = "<tool_call>{\"name\": \"f\"}</tool_call>"

  @Test func splitsReasoningOff() {
    #expect(
      events(.hermes, "\n<think>\nWell, a < b. \n</think>\n\nYes.", reasoning: .tagged)
        == [.reasoning("Well, a < b."), .content("Yes.")])
    #expect(events(.generic, "Well.</think>Yes.\n", reasoning: .begun) == [.reasoning("Well."), .content("Yes.\n")])
    #expect(events(.hermes, "<think>\n\n</think>\n\nYes.", reasoning: .tagged) == [.content("Yes.")])
    #expect(events(.hermes, "<think>\nWell", reasoning: .tagged) == [.reasoning("Well")])
    #expect(events(.hermes, "<think>Well</thin", reasoning: .begun) == [.reasoning("<think>Well</thin")])
  }

  @Test func onlyWhereAskedToAndBeforeTheAnswer() {
    let text = "<think>Well.</think>Yes."
    #expect(events(.hermes, text) == [.content(text)])
    #expect(events(.hermes, "Say \(text)", reasoning: .tagged) == [.content("Say \(text)")])
    #expect(
      events(.llama3, text, parsesToolCalls: false, reasoning: .tagged) == [.reasoning("Well."), .content("Yes.")])
  }

  @Test func aCallMayFollowReasoningAndIsNoneWithin() {
    #expect(
      events(.hermes, "<think>\(Self.called)</think>\n\(Self.called)", reasoning: .tagged)
        == [.reasoning(Self.called)] + call("f", "{}"))
    #expect(
      events(.llama3, "So.\n</think>\n\n{\"name\": \"f\", \"parameters\": {}}", reasoning: .begun)
        == [.reasoning("So.")] + call("f", "{}"))
  }

  @Test func theStyleShowsInTemplateAndPrompt() {
    #expect(ReasoningStyle(template: "… <think> …", prompt: "<|assistant|>\n") == .tagged)
    #expect(ReasoningStyle(template: "… '</think>' …", prompt: "<｜Assistant｜><think>\n") == .begun)
    #expect(ReasoningStyle(template: nil, prompt: "<think>") == .begun)
    #expect(ReasoningStyle(template: "I think.", prompt: "<think>\n\n</think>\n\n") == .none)
  }
}
