/// How a family of models writes tool calls.
///
///     let format = ToolFormat(template: chatTemplate, specialTokens: tokenizer.specialTokens)
///     var parser = ChatOutputParser(format: format, parsesToolCalls: choice != .none)
///
/// Models learned one way to write calls, shown by the markers in their chat template. To follow the family costs nothing
/// and makes the difference between calls and gibberish.
public enum ToolFormat: String, Sendable, Hashable, CaseIterable {
  /// `<tool_call>`, an object with `name` and `arguments`, `</tool_call>`; again for each call. Hermes, Qwen.
  case hermes
  /// The whole message is an object with `name` and `parameters`, maybe after `<|python_tag|>`. Llama 3.1 to 3.3.
  case llama3
  /// `[f(a=1, b="x"), g()]`, maybe between `<|python_start|>` and `<|python_end|>`, or objects as in `llama3`. Llama 4.
  case llama4
  /// `[TOOL_CALLS]` and an array of objects with `name`, `arguments` and maybe `id`. Mistral.
  case mistral
  /// Messages in channels, calls as messages to `functions.NAME`. gpt-oss.
  case harmony
  /// `<｜tool▁calls▁begin｜>` and calls that name the function and hold a JSON block. DeepSeek R1 and V3.
  case deepSeek
  /// As `hermes`, for models whose template knows no tools; `toolPrompt(for:)` explains them.
  case generic

  /// The format of a model by its chat template, or by its special tokens where the template shows no calls.
  ///
  /// A template that never mentions tools is `generic` whatever the vocabulary holds: models tuned for something else keep
  /// the control tokens of the model that they come from.
  public init(template: String?, specialTokens: some Sequence<String> = []) {
    if let template {
      if let format = Self.format(where: template.contains) {
        self = format
        return
      }
      guard Self.presentsTools(template) else {
        self = .generic
        return
      }
      if template.contains("<|start_header_id|>"), template.contains("\"parameters\"") {
        self = .llama3
        return
      }
    }
    let tokens = Set(specialTokens)
    self = Self.format(where: { tokens.contains($0) }) ?? .generic
  }

  private static func format(where holds: (String) -> Bool) -> ToolFormat? {
    if holds("<|channel|>") { return .harmony }
    if holds("<｜tool▁calls▁begin｜>") { return .deepSeek }
    if holds("[TOOL_CALLS]") { return .mistral }
    if holds("<tool_call>") { return .hermes }
    if holds("<|python_start|>") || holds("<|header_start|>") { return .llama4 }
    return holds("<|python_tag|>") ? .llama3 : nil
  }

  /// Whether a chat template puts a list of tools into the prompt. If not, `toolPrompt(for:)` has to go into the system
  /// message: also DeepSeek R1's template writes calls, but leaves it to the caller to describe the tools.
  public static func presentsTools(_ template: String) -> Bool {
    var word: [UInt8] = []
    for byte in Array(template.utf8) + [0x20] {
      if byte.isNameByte, byte != UInt8(ascii: "."), byte != UInt8(ascii: "-") {
        word.append(byte)
      } else {
        if word.elementsEqual("tools".utf8) || word.elementsEqual("custom_tools".utf8) { return true }
        word.removeAll(keepingCapacity: true)
      }
    }
    return false
  }

  /// The control tokens that a parser must see as text, although decoding usually leaves control tokens out. A vocabulary
  /// for constrained decoding must give them their text as well. Those that a model does not have may be passed over.
  public var controlTokens: [String] {
    let thinking = [ReasoningStyle.opening, ReasoningStyle.closing]
    return switch self {
    case .hermes, .generic: [Markers.toolCall, Markers.toolCallEnd] + thinking
    case .llama3: [Markers.pythonTag] + thinking
    case .llama4: [Markers.pythonStart, Markers.pythonEnd] + thinking
    case .mistral: [Markers.toolCalls] + thinking
    case .harmony: Markers.harmony
    case .deepSeek: Markers.deepSeek + thinking
    }
  }

  /// A random id for a call: `call_` and 24 letters and digits, but 9 of them and nothing else for `mistral`, whose
  /// template accepts no other id when the call comes back as part of a conversation.
  public func newCallID(using generator: inout some RandomNumberGenerator) -> String {
    self == .mistral
      ? Self.randomName("", length: 9, using: &generator) : Self.randomName("call_", length: 24, using: &generator)
  }

  /// A prefix and so many random letters and digits.
  package static func randomName(
    _ prefix: String, length: Int, using generator: inout some RandomNumberGenerator
  ) -> String {
    let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    return prefix + String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
  }

  /// A random id for a call.
  public func newCallID() -> String {
    var generator = SystemRandomNumberGenerator()
    return newCallID(using: &generator)
  }
}

/// The texts that models learned to put around calls.
enum Markers {
  static let toolCall = "<tool_call>"
  static let toolCallEnd = "</tool_call>"
  static let pythonTag = "<|python_tag|>"
  static let pythonStart = "<|python_start|>"
  static let pythonEnd = "<|python_end|>"
  static let toolCalls = "[TOOL_CALLS]"

  static let start = "<|start|>"
  static let end = "<|end|>"
  static let message = "<|message|>"
  static let channel = "<|channel|>"
  static let constrain = "<|constrain|>"
  static let call = "<|call|>"
  static let `return` = "<|return|>"
  static let harmony = [start, end, message, channel, constrain, call, `return`]

  static let callsBegin = "<｜tool▁calls▁begin｜>"
  static let callBegin = "<｜tool▁call▁begin｜>"
  static let separator = "<｜tool▁sep｜>"
  static let callEnd = "<｜tool▁call▁end｜>"
  static let callsEnd = "<｜tool▁calls▁end｜>"
  static let deepSeek = [callsBegin, callBegin, separator, callEnd, callsEnd]
}
