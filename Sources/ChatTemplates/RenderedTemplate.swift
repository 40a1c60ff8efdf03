/// What a chat template makes of a conversation.
///
/// `parts` tells apart what the template wrote and what came with the request. Only in the former may a tokenizer
/// read `<|eot_id|>` as a control token; in a user's message, it is text.
///
///     let rendered = try template.render(data: ["messages": […]], now: date)
///     for part in rendered.parts {
///       switch part {
///       case .template(let text): …   // control tokens count
///       case .data(let text): …       // mere text
///       }
///     }
///
/// Only control tokens end where a part ends. Ordinary text may run over a boundary, and a tokenizer that merges
/// characters should see it in one piece.
public struct RenderedTemplate: Hashable, Sendable {
  /// A stretch of the result with one origin. No part is empty, and neighbours differ in origin.
  public enum Part: Hashable, Sendable {
    /// From the template itself or from trusted variables.
    case template(String)
    /// From the conversation: messages, tools, documents.
    case data(String)

    /// The text, wherever it is from.
    public var text: String {
      switch self {
      case .template(let text), .data(let text): text
      }
    }
  }

  /// The whole text.
  public let text: String
  /// The same text in parts.
  public let parts: [Part]

  init(_ text: Text) {
    self.text = text.string
    switch text.origin {
    case .template: parts = text.isEmpty ? [] : [.template(self.text)]
    case .data: parts = text.isEmpty ? [] : [.data(self.text)]
    case .mixed(let runs):
      var parts: [Part] = []
      var start = 0
      for run in runs {
        let piece = String(decoding: text.bytes[start..<run.end], as: UTF8.self)
        parts.append(run.isData ? .data(piece) : .template(piece))
        start = run.end
      }
      self.parts = parts
    }
  }
}
