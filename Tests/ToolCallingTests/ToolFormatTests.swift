import Foundation
import JSONParsing
import Testing
import ToolCalling

@Suite struct ToolFormatTests {
  static let templates = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "../shared/golden-templates")

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: templates.path()), "needs ../shared"),
    arguments: [
      ("NousResearch-Hermes-3-Llama-3.1-8B-tool_use", ToolFormat.hermes, true),
      ("Qwen-Qwen2.5-7B-Instruct", .hermes, true), ("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", .deepSeek, false),
      ("google-gemma-2-2b-it", .generic, false), ("meta-llama-Llama-3.1-8B-Instruct", .llama3, true),
      ("meta-llama-Llama-3.2-3B-Instruct", .llama3, true), ("meta-llama-Llama-3.3-70B-Instruct", .llama3, true),
      ("mistralai-Mistral-Nemo-Instruct-2407", .mistral, true), ("openai-gpt-oss-120b", .harmony, true),
    ])
  func templatesShowTheFormat(_ name: String, _ format: ToolFormat, _ presentsTools: Bool) throws {
    let template = try String(contentsOf: Self.templates.appending(path: name + ".jinja"), encoding: .utf8)
    #expect(ToolFormat(template: template) == format)
    #expect(ToolFormat.presentsTools(template) == presentsTools)
  }

  @Test func specialTokensCountWhereTheTemplateSaysNothing() {
    #expect(ToolFormat(template: nil, specialTokens: ["</s>", "[TOOL_CALLS]"]) == .mistral)
    #expect(ToolFormat(template: nil, specialTokens: ["<|python_start|>", "<|python_tag|>"]) == .llama4)
    #expect(ToolFormat(template: "{{ messages }}", specialTokens: ["<|python_tag|>"]) == .generic)
    #expect(ToolFormat(template: "{{ tools }}", specialTokens: ["<|python_tag|>"]) == .llama3)
    #expect(ToolFormat(template: nil) == .generic)
  }

  @Test func thePromptNamesToolsAndFormat() throws {
    let tool = try ToolDefinition(name: "look_up", description: "Looks \"up\".", parameters: ["properties": [:]])
    for format in ToolFormat.allCases {
      let prompt = format.toolPrompt(for: [tool])
      #expect(prompt.contains(#"{"name":"look_up","description":"Looks \"up\".","parameters":{"#))
      #expect(prompt.contains(format.text(calling: "FUNCTION_NAME", arguments: "{\"ARGUMENT_NAME\": \"VALUE\"}")))
    }
  }

  @Test func idsAreRandomAndOfTheRightForm() {
    let ids = (0..<200).map { _ in ToolFormat.hermes.newCallID() }
    #expect(Set(ids).count == 200)
    #expect(ids.allSatisfy { $0.hasPrefix("call_") && $0.utf8.count == 29 })
    #expect(Set(ids.joined()).count == 63)
    let short = ToolFormat.mistral.newCallID()
    #expect(short.utf8.count == 9 && short.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
  }
}
