import Foundation

/// An open file, read and written piece by piece; closed when nothing uses it any more. Failures leave their reason in
/// `errno`.
final class OpenFile {
  let descriptor: Int32

  /// Opens a path, which may be no link. Pipes do not make it wait.
  init?(_ path: String, flags: Int32) {
    descriptor = unsafe open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// What the system says about the file.
  var status: stat? {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? status : nil
  }

  /// Bytes from an offset on: as many as asked for, fewer where the file ends; nil when reading fails.
  func read(at offset: Int, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var end = 0
    while end < count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: unsafe buffer[end...])
        return unsafe pread(descriptor, rest.baseAddress, rest.count, off_t(offset + end))
      }
      if got < 0 && errno == EINTR { continue }
      if got < 0 { return nil }
      if got == 0 { break }
      end += got
    }
    bytes.removeLast(count - end)
    return bytes
  }

  /// Writes bytes where the file's position is: at its end, if it was opened to append.
  /// - Returns: how many were written before anything failed.
  func write(_ bytes: [UInt8]) -> Int {
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: unsafe buffer[start...])
        #if canImport(Darwin)
          return unsafe Darwin.write(descriptor, rest.baseAddress, rest.count)
        #else
          return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        #endif
      }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { break }
      start += written
    }
    return start
  }
}
