public import Grammars
public import Tokenization

/// What a text must look like: a grammar, from the beginning or from a place that the text itself tells.
///
///     let vocabulary = GrammarVocabulary(tokenizer: tokenizer, endTokens: model.configuration.eosTokens)
///     options.constraint = try GenerationConstraint(Grammar(jsonSchema: schema), vocabulary)
public struct GenerationConstraint: Sendable {
  enum Start: Sendable {
    case atOnce(GrammarConstraint)
    case found(by: any ConstraintScanner)
  }
  let start: Start

  /// A grammar for the whole text.
  /// - Parameter vocabulary: The tokens of the model that writes.
  /// - Throws: `GrammarError` when the grammar is too large for what it would be compiled to.
  public init(_ grammar: Grammar, _ vocabulary: GrammarVocabulary) throws(GrammarError) {
    start = .atOnce(try GrammarConstraint(grammar, vocabulary))
  }

  /// Anything, until a scanner finds where a grammar begins.
  public init(foundBy scanner: any ConstraintScanner) { start = .found(by: scanner) }
}

/// Finds the place from which a text follows a grammar, such as the mark that opens a tool call. A copy goes on by
/// itself.
public protocol ConstraintScanner: Sendable {
  /// Takes in the next piece of the text.
  /// - Returns: Once the place was found, the grammar and what the piece holds behind the place; else nil.
  mutating func read(_ text: String) -> (grammar: GrammarConstraint, rest: String)?
}

extension GrammarVocabulary {
  /// The tokens of a model: what each writes.
  /// - Parameters:
  ///   - endTokens: Those that end a text; a grammar allows them where it is complete.
  ///   - keptControlTokens: Control tokens that are written as their names; others write nothing.
  public convenience init(
    tokenizer: Tokenizer, vocabularySize: Int? = nil, endTokens: [Int], keptControlTokens: Set<Int> = []
  ) {
    let count = vocabularySize ?? tokenizer.vocabularySize
    self.init(
      tokens: (0..<count).map { id in
        tokenizer.isSpecial(id) && !keptControlTokens.contains(id) ? nil : tokenizer.bytes(of: id)
      }, endTokens: endTokens)
  }
}

/// A constraint at some place of a text.
struct ConstrainedText {
  private enum State {
    case searching(any ConstraintScanner)
    case inside(GrammarConstraint)
    /// The token that brought the mark brought more, which the grammar does not allow: the text is free.
    case left
  }
  private var state: State

  init(_ constraint: GenerationConstraint) {
    state =
      switch constraint.start {
      case .atOnce(let grammar): .inside(grammar)
      case .found(let scanner): .searching(scanner)
      }
  }

  /// Sets the scores of tokens that must not come to minus infinity.
  func mask(_ scores: inout [Float]) throws(GrammarError) {
    if case .inside(let grammar) = state { try grammar.mask().apply(to: &scores) }
  }

  /// Whether the text is complete and nothing may follow.
  var mustEnd: Bool { if case .inside(let grammar) = state { grammar.mustEnd } else { false } }

  /// Takes in the token that was chosen.
  /// - Parameter text: What it added to the text.
  mutating func accept(_ token: Int, text: String) throws(GrammarError) {
    switch state {
    case .inside(var grammar): state = try grammar.accept(token: token) ? .inside(grammar) : .left
    case .searching(var scanner):
      guard let (grammar, rest) = scanner.read(text) else {
        state = .searching(scanner)
        return
      }
      var constraint = grammar
      state = try constraint.accept(bytes: Array(rest.utf8)) ? .inside(constraint) : .left
    case .left: break
    }
  }
}
