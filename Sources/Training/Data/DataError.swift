/// Training data that cannot be used: where, what is wrong, and what to do.
public struct DataError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file, with a line or byte where one is at fault; nil where no single file is.
  public var place: String?
  /// What is wrong and what to do about it.
  public var message: String

  init(_ place: String?, _ message: String) {
    self.place = place
    self.message = message
  }

  /// Place and message.
  public var description: String { place.map { "\($0): \(message)" } ?? message }
}
