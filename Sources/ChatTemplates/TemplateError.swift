/// Why a template cannot be read or rendered: what is wrong, and on which line of the template.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong, for a program to act on.
  public enum Code: String, Sendable {
    /// The template is not well-formed.
    case syntax
    /// The template refuses this conversation through `raise_exception`; the message is the template's own.
    case raised
    /// An operation on a variable, member or argument that is not there.
    case undefinedOperation
    /// An operation on values that it does not work for, such as adding a list to a string.
    case invalidOperation
    /// Rendering would take more steps, memory, output or nesting than its limits allow.
    case limitExceeded
    /// Part of the template language that Swiftlet leaves out.
    case unsupported
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// What is wrong, as a sentence; for `raised`, exactly what the template says.
  public let message: String
  /// The line of the template, from 1.
  public let line: Int

  /// An error on a line of a template.
  public init(_ code: Code, _ message: String, line: Int) {
    self.code = code
    self.message = message
    self.line = line
  }

  /// The message with its line, for people.
  public var description: String {
    code == .raised ? message : "chat template, line \(line): \(message)"
  }
}
