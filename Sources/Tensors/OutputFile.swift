import Foundation

/// A file that could not be written: which, and why.
package struct OutputFileError: Error, CustomStringConvertible {
  package let path: String
  package let reason: String
  package var description: String { "\(path): \(reason)" }
}

/// A file that appears whole or not at all: it is written under another name beside its place, and takes its name
/// only when everything has reached the disk. If it is dropped before, what was written is removed.
package final class OutputFile {
  /// The path that the file will have.
  package let path: String
  /// How many bytes have been written.
  package private(set) var byteCount = 0

  private let temporaryPath: String
  private var descriptor: Int32
  private var isInPlace = false

  /// Creates the file beside its place.
  package init(path: String) throws(OutputFileError) {
    self.path = path
    temporaryPath = path + ".partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    descriptor = unsafe open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isInPlace { unsafe unlink(temporaryPath) }
  }

  /// Appends bytes.
  package func write(_ bytes: [UInt8]) throws(OutputFileError) { try unsafe write(bytes.span.bytes) }

  /// Appends the bytes of a tensor's elements.
  package func write(_ tensor: Tensor) throws(OutputFileError) {
    try unsafe write(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount).bytes)
  }

  private func write(_ bytes: RawSpan) throws(OutputFileError) {
    var start = 0
    while start < bytes.byteCount {
      // One call moves 2 GiB at most.
      let part = bytes.extracting(start..<min(start + 1 << 26, bytes.byteCount))
      #if canImport(Darwin)
        let written = unsafe part.withUnsafeBytes { unsafe Darwin.write(descriptor, $0.baseAddress, $0.count) }
      #else
        let written = unsafe part.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      #endif
      guard written > 0 else {
        if written < 0 && errno == EINTR { continue }
        throw Self.failure(path)
      }
      start += written
    }
    byteCount += bytes.byteCount
  }

  /// Replaces the first bytes, which must have been written: what a header says may be known only at the end.
  package func overwriteBeginning(_ bytes: [UInt8]) throws(OutputFileError) {
    precondition(bytes.count <= byteCount, "only what was written can be replaced")
    let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard written == bytes.count else { throw Self.failure(path) }
  }

  /// Waits until all bytes are on the disk. Nothing can be written after it.
  package func finish() throws(OutputFileError) {
    guard descriptor >= 0 else { return }
    let isSynced = fsync(descriptor) == 0
    let isClosed = close(descriptor) == 0
    descriptor = -1
    guard isSynced && isClosed else { throw Self.failure(path) }
  }

  /// Gives the file its name, in place of a file that had it.
  package func moveIntoPlace() throws(OutputFileError) {
    try finish()
    guard unsafe rename(temporaryPath, path) == 0 else { throw Self.failure(path) }
    isInPlace = true
    // The name is on the disk when the folder is. Not every file system can sync a folder; then it follows later.
    let parent = (path as NSString).deletingLastPathComponent
    let folder = unsafe open(parent.isEmpty ? "." : parent, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private static func failure(_ path: String) -> OutputFileError {
    OutputFileError(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}
