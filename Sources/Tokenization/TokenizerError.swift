/// Why a vocabulary could not be loaded or a list of ids could not be decoded.
///
/// The description says what is wrong, where (file and field), and what to do next:
///
///     tokenizer.json, model.merges[3]: names "qz", which the vocabulary does not hold; …
public struct TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure, for programs; people read `message`.
  public enum Code: String, Sendable, Hashable {
    /// The path does not exist or holds no tokenizer.
    case notFound
    /// The file exists but cannot be read.
    case unreadable
    /// The file breaks its own format.
    case malformed
    /// The file is valid but asks for something that is not built.
    case unsupported
    /// A token id outside the vocabulary.
    case invalidID
  }

  /// The kind of failure.
  public var code: Code
  /// The file, or nil where the vocabulary did not come from one.
  public var file: String?
  /// The field or position inside the file, as in `model.merges[3]`.
  public var field: String?
  /// What is wrong and what to do about it.
  public var message: String

  /// An error about a file, one field of it, or neither.
  public init(_ code: Code, file: String? = nil, field: String? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.field = field
    self.message = message
  }

  /// File, field and message, for people.
  public var description: String {
    let place = [file, field].compactMap(\.self).joined(separator: ", ")
    return place.isEmpty ? message : "\(place): \(message)"
  }

  /// The same error, naming the file where it does not name one yet.
  func located(in file: String) -> TokenizerError {
    var error = self
    error.file = self.file ?? file
    return error
  }
}
