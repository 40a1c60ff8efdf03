/// Text that is not the JSON that was expected: what is wrong, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, in a sentence without a full stop.
  public let message: String
  /// The line of the fault, counted from 1.
  public let line: Int
  /// The byte of the fault within its line, counted from 1.
  public let column: Int

  /// Place and message, for people.
  public var description: String { "line \(line), column \(column): \(message)" }

  /// An error at a byte of a text; line and column are counted only now, so that reading need not count them.
  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    self.message = message
    var line = 1
    var lineStart = 0
    for position in 0..<min(offset, bytes.count) where bytes[position] == .init(ascii: "\n") {
      line += 1
      lineStart = position + 1
    }
    self.line = line
    column = offset - lineStart + 1
  }
}
