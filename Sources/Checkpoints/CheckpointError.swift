internal import Tensors

/// A checkpoint that cannot be read or written: what is wrong, in which file and part of it, and what to do.
public struct CheckpointError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of failure.
  public enum Code: String, Sendable, Hashable {
    /// The file does not exist or the system refuses to read it.
    case unreadable
    /// The file contradicts its format: it is damaged, cut short, or made to deceive.
    case malformed
    /// The file is sound, but Swiftlet does not implement what it uses.
    case unsupported
    /// The file does not hold what was asked for.
    case missing
    /// The file holds what was asked for, but of another type.
    case wrongType
    /// The file could not be written.
    case unwritable
  }

  /// The kind of failure.
  public let code: Code
  /// The path of the file.
  public let file: String
  /// The field, key or tensor at fault, where one is.
  public let field: String?
  /// What is wrong and what to do about it.
  public let message: String

  /// An error about a file, or about one field of it.
  public init(_ code: Code, file: String, field: String? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.field = field
    self.message = message
  }

  /// File, field and message, for people.
  public var description: String { field.map { "\(file): \($0): \(message)" } ?? "\(file): \(message)" }
}

extension MappedFile {
  /// Maps a file for a checkpoint.
  static func open(_ path: String) throws(CheckpointError) -> MappedFile {
    do { return try MappedFile(path: path) } catch {
      throw CheckpointError(.unreadable, file: path, error.reason)
    }
  }
}

/// Text from a file for use in a message: short, on one line.
func excerpt(_ text: String) -> String {
  let visible = String(text.unicodeScalars.prefix(80).map { $0.value < 0x20 ? "\u{FFFD}" : Character($0) })
  return visible.unicodeScalars.count < text.unicodeScalars.count ? visible + "…" : visible
}
