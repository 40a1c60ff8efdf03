/// What a text is to be continued from.
///
///     let prompt: Prompt = "Once upon a time"
public enum Prompt: Sendable, Hashable, ExpressibleByStringLiteral {
  /// A text, to which the tokenizer adds the beginning token that its model was trained with.
  case text(String)
  /// Token ids, taken as they are.
  case tokens([Int])
  /// Text between control tokens, as chat formats have it; nothing is added.
  case parts([PromptPart])

  /// A text to continue.
  public init(stringLiteral value: String) { self = .text(value) }

  /// The ids of the prompt.
  func encoded(by coder: some TextCoder) -> [Int] {
    switch self {
    case .text(let text): coder.encode(text, isWhole: true)
    case .tokens(let tokens): tokens
    case .parts(let parts):
      parts.flatMap { part in
        switch part {
        case .text(let text): coder.encode(text, isWhole: false)
        case .control(let text): coder.encodeControl(text)
        }
      }
    }
  }
}

/// A piece of a prompt.
public enum PromptPart: Sendable, Hashable {
  /// Text from outside: control tokens in it are mere characters, so that no message can pose as another.
  case text(String)
  /// Text of the format itself, in which control tokens count.
  case control(String)
}
