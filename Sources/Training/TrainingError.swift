/// Why a run cannot start or go on: what, where, and what to do about it.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: Sendable, Hashable {
    /// Learning rates or step counts that contradict each other.
    case invalidSchedule
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// For people.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
