/// Why a repository cannot be fetched: what is wrong and what to do next.
public struct HubError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong, for a program to act on.
  public enum Code: String, Sendable {
    /// A repository's name, a revision, a pattern, a token or an endpoint cannot be what it is given for.
    case invalidOption
    /// There is no such repository, revision or file, or it is hidden from whoever asks.
    case notFound
    /// The server wants a token, or another one.
    case accessDenied
    /// The server was asked too often and names a time that is too long to wait.
    case rateLimited
    /// The server could not be reached, or the connection was lost again and again.
    case connectionFailed
    /// The server answered that it failed, or with a status that nothing here expects.
    case serverFailed
    /// The answer is not what the protocol promises.
    case malformedAnswer
    /// A redirect leads to where nothing may be fetched from, or there is no end of them.
    case unsafeRedirect
    /// A file's path could lead out of the folder, or cannot be a file's name everywhere.
    case unsafePath
    /// No file of the repository was asked for, or none that could be loaded.
    case nothingToFetch
    /// The repository holds one model in several forms, and one must be named.
    case choiceNeeded
    /// The folder holds something else, or another process is filling it.
    case folderInUse
    /// The disk is too full.
    case noSpace
    /// A file or folder cannot be read or written.
    case fileFailed
    /// A file is longer or shorter than announced.
    case sizeMismatch
    /// What arrived is not what the repository's checksum promises.
    case checksumMismatch
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// What is wrong and what to do about it, as a sentence.
  public let message: String

  /// An error that says what happened and what to do next.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message, for people.
  public var description: String { message }
}

/// Text from a server as it may be shown in a terminal: one line, no control characters, not too long.
func excerpt(_ text: String, limit: Int = 200) -> String {
  let shown = text.unicodeScalars.prefix(limit).map { scalar -> Character in
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
    default: Character(scalar)
    }
  }
  return String(shown) + (text.unicodeScalars.count > limit ? "…" : "")
}

/// A number of bytes as people say it: `4.98 GB`, of 1000 bytes each step.
func byteText(_ count: Int) -> String {
  var (number, unit) = (Double(count), 0)
  let units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"]
  while number >= 1000, unit + 1 < units.count { (number, unit) = (number / 1000, unit + 1) }
  guard unit > 0 else { return "\(count) bytes" }
  let scale = number < 10 ? 100.0 : 10.0
  return "\((number * scale).rounded() / scale) \(units[unit])"
}
