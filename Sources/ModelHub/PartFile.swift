import Foundation
import JSONParsing

/// A file that is not complete yet, beside its place: it keeps what has arrived when a download ends early, and takes
/// its place when it is complete and verified. One process at a time has it.
package final class PartFile {
  /// How the names of unfinished files end.
  static let ending = ".part"

  let path: String
  /// How many bytes it holds.
  private(set) var byteCount = 0
  /// The file itself, to read what has arrived.
  let file: OpenFile
  private let destination: String

  /// Opens the part of the file at a destination; creates it if need be.
  package init(of destination: String) throws(HubError) {
    self.destination = destination
    path = destination + Self.ending
    guard let file = OpenFile(path, flags: O_RDWR | O_CREAT | O_APPEND) else { throw Self.failure(path) }
    // A process that had it may have given it its final name just now: then the lock is on another file.
    var named = stat()
    guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0, let opened = file.status, unsafe lstat(path, &named) == 0,
      opened.st_ino == named.st_ino, opened.st_dev == named.st_dev
    else {
      throw HubError(
        .folderInUse, "Another process is fetching '\(excerpt(destination))'; wait for it, or name another folder.")
    }
    guard opened.st_mode & S_IFMT == S_IFREG else {
      throw HubError(.folderInUse, "'\(excerpt(path))' is no plain file; remove it.")
    }
    self.file = file
    byteCount = Int(opened.st_size)
  }

  /// Appends bytes.
  func append(_ bytes: [UInt8]) throws(HubError) {
    let written = file.write(bytes)
    byteCount += written
    guard written == bytes.count else { throw Self.failure(path) }
  }

  /// Forgets what has arrived.
  func empty() throws(HubError) {
    guard ftruncate(file.descriptor, 0) == 0 else { throw Self.failure(path) }
    byteCount = 0
  }

  /// Gives the file its name, in place of one that had it, once its bytes are on the disk.
  func moveIntoPlace() throws(HubError) {
    guard fsync(file.descriptor) == 0, unsafe rename(path, destination) == 0 else { throw Self.failure(destination) }
    PartNote.remove(besides: path)
  }

  /// Removes what has arrived.
  func remove() {
    unsafe unlink(path)
    PartNote.remove(besides: path)
  }

  private static func failure(_ path: String) -> HubError {
    let (number, reason) = (errno, unsafe String(cString: strerror(errno)))
    if [ENOSPC, EDQUOT, EFBIG].contains(number) {
      return HubError(
        .noSpace,
        "'\(excerpt(path))' cannot grow: \(reason). Free some space and run the same again; what has arrived is kept.")
    }
    return HubError(.fileFailed, "'\(excerpt(path))' cannot be written: \(reason).")
  }
}

/// What is known of an unfinished file, so that it goes on only with the content that it began with.
struct PartNote: Hashable {
  /// What is added to the name of an unfinished file.
  static let ending = ".json"

  /// What the complete file will hash to.
  var checksum: HubChecksum
  /// What the server calls the version that it sends; nil if it did not say.
  var entityTag: String?

  init(checksum: HubChecksum, entityTag: String?) {
    self.checksum = checksum
    self.entityTag = entityTag
  }

  /// Reads the note of an unfinished file; nil where there is none that can be read.
  init?(besides part: String) {
    let path = part + Self.ending
    guard case .file(let byteCount) = PathKind(path), byteCount < 1 << 16,
      let data = FileManager.default.contents(atPath: path),
      let value = try? JSONValue(parsing: [UInt8](data), maximumDepth: 4),
      let checksum = value["checksum"]?.string.flatMap({ HubChecksum($0) })
    else { return nil }
    self.init(checksum: checksum, entityTag: value["etag"]?.string)
  }

  func write(besides part: String) throws(HubError) {
    try writeNote(
      ["checksum": .string(checksum.description), "etag": entityTag.map { .string($0) } ?? .null],
      to: part + Self.ending)
  }

  static func remove(besides part: String) { unsafe unlink(part + ending) }
}
