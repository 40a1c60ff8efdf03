import Foundation

/// A folder that appears whole or not at all: it is filled under another name beside its place, and takes its name
/// when everything in it has reached the disk. If it is dropped before, it is removed.
package final class OutputFolder {
  /// The path that the folder will have.
  package let path: String
  /// Where it is filled.
  package let temporaryPath: String
  private var isInPlace = false

  /// What the names of unfinished folders and files contain.
  package static let unfinishedMark = ".partial-"

  /// Creates the folder beside its place, and folders above it that are missing.
  package init(path: String) throws(OutputFileError) {
    self.path = path
    temporaryPath = path + Self.unfinishedMark + "\(getpid())-\(UInt32.random(in: 0 ... .max))"
    do { try FileManager.default.createDirectory(atPath: temporaryPath, withIntermediateDirectories: true) } catch {
      throw OutputFileError(path: path, reason: error.localizedDescription)
    }
  }

  deinit { if !isInPlace { try? FileManager.default.removeItem(atPath: temporaryPath) } }

  /// Gives the folder its name. One that had it is moved aside first and then removed, so that at every moment one of
  /// the two is whole.
  package func moveIntoPlace() throws(OutputFileError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: temporaryPath)) ?? []
    for name in names.sorted() { try Self.sync(temporaryPath + "/" + name) }
    try Self.sync(temporaryPath)
    let replaced = temporaryPath + ".replaced"
    let isReplacing = unsafe rename(path, replaced) == 0
    guard unsafe rename(temporaryPath, path) == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      if isReplacing { _ = unsafe rename(replaced, path) }
      throw OutputFileError(path: path, reason: reason)
    }
    isInPlace = true
    let parent = (path as NSString).deletingLastPathComponent
    try? Self.sync(parent.isEmpty ? "." : parent)
    if isReplacing { try? FileManager.default.removeItem(atPath: replaced) }
  }

  /// Waits until a file or folder is on the disk. Not every file system can sync a folder; that is no failure.
  private static func sync(_ path: String) throws(OutputFileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputFileError(path: path, reason: unsafe String(cString: strerror(errno))) }
    defer { close(descriptor) }
    guard fsync(descriptor) != 0, errno != EINVAL else { return }
    throw OutputFileError(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}
