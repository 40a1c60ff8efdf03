import CTensorKernels
import Foundation
import Synchronization

/// Threads that wait for work and share it index by index.
///
/// Work comes in short regions, many per token, so idle threads spin for a moment before they sleep. One region runs
/// at a time: a caller that finds the pool busy runs its region alone instead of waiting.
///
/// Each thread begins with a share of the indices that follow one another, and when its own are done takes what is left
/// of the others' shares. So neighbours meet the same cache, memory is read from front to back, and a thread that the
/// system holds up leaves its work to the rest.
public final class ThreadPool: @unchecked Sendable {
  /// The pool that operations use: as many threads as there are cores, unless `configure` or
  /// `SWIFTLET_THREADS` says otherwise.
  public static var shared: ThreadPool {
    current.withLock { pool in
      if let pool { return pool }
      let asked = ProcessInfo.processInfo.environment["SWIFTLET_THREADS"].flatMap { Int($0) }
      let made = ThreadPool(threadCount: asked ?? ProcessInfo.processInfo.activeProcessorCount)
      pool = made
      return made
    }
  }

  /// Makes operations use this many threads from now on.
  public static func configure(threadCount: Int) {
    current.withLock { pool in
      guard pool?.threadCount != max(1, threadCount) else { return }
      pool = ThreadPool(threadCount: threadCount)
    }
  }

  private static let current = Mutex<ThreadPool?>(nil)

  /// How many threads work on a region, the caller included.
  public let threadCount: Int
  private let state: State

  /// A pool of its own; its threads end when it is no longer used.
  public init(threadCount: Int) {
    self.threadCount = min(max(1, threadCount), 512)
    state = State(threadCount: self.threadCount)
    for index in 1..<self.threadCount {
      let state = state
      let thread = Thread { state.work(thread: index) }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { state.end() }

  /// Calls `body` with every index below `count`, on all threads; returns when all calls have.
  package func run(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1, threadCount > 1, state.claim() else {
      for index in 0..<count { body(index) }
      return
    }
    // No thread keeps it: `share` returns when all have left.
    withoutActuallyEscaping(body) { state.share(count, $0) }
  }

  /// Calls `body` with ranges that cover `0..<count`, each at least `minimum` long where there are so many.
  package func run(_ count: Int, minimum: Int, _ body: (Range<Int>) -> Void) {
    let pieces = max(1, min(count / max(1, minimum), threadCount * 4))
    if pieces == 1 { return body(0..<count) }
    run(pieces) { body(count * $0 / pieces..<count * ($0 + 1) / pieces) }
  }

  /// What the threads share; it outlives the pool until the last of them has ended.
  private final class State: @unchecked Sendable {
    private let claimed = Atomic<Bool>(false)
    /// Odd while a region is open, and another number for each.
    private let phase = Atomic<Int>(0)
    /// Threads, the caller's aside, that may be at work in the open region.
    private let inside = Atomic<Int>(0)
    private let sleeping = Atomic<Int>(0)
    private let ended = Atomic<Bool>(false)
    private let condition = NSCondition()
    // What follows is the caller's, and belongs to those inside while a region is open.
    private var body: ((Int) -> Void)?
    private var count = 0
    /// How many indices of each share have been taken, a cache line and its neighbour apart: the processor fetches two.
    private let taken: UnsafeMutablePointer<Atomic<Int>>
    private let shareCount: Int
    private static let apart = 128 / MemoryLayout<Atomic<Int>>.stride

    init(threadCount: Int) {
      shareCount = threadCount
      unsafe taken = .allocate(capacity: threadCount * Self.apart)
      for place in 0..<threadCount * Self.apart { unsafe (taken + place).initialize(to: Atomic(0)) }
    }

    deinit {
      unsafe taken.deinitialize(count: shareCount * Self.apart)
      unsafe taken.deallocate()
    }

    func claim() -> Bool {
      claimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    /// Runs a region; only for whoever has claimed the pool.
    func share(_ count: Int, _ body: @escaping (Int) -> Void) {
      self.body = body
      self.count = count
      for share in 0..<shareCount { unsafe taken[share * Self.apart].store(0, ordering: .relaxed) }
      // Whoever goes to sleep counts itself before it looks at the phase; here it is the other way round, so one of the
      // two sees the other.
      phase.wrappingAdd(1, ordering: .sequentiallyConsistent)
      if sleeping.load(ordering: .sequentiallyConsistent) > 0 {
        condition.withLock { condition.broadcast() }
      }
      participate(thread: 0)
      // Every index is taken. Whoever comes in from now on sees that it is too late; the others still compute.
      phase.wrappingAdd(1, ordering: .sequentiallyConsistent)
      var turns = 0
      while inside.load(ordering: .sequentiallyConsistent) > 0 {
        Self.pause(turns)
        turns += 1
      }
      self.body = nil
      claimed.store(false, ordering: .releasing)
    }

    // Not inlined, so that the body is let go before `inside` says so.
    @inline(never) private func participate(thread: Int) {
      guard let body else { return }
      for step in 0..<shareCount {
        let share = (thread + step) % shareCount
        let (first, end) = (count * share / shareCount, count * (share + 1) / shareCount)
        while true {
          let index = unsafe first + taken[share * Self.apart].wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < end else { break }
          body(index)
        }
      }
    }

    /// What a thread of the pool does until the pool ends.
    func work(thread: Int) {
      var seen = 0
      while wait(after: seen) {
        inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let current = phase.load(ordering: .sequentiallyConsistent)
        if current % 2 == 1 { participate(thread: thread) }
        seen = current
        inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      }
    }

    /// Waits for a region later than the one seen; false when the pool has ended.
    private func wait(after seen: Int) -> Bool {
      func hasRegion() -> Bool {
        let current = phase.load(ordering: .sequentiallyConsistent)
        return current % 2 == 1 && current != seen
      }
      for turn in 0..<Self.patience {
        if hasRegion() { return true }
        Self.pause(turn)
      }
      condition.lock()
      defer { condition.unlock() }
      sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while !hasRegion(), !ended.load(ordering: .relaxed) { condition.wait() }
      sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
      return !ended.load(ordering: .relaxed)
    }

    func end() {
      condition.withLock {
        ended.store(true, ordering: .relaxed)
        condition.broadcast()
      }
    }

    /// A waiting thread's pause between looks: the first ones are short, later on others may have its processor.
    private static func pause(_ turn: Int) {
      if turn < 2048 || turn % 64 > 0 { ctk_relax() } else { sched_yield() }
    }

    /// How often a thread looks before it sleeps: for something like a millisecond, which is longer than what lies between
    /// two regions of a token, or two tokens. To wake a thread costs as much as a small model's whole token.
    private static let patience = 1 << 15
  }
}
