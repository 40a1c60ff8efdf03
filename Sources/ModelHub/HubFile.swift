/// A file of a repository: where it is, how long, and what its content hashes to.
public struct HubFile: Hashable, Sendable {
  /// The path within the repository, with `/` between folders. It cannot lead out of a folder.
  public let path: String
  /// The size in bytes.
  public let byteCount: Int
  /// What the content hashes to.
  public let checksum: HubChecksum

  /// - Throws: `HubError` when the path could lead out of the folder that it is written to, or cannot be the name of a
  ///   file on every system, or when the size is negative.
  public init(path: String, byteCount: Int, checksum: HubChecksum) throws(HubError) {
    try Self.check(path)
    guard byteCount >= 0 else {
      throw HubError(.malformedAnswer, "The list gives '\(path)' \(byteCount) bytes; the server is at fault.")
    }
    self.path = path
    self.byteCount = byteCount
    self.checksum = checksum
  }

  /// The last component of the path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
  /// The path as it may be shown in a terminal.
  public var label: String { excerpt(path) }
  /// Whether it lies in no folder.
  public var isAtRoot: Bool { !path.utf8.contains(UInt8(ascii: "/")) }

  /// A component must leave room for the endings of unfinished files, in the 255 bytes that file systems allow.
  private static let longestComponent = 240

  private static func check(_ path: String) throws(HubError) {
    func refuse(_ reason: String) -> HubError {
      HubError(
        .unsafePath,
        "The list names a file '\(excerpt(path))', which \(reason); nothing was written. Do not trust this repository "
          + "or this server.")
    }
    guard path.utf8.count <= 1024 else { throw refuse("is too long") }
    if path.hasPrefix("/") { throw refuse("is no path within the repository") }
    for scalar in path.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: throw refuse("holds control characters")
      default: if scalar == "\\" { throw refuse("holds a backslash") }
      }
    }
    for component in path.split(separator: "/", omittingEmptySubsequences: false) {
      guard component != "", component != ".", component != "..", component.lowercased() != ".git" else {
        throw refuse("does not lead to a file of the repository")
      }
      guard component.utf8.count <= longestComponent else { throw refuse("is too long") }
    }
  }
}
