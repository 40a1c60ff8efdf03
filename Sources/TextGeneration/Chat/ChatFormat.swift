import Checkpoints
public import ChatTemplates
public import Foundation
public import JSONParsing
public import Tokenization

/// How a model's conversations become prompts: by the template that comes with it, else by the control tokens that its
/// vocabulary has.
///
///     let format = try ChatFormat.load(forModel: "Llama-3.2-1B-Instruct", tokenizer: tokenizer)
///     let prompt = try format.prompt(for: [["role": "user", "content": "Hello"]])
public struct ChatFormat: Sendable {
  /// The template, where the model has one.
  public let template: ChatTemplate?
  /// The template for conversations with tools, where the model has another one for them.
  public let toolTemplate: ChatTemplate?
  /// What takes the template's place where there is none.
  public let format: PromptFormat
  /// What a template knows besides the conversation, such as `bos_token`.
  private let tokens: JSONObject
  /// The tokens that end a reply.
  public let endTokens: [Int]

  /// A format of these parts.
  public init(template: ChatTemplate?, toolTemplate: ChatTemplate? = nil, tokenizer: Tokenizer) {
    self.template = template
    self.toolTemplate = toolTemplate
    format = PromptFormat(recognizing: tokenizer)
    var tokens: JSONObject = [:]
    if let text = tokenizer.bosID.flatMap(tokenizer.piece(of:)) { tokens["bos_token"] = .string(text) }
    if let text = tokenizer.eosIDs.first.flatMap(tokenizer.piece(of:)) { tokens["eos_token"] = .string(text) }
    self.tokens = tokens
    endTokens = Array(Set(tokenizer.eosIDs + format.endMarkers.compactMap { tokenizer.id(ofControl: $0) })).sorted()
  }

  /// A format for a vocabulary of which nothing else is known.
  /// - Parameter coder: Knows the control tokens that end a reply.
  package init(_ format: PromptFormat, template: ChatTemplate? = nil, coder: some TextCoder) {
    (self.format, self.template, toolTemplate, tokens) = (format, template, nil, [:])
    endTokens = format.endMarkers.compactMap { coder.id(ofControl: $0) }
  }

  /// Whether the model was made for conversations, as far as its files tell.
  public var isForChat: Bool { template != nil || format != .plain }

  /// The texts that end a reply.
  public var stopStrings: [String] { template == nil ? format.stopStrings : [] }

  /// Whether tools can be shown to the model by its own template.
  public var takesTools: Bool { (toolTemplate ?? template)?.variables.contains("tools") ?? false }

  /// The prompt that asks for the next message.
  /// - Parameters:
  ///   - messages: As OpenAI's API has them; contents are strings.
  ///   - tools: Descriptions of functions, as OpenAI's API has them.
  ///   - addsGenerationPrompt: Whether the assistant's next message is begun.
  ///   - variables: Further ones that the request sets for the template.
  /// - Throws: `TemplateError` when the template refuses the conversation.
  public func prompt(
    for messages: [JSONObject], tools: [JSONValue] = [], addsGenerationPrompt: Bool = true,
    variables: JSONObject = [:], date: Date = Date()
  ) throws(TemplateError) -> Prompt {
    guard let template = tools.isEmpty ? template : toolTemplate ?? template else {
      return format.prompt(for: Self.plainMessages(messages), addsGenerationPrompt: addsGenerationPrompt)
    }
    var data = variables
    data["messages"] = .array(messages.map { .object($0) })
    data["tools"] = tools.isEmpty ? .null : .array(tools)
    data["add_generation_prompt"] = .bool(addsGenerationPrompt)
    let rendered = try template.render(data: data, trusted: tokens, now: CivilDate(date))
    return .parts(
      rendered.parts.map { part in
        switch part {
        case .template(let text): .control(text)
        case .data(let text): .text(text)
        }
      })
  }

  /// Messages as formats without a template know them: what a tool answered is said by the user.
  private static func plainMessages(_ messages: [JSONObject]) -> [ChatMessage] {
    messages.map { message in
      let content = message["content"]?.string ?? ""
      switch message["role"]?.string {
      case "system", "developer": return ChatMessage(.system, content)
      case "assistant": return ChatMessage(.assistant, content)
      default: return ChatMessage(.user, content)
      }
    }
  }
}

extension ChatFormat {
  /// The format that comes with a model.
  /// - Parameter path: A Hugging Face folder, a .gguf or a llama2.c .bin.
  /// - Throws: `TemplateError` for a template that is none; `JSONError`, `CheckpointError`.
  public static func load(forModel path: String, tokenizer: Tokenizer) throws -> ChatFormat {
    let sources = try templates(forModel: path)
    func template(_ name: String) throws -> ChatTemplate? { try sources[name].map { try ChatTemplate($0) } }
    return ChatFormat(
      template: try template("default"), toolTemplate: try template("tool_use"), tokenizer: tokenizer)
  }

  /// Whether a model comes with a template; reads no vocabulary.
  public static func isForChat(modelPath: String) throws -> Bool {
    try templates(forModel: modelPath)["default"] != nil
  }

  /// The templates of a model by name.
  private static func templates(forModel path: String) throws -> [String: String] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [:] }
    if !isFolder.boolValue {
      guard path.hasSuffix(".gguf") else { return [:] }
      let metadata = try GGUFCheckpoint(path: path).metadata
      return [
        "default": try metadata.string("tokenizer.chat_template"),
        "tool_use": try metadata.string("tokenizer.chat_template.tool_use"),
      ].compactMapValues(\.self)
    }
    func contents(_ name: String) -> Data? { FileManager.default.contents(atPath: path + "/" + name) }
    var found: [String: String] = [:]
    if let file = contents("tokenizer_config.json") {
      let configuration = try JSONValue(parsing: Array(file), duplicateKeys: .keepLast).object ?? [:]
      found = TokenizerConfiguration(configuration).templates
    }
    // Newer folders keep it in a file of its own, which counts.
    if let file = contents("chat_template.jinja") { found["default"] = String(decoding: file, as: UTF8.self) }
    return found
  }
}

extension CivilDate {
  /// The local date and time of a moment.
  package init(_ date: Date) {
    let parts = Calendar(identifier: .gregorian).dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: date)
    self.init(
      year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1, hour: parts.hour ?? 0,
      minute: parts.minute ?? 0, second: parts.second ?? 0)
  }
}
