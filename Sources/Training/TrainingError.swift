/// Why a run cannot start or go on: what, where, and what to do about it.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: Sendable, Hashable {
    /// Learning rates or step counts that contradict each other.
    case invalidSchedule
    /// Numbers of a plan that no run can have.
    case invalidPlan
    /// Data from which nothing can be learned.
    case unusableData
    /// A loss, parameter or gradient that is infinite or no number.
    case notFinite
    /// A file or folder that cannot be written.
    case unwritable
    /// A checkpoint that is cut short, or belongs to something else.
    case damagedCheckpoint
    /// A folder that holds a run already.
    case runExists
  }

  /// What kind of trouble it is.
  public let kind: Kind
  /// The file, with a line or byte where one is at fault; nil where no single file is.
  public let place: String?
  /// What is wrong and what to do about it, for people.
  public let message: String

  init(_ kind: Kind, at place: String? = nil, _ message: String) {
    self.kind = kind
    self.place = place
    self.message = message
  }

  /// Place and message.
  public var description: String { place.map { "\($0): \(message)" } ?? message }
}
