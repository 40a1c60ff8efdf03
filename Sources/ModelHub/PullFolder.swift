import Foundation

/// What is at a path; links are not followed.
enum PathKind: Equatable {
  case missing
  case file(byteCount: Int)
  case folder
  /// A link, a device, a pipe.
  case other

  init(_ path: String) {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      self = .missing
      return
    }
    self =
      switch attributes[.type] as? FileAttributeType {
      case .typeRegular?: .file(byteCount: (attributes[.size] as? NSNumber)?.intValue ?? 0)
      case .typeDirectory?: .folder
      default: .other
      }
  }
}

/// The folder that a repository is fetched into. Nothing is written outside it.
struct PullFolder: Sendable {
  let path: String

  /// Opens a folder that is missing, empty, or filled from the same repository before; creates it if need be.
  /// - Throws: `HubError` when it holds anything else.
  init(_ path: String, for repository: HubRepository) throws(HubError) {
    self.path = path
    let names: [String]
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw HubError(.fileFailed, "The folder '\(excerpt(path))' cannot be used: \(error.localizedDescription)")
    }
    guard !names.isEmpty else { return }
    guard let note = PullNote(in: path) else {
      throw HubError(
        .folderInUse,
        "The folder '\(excerpt(path))' holds files that were not fetched from \(repository); name another one with "
          + "--output.")
    }
    guard repository.isSame(as: note.repository) else {
      throw HubError(
        .folderInUse,
        "The folder '\(excerpt(path))' holds \(excerpt(note.repository)), not \(repository); name another one with "
          + "--output.")
    }
  }

  /// The place of a file, whose folders are created.
  /// - Throws: `HubError` when something else is there, such as a link that would lead elsewhere.
  func place(for file: HubFile) throws(HubError) -> String {
    var place = path
    for component in file.path.split(separator: "/").dropLast() {
      place += "/" + component
      switch PathKind(place) {
      case .folder: continue
      case .missing:
        // Another file's download may create it at this moment; what counts is that it is there afterwards.
        try? FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        guard PathKind(place) == .folder else {
          throw HubError(.fileFailed, "The folder '\(excerpt(place))' cannot be created; may it be written to?")
        }
      case .file, .other:
        throw HubError(
          .folderInUse, "'\(excerpt(place))' is a file or a link where the repository has a folder; remove it.")
      }
    }
    place = path + "/" + file.path
    switch PathKind(place) {
    case .missing, .file: return place
    case .folder, .other:
      throw HubError(
        .folderInUse, "'\(excerpt(place))' is a folder or a link where the repository has a file; remove it.")
    }
  }

  /// Makes sure that files do not get in one another's way, nor in that of the notes.
  /// - Throws: `HubError` for names that belong to unfinished files, or that some file systems do not tell apart.
  static func check(_ files: [HubFile]) throws(HubError) {
    var seen: Set<String> = []
    for file in files {
      let folded = file.path.lowercased()
      guard !folded.hasSuffix(PartFile.ending), !folded.hasSuffix(PartFile.ending + PartNote.ending),
        folded != PullNote.name
      else {
        throw HubError(
          .unsafePath, "'\(file.label)' has the name of an unfinished download; leave it out with an exclude pattern.")
      }
      guard seen.insert(folded).inserted else {
        throw HubError(
          .unsafePath,
          "'\(file.label)' and another file differ only in large and small letters, which some file systems do not "
            + "tell apart; leave one out with an exclude pattern.")
      }
    }
  }

  /// Makes sure that the disk has room for so many more bytes.
  func checkRoom(for byteCount: Int) throws(HubError) {
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.intValue, byteCount > free else { return }
    throw HubError(
      .noSpace,
      "\(byteText(byteCount)) are to be fetched, but the disk of '\(excerpt(path))' has room for \(byteText(free)); "
        + "free some, or name a folder on another disk with --output.")
  }
}
