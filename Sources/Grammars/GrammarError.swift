/// Why a grammar cannot be used: what is wrong, where, and what to do next.
public struct GrammarError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong, for a program to act on.
  public enum Code: String, Sendable {
    /// The text of a grammar, a regular expression or a schema does not follow its notation.
    case syntax
    /// A rule or a `$ref` names something that is not there.
    case undefined
    /// A rule can call itself before it has read anything.
    case leftRecursion
    /// The notation has this, but it cannot be enforced here.
    case unsupported
    /// A limit on size, nesting or number of rules is exceeded.
    case tooLarge
    /// The text so far can be read in too many ways at once.
    case tooComplex
    /// No text at all satisfies the grammar.
    case unsatisfiable
    /// Text is missing that no token of the vocabulary can supply.
    case noToken
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// What is wrong and what to do about it, as a sentence without its place.
  public let message: String
  /// Where: "line 3, column 5" of a grammar, "character 7" of a regular expression, or the JSON pointer of a schema
  /// ("#/properties/name"); nil where no single place is to blame.
  public let place: String?

  /// An error that says what happened, where, and what to do next.
  public init(_ code: Code, _ message: String, at place: String? = nil) {
    self.code = code
    self.message = message
    self.place = place
  }

  /// Place and message, for people.
  public var description: String { place.map { "\($0): \(message)" } ?? message }
}
