/// What is wrong with the `tools` or the `tool_choice` of a request, and where.
public struct ToolError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and what to do about it, as a sentence.
  public let message: String
  /// The parameter to blame, as OpenAI's errors name it: `tools[1].function.name`.
  public let parameter: String

  /// An error that says what is wrong, what to do next, and where.
  public init(_ message: String, at parameter: String) {
    self.message = message
    self.parameter = parameter
  }

  /// Place and message, for people.
  public var description: String { "\(parameter): \(message)" }
}
