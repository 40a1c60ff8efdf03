/// One text on its way through a grammar: says which tokens may come next, and takes them one by one.
///
///     var constraint = try GrammarConstraint(grammar, vocabulary)
///     while !constraint.mustEnd {
///       let mask = try constraint.mask()
///       let token = sample(scores, allowing: mask)
///       guard try constraint.accept(token: token) else { break }
///     }
///
/// It is a value: a copy goes its own way and costs little, so that several continuations can start from one text,
/// and a guess can be tried and dropped.
public struct GrammarConstraint: Sendable {
  private var matcher: Matcher
  private let table: MaskTable
  /// Whether an end token has been accepted.
  public private(set) var hasEnded = false

  /// A constraint at the start of a text.
  /// - Throws: `GrammarError.Code.tooComplex` when the text can begin in too many ways to follow them all.
  public init(_ grammar: Grammar, _ vocabulary: GrammarVocabulary) throws(GrammarError) {
    matcher = try Matcher(grammar.compiled.network)
    table = grammar.compiled.table(for: vocabulary)
  }

  /// Whether the text may end here.
  public var isComplete: Bool { matcher.isComplete }

  /// Whether nothing may follow: the text is complete, and no byte can be added.
  public var mustEnd: Bool { hasEnded || matcher.isAtEnd }

  /// The tokens that may come next. End tokens are among them exactly when the text may end here.
  /// - Throws: `GrammarError.Code.tooComplex`; `.noToken` when the text must go on and no token can do it, which
  ///   cannot happen in vocabularies that have a token for every byte.
  public func mask() throws(GrammarError) -> TokenMask {
    let mask = try table.mask(hasEnded ? [] : matcher.tops, in: matcher.frames, isComplete: matcher.isComplete)
    guard isComplete || !mask.isEmpty else {
      throw GrammarError(
        .noToken,
        "the text must go on here, but the vocabulary has no token for what the grammar asks for; change the "
          + "grammar to characters that the model knows")
    }
    return mask
  }

  /// Takes the next token, or says that it cannot come here; then the constraint is as before.
  ///
  /// An end token is taken where the text may end; after it, nothing is but another.
  public mutating func accept(token: Int) throws(GrammarError) -> Bool {
    if table.vocabulary.endTokens.contains(token) {
      if isComplete { hasEnded = true }
      return isComplete
    }
    guard let bytes = table.vocabulary.bytes(of: token) else { return false }
    return try accept(bytes: bytes)
  }

  /// Takes the next bytes of the text, whatever tokens they come from: all of them or none.
  public mutating func accept(bytes: [UInt8]) throws(GrammarError) -> Bool {
    guard !hasEnded else { return bytes.isEmpty }
    return try matcher.read(bytes)
  }
}
