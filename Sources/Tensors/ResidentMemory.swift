import Foundation

/// How much memory this process holds.
package enum ResidentMemory {
  /// The bytes of memory in use now, pages of mapped files included. macOS tells the most there were.
  package static var byteCount: Int {
    #if os(Linux)
      // The second number of /proc/self/statm counts pages.
      let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
      guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
      return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    #else
      var usage = rusage()
      guard unsafe getrusage(RUSAGE_SELF, &usage) == 0 else { return 0 }
      return usage.ru_maxrss
    #endif
  }
}
