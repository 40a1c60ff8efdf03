public import Grammars

/// What keeps a model to calls of the given tools, with arguments that follow their schemas.
///
///     switch format.grammar(for: tools, choice: choice, parallel: true, reasoning: reasoning) {
///     case .whole(let expression): constrain(by: expression)   // from the first token of the message on
///     case .triggered(let triggers): scanner = ToolTriggerScanner(triggers, reasoning: reasoning)
///     case nil: break                                          // nothing to constrain
///     }
///
/// Grammars are about text: the vocabulary must give the format's `controlTokens` their text, but for those that end the
/// output. A compiled grammar depends on the tools, the choice and the reasoning style only, so it can be kept for the
/// next request with the same ones.
public enum ToolGrammar: Sendable {
  /// The message as a whole, from its first token to its end. For `required` and `named`.
  case whole(GrammarExpression)
  /// The message is free until one of these texts is written; from there to the end of the message, its grammar holds. For
  /// `auto`. `ToolTriggerScanner` finds the texts.
  ///
  /// An answer that is itself JSON looks like a call of `llama3` and `llama4`; a request for a certain kind of JSON as the
  /// answer should not use triggers.
  case triggered([ToolTrigger])
}

/// A text after which a message goes on as a call.
public struct ToolTrigger: Sendable {
  /// The text.
  public let text: String
  /// Whether it counts only at the beginning of the answer, white space apart.
  public let isOnlyAtStart: Bool
  /// What may follow the text, to the end of the message.
  public let expression: GrammarExpression

  init(_ text: String, isOnlyAtStart: Bool = false, _ expression: GrammarExpression) {
    self.text = text
    self.isOnlyAtStart = isOnlyAtStart
    self.expression = expression
  }
}

/// Finds the first trigger in a message while it is written.
///
///     if let hit = scanner.read(piece) {
///       var constraint = try GrammarConstraint(Grammar(hit.trigger.expression), vocabulary)
///       isConstrained = try constraint.accept(bytes: Array(hit.rest.utf8))
///     }
///
/// A token may hold a trigger's end and more; the rest was written before the grammar could be asked, and need not follow
/// it. Then the message stays free: the parser takes what comes.
public struct ToolTriggerScanner: Sendable {
  private let triggers: [ToolTrigger]
  private var search: MarkerSearch
  private var closingThink = MarkerSearch([.init(ReasoningStyle.closing)])
  private var buffer = OutputBuffer()
  private var isReasoning: Bool
  private var isDone = false

  /// A scanner for one message.
  public init(_ triggers: [ToolTrigger], reasoning: ReasoningStyle) {
    self.triggers = triggers
    var markers = triggers.map { MarkerSearch.Marker($0.text, isOnlyAtStart: $0.isOnlyAtStart) }
    if reasoning != .none { markers.append(.init(ReasoningStyle.opening, isOnlyAtStart: true)) }
    search = MarkerSearch(markers)
    isReasoning = reasoning == .begun
  }

  /// Takes the next piece of text; gives the trigger that it completed, and what it holds behind it. Later pieces give nil.
  public mutating func read(_ text: String) -> (trigger: ToolTrigger, rest: String)? {
    guard !isDone else { return nil }
    buffer.append(text)
    while true {
      switch isReasoning ? closingThink.next(in: buffer) : search.next(in: buffer) {
      case .none(let safe):
        buffer.cursor = safe
        buffer.drop()
        return nil
      case .found(let marker, let place, _):
        buffer.cursor = place + (isReasoning ? closingThink : search).markers[marker].bytes.count
        buffer.drop()
        if !isReasoning, triggers.indices.contains(marker) {
          isDone = true
          return (triggers[marker], buffer.take(upTo: buffer.bytes.count))
        }
        isReasoning.toggle()
      }
    }
  }
}
