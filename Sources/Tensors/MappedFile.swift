import Foundation

/// A file that could not be mapped: which, and why.
public struct MappedFileError: Error, CustomStringConvertible {
  /// The path that was asked for.
  public let path: String
  /// What went wrong, in the words of the operating system.
  public let reason: String
  /// Path and reason, for people.
  public var description: String { "\(path): \(reason)" }
}

/// A file mapped read-only: opening costs no reading, and only the pages that are touched take memory.
@safe public final class MappedFile: @unchecked Sendable {
  /// The path it was opened by.
  public let path: String
  /// The size of the file when it was opened.
  public let byteCount: Int
  package let base: UnsafeRawPointer

  /// Maps a regular file.
  /// - Throws: `MappedFileError` when there is no such file, it is a folder, or it cannot be read.
  public init(path: String) throws(MappedFileError) {
    func failure() -> MappedFileError { MappedFileError(path: path, reason: unsafe String(cString: strerror(errno))) }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure() }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MappedFileError(path: path, reason: "not a regular file")
    }
    self.path = path
    byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      // Nothing can be mapped from an empty file; any non-null address serves for zero bytes.
      unsafe base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
      return
    }
    guard let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), unsafe address != MAP_FAILED
    else { throw failure() }
    unsafe base = UnsafeRawPointer(address)
  }

  /// Gives back the memory of pages that have been read and will not be soon; reading them again works as before.
  package func release(_ range: Range<Int>) {
    let page = sysconf(Int32(_SC_PAGESIZE))
    // Whole pages only: their neighbours may be in use.
    let first = (range.lowerBound + page - 1) / page * page
    let last = min(range.upperBound, byteCount) / page * page
    guard first < last else { return }
    _ = unsafe madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED)
  }

  deinit {
    let address = unsafe UnsafeMutableRawPointer(mutating: base)
    if byteCount > 0 { _ = unsafe munmap(address, byteCount) } else { unsafe address.deallocate() }
  }

  /// Calls `body` with the bytes of the file.
  public func withBytes<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
    let buffer = unsafe UnsafeRawBufferPointer(start: base, count: byteCount)
    return unsafe try body(buffer.bytes)
  }
}
