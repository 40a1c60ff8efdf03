import Foundation
import JSONParsing

/// What `.swiftlet-pull.json` in a folder says: which repository it was filled from, and which files.
struct PullNote: Hashable, Sendable {
  /// The note's name in the folder.
  static let name = ".swiftlet-pull.json"
  private static let largest = 1 << 26

  /// A file that was fetched, or begun.
  struct Entry: Hashable, Sendable {
    let file: HubFile
    /// The commit that it was fetched from.
    let commit: String
  }

  let repository: String
  var revision: String
  var commit: String
  var entries: [String: Entry]

  /// Reads the note in a folder; nil where there is none or none that can be read.
  init?(in folder: String) {
    let path = folder + "/" + Self.name
    guard case .file(let byteCount) = PathKind(path), byteCount <= Self.largest,
      let data = FileManager.default.contents(atPath: path),
      let value = try? JSONValue(parsing: [UInt8](data), maximumDepth: 8),
      let repository = value["repository"]?.string, let files = value["files"]?.array
    else { return nil }
    self.repository = repository
    revision = value["revision"]?.string ?? ""
    commit = value["commit"]?.string ?? ""
    entries = [:]
    for item in files {
      guard let path = item["path"]?.string, let byteCount = item["size"]?.int, let commit = item["commit"]?.string,
        let checksum = item["checksum"]?.string.flatMap({ HubChecksum($0) }),
        let file = try? HubFile(path: path, byteCount: byteCount, checksum: checksum)
      else { continue }
      entries[path] = Entry(file: file, commit: commit)
    }
  }

  /// The note of a pull that begins.
  init(_ snapshot: HubSnapshot) {
    repository = snapshot.repository.description
    revision = snapshot.revision
    commit = snapshot.commit
    entries = [:]
  }

  /// Adds the files of a snapshot; what was noted of others stays.
  mutating func add(_ files: [HubFile], of snapshot: HubSnapshot) {
    revision = snapshot.revision
    commit = snapshot.commit
    for file in files { entries[file.path] = Entry(file: file, commit: snapshot.commit) }
  }

  /// Writes the note in place of an older one.
  func write(in folder: String) throws(HubError) {
    let files = entries.values.sorted { $0.file.path < $1.file.path }.map { entry -> JSONValue in
      [
        "path": .string(entry.file.path), "size": .integer(entry.file.byteCount),
        "checksum": .string(entry.file.checksum.description), "commit": .string(entry.commit),
      ]
    }
    let value: JSONValue = [
      "repository": .string(repository), "revision": .string(revision), "commit": .string(commit),
      "files": .array(files),
    ]
    try writeNote(value, to: folder + "/" + Self.name)
  }
}

/// Writes a small JSON file whole or not at all.
func writeNote(_ value: JSONValue, to path: String) throws(HubError) {
  switch PathKind(path) {
  case .missing, .file: break
  case .folder, .other:
    throw HubError(.fileFailed, "'\(excerpt(path))' is no plain file; remove it.")
  }
  do {
    try Data(value.serializedBytes(pretty: true)).write(to: URL(filePath: path), options: .atomic)
  } catch {
    throw HubError(.fileFailed, "'\(excerpt(path))' cannot be written: \(error.localizedDescription)")
  }
}
