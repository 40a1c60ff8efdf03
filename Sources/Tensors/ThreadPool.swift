import Foundation
import Synchronization

/// Threads that wait for work and share it index by index.
///
/// Work comes in short regions, many per token, so idle threads spin for a moment before they sleep. One region runs
/// at a time: a caller that finds the pool busy runs its region alone instead of waiting.
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
  private let state = State()

  /// A pool of its own; its threads end when it is no longer used.
  public init(threadCount: Int) {
    self.threadCount = min(max(1, threadCount), 512)
    for _ in 1..<self.threadCount {
      let state = state
      let thread = Thread { state.work() }
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { state.end() }

  /// Calls `body` with every index below `count`, on all threads; returns when all calls have.
  package func run(_ count: Int, _ body: @escaping (Int) -> Void) {
    guard count > 1, threadCount > 1, state.claim() else {
      for index in 0..<count { body(index) }
      return
    }
    state.share(Region(count: count, body: body))
  }

  /// Calls `body` with ranges that cover `0..<count`, each at least `minimum` long where there are so many.
  package func run(_ count: Int, minimum: Int, _ body: @escaping (Range<Int>) -> Void) {
    let pieces = max(1, min(count / max(1, minimum), threadCount * 4))
    if pieces == 1 { return body(0..<count) }
    run(pieces) { body(count * $0 / pieces..<count * ($0 + 1) / pieces) }
  }

  /// One piece of shared work. Threads may hold it after it is done; they then find no index left.
  private final class Region: @unchecked Sendable {
    let count: Int
    let body: (Int) -> Void
    let next = Atomic<Int>(0)
    let finished = Atomic<Int>(0)

    init(count: Int, body: @escaping (Int) -> Void) {
      self.count = count
      self.body = body
    }

    func participate() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
        finished.wrappingAdd(1, ordering: .releasing)
      }
    }

    var isDone: Bool { finished.load(ordering: .acquiring) >= count }
  }

  /// What the threads share; it outlives the pool until the last of them has ended.
  private final class State: @unchecked Sendable {
    private let busy = Atomic<Bool>(false)
    private let generation = Atomic<Int>(0)
    private let condition = NSCondition()
    private var region: Region?
    private var ended = false
    private var sleeping = 0

    func claim() -> Bool {
      busy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    func share(_ region: Region) {
      condition.lock()
      self.region = region
      generation.wrappingAdd(1, ordering: .releasing)
      if sleeping > 0 { condition.broadcast() }
      condition.unlock()
      region.participate()
      var spins = 0
      while !region.isDone {
        spins += 1
        if spins > 4096 { sched_yield() }
      }
      condition.lock()
      self.region = nil
      condition.unlock()
      busy.store(false, ordering: .releasing)
    }

    func work() {
      var seen = 0
      while true {
        var spins = 0
        while generation.load(ordering: .acquiring) == seen, spins < 20_000 { spins += 1 }
        condition.lock()
        while generation.load(ordering: .relaxed) == seen, !ended {
          sleeping += 1
          condition.wait()
          sleeping -= 1
        }
        if ended { return condition.unlock() }
        seen = generation.load(ordering: .relaxed)
        let region = region
        condition.unlock()
        region?.participate()
      }
    }

    func end() {
      condition.lock()
      ended = true
      generation.wrappingAdd(1, ordering: .releasing)
      condition.broadcast()
      condition.unlock()
    }
  }
}
