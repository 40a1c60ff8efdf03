import JSONParsing

/// The files of a repository at one commit. A branch may move on while files are fetched; a commit does not.
public struct HubSnapshot: Hashable, Sendable {
  /// Whose files these are.
  public let repository: HubRepository
  /// The branch, tag or commit that was asked for.
  public let revision: String
  /// The commit that it is: 40 hexadecimal digits.
  public let commit: String
  /// The files, sorted by path.
  public let files: [HubFile]

  /// - Throws: `HubError` when two files have one path.
  public init(repository: HubRepository, revision: String, commit: String, files: [HubFile]) throws(HubError) {
    self.repository = repository
    self.revision = revision
    self.commit = commit
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    var seen: Set<String> = []
    for file in files where !seen.insert(file.path).inserted {
      throw HubError(.malformedAnswer, "The list names '\(file.path)' twice; the server is at fault.")
    }
  }

  /// The commit in the server's description of a revision.
  static func commit(in description: JSONValue) throws(HubError) -> String {
    guard let commit = description["sha"]?.string, HubChecksum.isHexadecimal(commit, count: 40) else {
      throw HubError(
        .malformedAnswer, "The server does not name the revision's commit; is the endpoint that of a hub?")
    }
    return commit.lowercased()
  }

  /// The files on one page of the server's list. Folders are left out: paths name them.
  static func files(in page: JSONValue) throws(HubError) -> [HubFile] {
    guard let entries = page.array else {
      throw HubError(.malformedAnswer, "The server's list of files is no list; is the endpoint that of a hub?")
    }
    var files: [HubFile] = []
    for entry in entries where entry["type"]?.string == "file" {
      guard let path = entry["path"]?.string else {
        throw HubError(.malformedAnswer, "The server lists a file without a path; the server is at fault.")
      }
      // Large files lie beside git, which holds only a pointer to them: its own checksum is the pointer's.
      let large = entry["lfs"].flatMap { $0.isNull ? nil : $0 }
      let checksum =
        if let large {
          (large["oid"]?.string ?? large["sha256"]?.string).flatMap { HubChecksum(sha256: $0) }
        } else {
          entry["oid"]?.string.flatMap { HubChecksum(gitBlob: $0) }
        }
      guard let checksum, let byteCount = (large?["size"] ?? entry["size"])?.int else {
        throw HubError(
          .malformedAnswer,
          "The server does not give the size and the checksum of '\(excerpt(path))'; is the endpoint that of a hub?")
      }
      files.append(try HubFile(path: path, byteCount: byteCount, checksum: checksum))
    }
    return files
  }
}
