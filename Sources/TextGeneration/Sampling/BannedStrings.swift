/// Strings that a generated text must not contain: tells which tokens would complete one.
///
///     var banned = BannedStrings(["delve", "tapestry"])
///     banned.append(Array("let us del".utf8))
///     banned.wouldComplete(Array("ve in".utf8))  // true: such a token is not to be chosen
///     banned.wouldComplete(Array("iver".utf8))   // false
///
/// What is remembered of the text is only the end that may become a banned string. Capitals and small letters differ,
/// and a token is looked at by its bytes, since it may hold a part of a character. A value is cheap to copy: all copies
/// share the automaton.
public struct BannedStrings: Sendable {
  private let automaton: StringAutomaton
  private var state = StringAutomaton.start

  /// These strings, before any text. Empty ones are never found.
  public init(_ strings: [String]) { automaton = StringAutomaton(strings) }

  /// Whether nothing is banned.
  public var isEmpty: Bool { automaton.isEmpty }

  /// Whether a banned string would end within these bytes if they came next; O(bytes).
  public func wouldComplete(_ bytes: some Sequence<UInt8>) -> Bool {
    var state = state
    for byte in bytes {
      state = automaton.next(state, byte)
      if automaton.isMatch(state) { return true }
    }
    return false
  }

  /// Remembers bytes that came next.
  public mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = automaton.next(state, byte) }
  }
}
