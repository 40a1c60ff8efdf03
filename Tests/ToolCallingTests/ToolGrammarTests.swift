import Grammars
import JSONParsing
import Testing
import ToolCalling

@Suite struct ToolGrammarTests {
  private static func tools() throws -> [ToolDefinition] {
    try ToolDefinition.list(
      from: JSONValue(
        parsing: #"""
          [{"type": "function", "name": "add", "parameters": {"type": "object", "properties":
             {"a": {"type": "integer"}, "note": {"type": "string"}, "b": {"$ref": "#/$defs/n"}}, "required": ["a", "b"],
             "$defs": {"n": {"type": "integer"}}}},
           {"type": "function", "name": "now"},
           {"type": "function", "name": "tune", "parameters": {"type": "object", "properties":
             {"x": {"enum": ["p", null]}, "y": {"type": "boolean"}}, "additionalProperties": false}}]
          """#))
  }

  private static let sum = #"{"a": 1, "note": "x", "b": 2}"#

  /// The grammar of messages as a whole, which must be one.
  private func whole(
    _ format: ToolFormat, _ choice: ToolChoice, parallel: Bool = false, reasoning: ReasoningStyle = .none
  ) throws -> Grammar {
    guard
      case .whole(let expression) = format.grammar(
        for: try Self.tools(), choice: choice, parallel: parallel, reasoning: reasoning)
    else { throw ToolError("no grammar", at: "test") }
    return try Grammar(expression)
  }

  @Test(arguments: ToolFormat.allCases)
  func callsOfTheToolsMatchAndNothingElse(_ format: ToolFormat) throws {
    let any = try whole(format, .required)
    let named = try whole(format, .named("now"), parallel: true)
    let sum = format.text(calling: "add", arguments: Self.sum)
    let now = format.text(calling: "now", arguments: "{}")
    #expect(try any.matches(sum))
    #expect(try any.matches(now))
    #expect(try named.matches(now))
    #expect(try !named.matches(sum))
    #expect(try !any.matches("Hello."))
    #expect(try !any.matches(""))
    for (name, arguments) in [
      ("other", "{}"), ("add", "{}"), ("add", #"{"a": "1", "b": 2}"#), ("now", #"{"x": 1}"#), ("add", "5"),
    ] {
      #expect(try !any.matches(format.text(calling: name, arguments: arguments)))
    }
  }

  @Test(arguments: [ToolFormat.hermes, .mistral, .deepSeek, .llama4])
  func severalCallsMatchWhereTheyMay(_ format: ToolFormat) throws {
    let text =
      switch format {
      case .mistral:
        #"[TOOL_CALLS][{"name": "now", "arguments": {}}, {"name": "now", "arguments": {}, "id": "abcdefghi"}]"#
      case .llama4: "[now(), add(a=1, b=2)]"
      case .deepSeek:
        format.text(calling: "now", arguments: "{}").replacing("<｜tool▁calls▁end｜>", with: "\n")
          + format.text(calling: "now", arguments: "{}").replacing("<｜tool▁calls▁begin｜>", with: "")
      default: format.text(calling: "now", arguments: "{}") + "\n" + format.text(calling: "now", arguments: "{}")
      }
    #expect(events(format, text).count == 6)
    #expect(try whole(format, .required, parallel: true).matches(text))
    #expect(try !whole(format, .required, parallel: false).matches(text))
    #expect(try !whole(format, .named("now"), parallel: true).matches(text))
  }

  @Test(arguments: [
    ("[add(a=1, b=2)]", true), (#"[add(a=1,b=2, note="x)")]"#, true), ("[add(a=1)]", false), ("[add(b=1, a=2)]", false),
    ("[now()]", true), ("[now(a=1)]", false), ("[tune()]", true), (#"[tune(y=true, x="p")]"#, true),
    ("[tune(x=null)]", true),
    ("[tune(x=1)]", false), ("[tune(y=true,)]", false), ("[]", false), ("[now]", false),
  ])
  func pythonCallsMatch(_ text: String, _ matches: Bool) throws {
    #expect(try whole(.llama4, .required).matches(text) == matches)
  }

  @Test func toolsThatPythonCannotHoldAreWrittenAsObjects() throws {
    let tool = try ToolDefinition(name: "f", parameters: ["anyOf": [["type": "object", "required": ["a"]]]])
    guard case .whole(let expression) = ToolFormat.llama4.grammar(for: [tool], choice: .required, parallel: false)
    else {
      Issue.record("no grammar")
      return
    }
    let grammar = try Grammar(expression)
    #expect(try grammar.matches(#"{"name": "f", "parameters": {"a": 1}}"#))
    #expect(try !grammar.matches("[f(a=1)]"))
  }

  @Test func reasoningMayComeFirst() throws {
    let now = ToolFormat.hermes.text(calling: "now", arguments: "{}")
    let begun = try whole(.hermes, .required, reasoning: .begun)
    for thought in ["", "So <b>, </thinker> <</think </th", "<", "<<</"] {
      #expect(try begun.matches("\(thought)</think>\n\n\(now)"), "\(thought)")
    }
    #expect(try !begun.matches(now))
    #expect(try !begun.matches("So</think> I do </think>\n\n\(now)"))
    let tagged = try whole(.hermes, .required, reasoning: .tagged)
    #expect(try tagged.matches(now) && tagged.matches("<think>So.</think>\(now)"))
    #expect(try !whole(.hermes, .required).matches("<think>So.</think>\(now)"))
    #expect(
      try whole(.harmony, .required).matches(
        "<|channel|>analysis<|message|>So <|en <b>.<|end|><|start|>assistant<|channel|>commentary to=functions.now "
          + "<|constrain|>json<|message|>{}"))
  }

  @Test(arguments: ToolFormat.allCases)
  func triggersStandWhereCallsBegin(_ format: ToolFormat) throws {
    guard case .triggered(let triggers) = format.grammar(for: try Self.tools(), choice: .auto, parallel: true) else {
      Issue.record("no triggers")
      return
    }
    let isTagged = format != .harmony
    let thought = isTagged ? "<think>{ [ <tool_call>\n</think>\n" : "<|channel|>analysis<|message|>to=functions.<|end|>"
    let text = thought + (isTagged ? "" : "<|start|>assistant") + format.text(calling: "add", arguments: Self.sum)
    for cut in text.unicodeScalars.indices {
      var scanner = ToolTriggerScanner(triggers, reasoning: isTagged ? .tagged : .none)
      let first = scanner.read(String(text.unicodeScalars[..<cut]))
      let second = scanner.read(String(text.unicodeScalars[cut...]))
      let rest = (first?.rest).map { $0 + String(text.unicodeScalars[cut...]) } ?? second?.rest
      let trigger = try #require(first?.trigger ?? second?.trigger)
      #expect(text.hasSuffix(trigger.text + (rest ?? "")))
      if cut == text.unicodeScalars.startIndex {
        let grammar = try Grammar(trigger.expression)
        #expect(try grammar.matches(rest ?? ""))
        #expect(try !grammar.matches((rest ?? "").replacing("add", with: "sub")))
      }
    }
  }

  @Test func nothingIsConstrainedWithoutNeed() throws {
    let tools = try Self.tools()
    if ToolFormat.hermes.grammar(for: tools, choice: .none, parallel: true) != nil { Issue.record("a grammar") }
    if ToolFormat.hermes.grammar(for: [], choice: .auto, parallel: true) != nil { Issue.record("a grammar") }
    if ToolFormat.hermes.grammar(for: tools, choice: .named("other"), parallel: true) != nil {
      Issue.record("a grammar")
    }
  }

  @Test func onlyStrictToolsRefuseWhatCannotBeEnforced() throws {
    for isStrict in [false, true] {
      let tool = try ToolDefinition(
        name: "f", parameters: ["properties": ["a": ["not": ["type": "null"]]]], isStrict: isStrict)
      guard case .whole(let expression) = ToolFormat.hermes.grammar(for: [tool], choice: .required, parallel: false)
      else { continue }
      #expect(((try? Grammar(expression)) == nil) == isStrict)
    }
  }
}
