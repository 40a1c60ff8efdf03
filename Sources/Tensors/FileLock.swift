import Foundation

/// A file that one process at a time may hold; it is let go when the process ends, however it ends.
package final class FileLock {
  private let descriptor: Int32

  /// Takes the lock; nil while another process has it, or where the file cannot be made.
  package init?(path: String) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }
}
