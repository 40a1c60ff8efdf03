/// Why a model cannot be described, loaded, converted or run: what is wrong, where, and what to do next.
public struct ModelError: Error, CustomStringConvertible, Sendable {
  /// What kind of thing went wrong, for a program to act on.
  public enum Code: String, Sendable {
    /// No model is where it was looked for.
    case notFound
    /// The architecture, or an option of it, is not one that Swiftlet has parts for.
    case unsupported
    /// A field of a configuration is missing, of the wrong kind, or out of range.
    case invalidConfiguration
    /// A tensor that the configuration asks for is missing or has another shape.
    case mismatchedTensor
    /// A tensor of packed weights has scales that are no numbers.
    case damagedTensor
    /// A tensor holds numbers that the type it is to be written in cannot hold: not finite, or too large.
    case unencodable
    /// A token id lies outside the vocabulary.
    case invalidToken
    /// More tokens than the model's context holds.
    case contextExceeded
    /// Whoever asked for tokens to be read no longer wants them.
    case cancelled
    /// More bytes than the memory or the disk has room for.
    case tooLarge
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// The file or folder it was found in, if any.
  public let file: String?
  /// The configuration key or tensor concerned, if any.
  public let field: String?
  /// What is wrong and what to do about it, as a sentence.
  public let message: String

  /// An error that says what, where and what to do next.
  public init(_ code: Code, file: String? = nil, field: String? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.field = field
    self.message = message
  }

  /// File, field and message.
  public var description: String {
    [file, field, message].compactMap { $0 }.joined(separator: ": ")
  }

  /// The same error, found in `file`.
  func found(in file: String) -> ModelError {
    ModelError(code, file: self.file ?? file, field: field, message)
  }
}
