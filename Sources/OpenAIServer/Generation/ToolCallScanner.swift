#if Server
  import Grammars
  import TextGeneration
  import ToolCalling

  /// Finds where a message becomes a tool call, from where on the tools' schemas count.
  struct ToolCallScanner: ConstraintScanner {
    private var scanner: ToolTriggerScanner
    /// By the trigger's text.
    private let grammars: [String: GrammarConstraint]

    init(_ triggers: [ToolTrigger], _ reasoning: ReasoningStyle, _ grammars: [String: GrammarConstraint]) {
      scanner = ToolTriggerScanner(triggers, reasoning: reasoning)
      self.grammars = grammars
    }

    mutating func read(_ text: String) -> (grammar: GrammarConstraint, rest: String)? {
      guard let (trigger, rest) = scanner.read(text), let grammar = grammars[trigger.text] else { return nil }
      return (grammar, rest)
    }
  }
#endif
