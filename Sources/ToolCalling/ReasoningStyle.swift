/// How a model writes down what it thinks before it answers. The format `harmony` has channels for it and needs none of
/// these.
public enum ReasoningStyle: Sendable, Hashable {
  /// It does not, or what it thinks shall stay part of the answer.
  case none
  /// Between `<think>` and `</think>`, before the answer.
  case tagged
  /// As `tagged`, but the prompt ends with `<think>`, so that the output begins within.
  case begun

  /// The style of a model by its chat template, and by the end of the prompt that the template gave.
  ///
  ///     let reasoning = ReasoningStyle(template: source, prompt: renderedPrompt)
  public init(template: String?, prompt: String) {
    if prompt.reversed().drop(while: \.isWhitespace).starts(with: Self.opening.reversed()) {
      self = .begun
    } else {
      self = template?.contains("think>") == true ? .tagged : .none
    }
  }

  static let opening = "<think>"
  static let closing = "</think>"
}
