package import JSONParsing

/// Who says something in a conversation.
public enum ChatRole: String, Sendable, CaseIterable { case system, user, assistant }

/// One thing said in a conversation.
public struct ChatMessage: Sendable, Hashable {
  /// Who says it.
  public var role: ChatRole
  /// What is said.
  public var content: String

  /// A message.
  public init(_ role: ChatRole, _ content: String) {
    self.role = role
    self.content = content
  }

  /// As templates and OpenAI's API have it.
  package var json: JSONObject { ["role": .string(role.rawValue), "content": .string(content)] }
}

/// How a conversation becomes one text, as the makers of a chat model trained it.
public enum PromptFormat: String, Sendable, CaseIterable {
  /// LLaMA 2 chat: `[INST] … [/INST]`.
  case llama2
  /// LLaMA 3: `<|start_header_id|>user<|end_header_id|>`.
  case llama3
  /// LLaMA 4: `<|header_start|>user<|header_end|>`.
  case llama4
  /// ChatML: `<|im_start|>user`. Qwen and many fine-tuned models.
  case chatML = "chatml"
  /// The harmony format of gpt-oss, in its smallest form: the final channel without reasoning or tools.
  case harmony
  /// `User:` and `Assistant:` lines, for models without control tokens.
  case plain

  /// The format whose control tokens a vocabulary has; plain where it has none. LLaMA 2 has no control tokens of its
  /// own and must be asked for.
  package init(recognizing coder: some TextCoder) {
    self =
      Self.allCases.first { format in
        !format.markers.isEmpty && format.markers.allSatisfy { coder.id(ofControl: $0) != nil }
      } ?? .plain
  }

  /// The control tokens by which a format is recognised.
  private var markers: [String] {
    switch self {
    case .llama3: ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]
    case .llama4: ["<|header_start|>", "<|header_end|>", "<|eot|>"]
    case .chatML: ["<|im_start|>", "<|im_end|>"]
    case .harmony: ["<|start|>", "<|message|>", "<|channel|>", "<|end|>"]
    case .llama2, .plain: []
    }
  }

  /// The control tokens that end a reply.
  public var endMarkers: [String] {
    switch self {
    case .llama2: ["</s>"]
    case .llama3: ["<|eot_id|>", "<|eom_id|>", "<|end_of_text|>"]
    case .llama4: ["<|eot|>", "<|eom|>", "<|end_of_text|>"]
    case .chatML: ["<|im_end|>", "<|endoftext|>"]
    case .harmony: ["<|return|>", "<|call|>", "<|end|>"]
    case .plain: []
    }
  }

  /// The texts that end a reply.
  public var stopStrings: [String] { self == .plain ? ["\nUser:"] : [] }

  /// The prompt that asks for the assistant's next message, or without that ends with the last one.
  public func prompt(for messages: [ChatMessage], addsGenerationPrompt: Bool = true) -> Prompt {
    if self == .plain { return .text(transcript(messages) + (addsGenerationPrompt ? "Assistant:" : "")) }
    return .parts(parts(of: messages) + (addsGenerationPrompt ? opening : []))
  }

  private func parts(of messages: [ChatMessage]) -> [PromptPart] {
    switch self {
    case .llama3: headed(messages, "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    case .llama4: headed(messages, "<|header_start|>", "<|header_end|>", "<|eot|>")
    case .chatML:
      messages.flatMap { message -> [PromptPart] in
        [.control("<|im_start|>\(message.role.rawValue)\n"), .text(message.content), .control("<|im_end|>\n")]
      }
    case .llama2: instructions(messages)
    case .harmony: harmony(messages)
    case .plain: [.text(transcript(messages))]
    }
  }

  /// What begins the assistant's message.
  private var opening: [PromptPart] {
    switch self {
    case .llama3: [.control("<|start_header_id|>assistant<|end_header_id|>\n\n")]
    case .llama4: [.control("<|header_start|>assistant<|header_end|>\n\n")]
    case .chatML: [.control("<|im_start|>assistant\n")]
    case .harmony: [.control("<|start|>assistant<|channel|>final<|message|>")]
    case .llama2, .plain: []
    }
  }

  private func headed(_ messages: [ChatMessage], _ start: String, _ end: String, _ close: String) -> [PromptPart] {
    [.control("<|begin_of_text|>")]
      + messages.flatMap { message -> [PromptPart] in
        [.control("\(start)\(message.role.rawValue)\(end)\n\n"), .text(message.content), .control(close)]
      }
  }

  /// Each user message opens an instruction; what the system says stands inside the first.
  private func instructions(_ messages: [ChatMessage]) -> [PromptPart] {
    var parts: [PromptPart] = []
    var system = ""
    for message in messages {
      switch message.role {
      case .system: system = "<<SYS>>\n\(message.content)\n<</SYS>>\n\n"
      case .user:
        parts += [.control("<s>"), .text("[INST] \(system)\(message.content) [/INST]")]
        system = ""
      case .assistant: parts += [.text(" \(message.content) "), .control("</s>")]
      }
    }
    return parts
  }

  private func harmony(_ messages: [ChatMessage]) -> [PromptPart] {
    var parts: [PromptPart] = [
      .control("<|start|>system<|message|>"),
      .text(
        """
        You are ChatGPT, a large language model trained by OpenAI.
        Knowledge cutoff: 2024-06

        Reasoning: low

        # Valid channels: analysis, commentary, final. Channel must be included for every message.
        """), .control("<|end|>"),
    ]
    for message in messages {
      switch message.role {
      case .system:
        parts += [
          .control("<|start|>developer<|message|>"), .text("# Instructions\n\n\(message.content)"), .control("<|end|>"),
        ]
      case .user: parts += [.control("<|start|>user<|message|>"), .text(message.content), .control("<|end|>")]
      case .assistant:
        parts += [
          .control("<|start|>assistant<|channel|>final<|message|>"), .text(message.content), .control("<|end|>"),
        ]
      }
    }
    return parts
  }

  private func transcript(_ messages: [ChatMessage]) -> String {
    messages.map { message in
      switch message.role {
      case .system: "\(message.content)\n\n"
      case .user: "User: \(message.content)\n"
      case .assistant: "Assistant: \(message.content)\n"
      }
    }.joined()
  }
}
