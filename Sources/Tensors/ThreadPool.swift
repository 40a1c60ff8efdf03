import CTensorKernels

/// The threads that share the work of an operation. They are started once and wait, at first busily, for the next.
///
/// Any thread may run work on the pool; while another does, it works alone.
public final class ThreadPool: Sendable {
  /// The only pool: one per process, since the cores are.
  public static let shared = ThreadPool()

  private init() {}

  /// How many threads work at once, the caller's included.
  public var threadCount: Int { Int(ctk_thread_count()) }

  /// Sets how many threads work at once. The default is the number of processors.
  public static func configure(threadCount: Int) {
    ctk_set_thread_count(Int32(clamping: threadCount))
  }

  /// Calls `body` with each of `0 ..< count`, in no particular order, and returns when all calls have.
  package func run(count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { escaping in
      var job = Job(body: escaping)
      unsafe withUnsafeMutablePointer(to: &job) { pointer in
        unsafe ctk_parallel(
          count,
          { context, index in
            guard let context = unsafe context else { return }
            unsafe context.assumingMemoryBound(to: Job.self).pointee.body(index)
          }, pointer)
      }
    }
  }

  private struct Job {
    let body: (Int) -> Void
  }
}
