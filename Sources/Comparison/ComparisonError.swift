/// Why models cannot be compared: what, where, and what to do about it.
public struct ComparisonError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: Sendable, Hashable {
    /// A part, preset or setting that does not exist.
    case unknownPart
    /// Arms that cannot have the same number of parameters.
    case unequalParameters
    /// Numbers of a plan that no experiment can have.
    case invalidPlan
    /// Results that are damaged, or cannot be written.
    case storage
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// What is wrong and what to do about it, for people.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
