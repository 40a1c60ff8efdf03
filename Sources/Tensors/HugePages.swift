import Foundation

/// Pages of 2 MiB, where the system has them for the asking.
///
/// The first touch of a page stops the program until the system has found and zeroed it, and the processor remembers
/// where only so many pages lie: large blocks in large pages cost 512 times fewer of either.
enum HugePages {
  private static let pageSize = 2 << 20

  /// How to align a block so that it can have large pages.
  static func alignment(forByteCount byteCount: Int) -> Int {
    byteCount >= pageSize ? pageSize : Storage.alignment
  }

  /// Asks for large pages in memory that nothing has been written to yet, or for small ones where only parts of it are
  /// expected to be. macOS decides that by itself.
  static func request(_ memory: UnsafeMutableRawPointer, byteCount: Int, isSparse: Bool = false) {
    #if os(Linux)
      // A refusal changes nothing but the speed.
      if byteCount >= pageSize {
        _ = unsafe madvise(memory, byteCount, isSparse ? MADV_NOHUGEPAGE : MADV_HUGEPAGE)
      }
    #endif
  }
}
