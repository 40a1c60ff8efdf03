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

extension Prompt {
  /// The ids of the prompt, if the model can take them.
  /// - Throws: `GenerationError` when there are none or too many, or the vocabulary does not have one.
  func ids(for predictor: some TokenPredictor, coder: some TextCoder) throws(GenerationError) -> [Int] {
    var ids = encoded(by: coder)
    if ids.isEmpty, let first = predictor.beginningToken ?? predictor.endTokens.first { ids = [first] }
    guard !ids.isEmpty else {
      throw GenerationError(
        .emptyPrompt, "the prompt is empty, and this model has no token to begin with; give some text.")
    }
    guard ids.count <= predictor.contextLength else {
      throw GenerationError(
        .promptTooLong,
        "the prompt has \(ids.count) tokens, but the model's context holds \(predictor.contextLength); shorten it.")
    }
    if let id = ids.first(where: { $0 < 0 || $0 >= predictor.vocabularySize }) {
      throw GenerationError(
        .invalidToken,
        "token id \(id) of the prompt is outside the model's 0..<\(predictor.vocabularySize); use its own tokenizer.")
    }
    return ids
  }
}

/// A piece of a prompt.
public enum PromptPart: Sendable, Hashable {
  /// Text from outside: control tokens in it are mere characters, so that no message can pose as another.
  case text(String)
  /// Text of the format itself, in which control tokens count.
  case control(String)
}
