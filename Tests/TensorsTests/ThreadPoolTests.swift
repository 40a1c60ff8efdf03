import Foundation
import Synchronization
import Testing

import Tensors

/// Every index once, whoever takes it, and nothing of a region after it.
struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8])
  func regionsOfEverySizeGetEachIndexOnce(threads: Int) {
    let pool = ThreadPool(threadCount: threads)
    for count in [0, 1, 2, 3, 7, 64, 1001] {
      for _ in 0..<50 {
        let calls = Counters(count)
        pool.run(count) { calls.add($0) }
        #expect(calls.values == Array(repeating: 1, count: count))
      }
    }
  }

  /// Regions in such quick succession that threads come late to many of them.
  @Test func aRegionEndsBeforeTheNextBegins() {
    let pool = ThreadPool(threadCount: 4)
    var sum = 0
    for round in 0..<20_000 {
      let total = Atomic<Int>(0)
      let count = 2 + round % 5
      pool.run(count) { total.wrappingAdd($0 + round, ordering: .relaxed) }
      sum += total.load(ordering: .relaxed) - count * round - count * (count - 1) / 2
    }
    #expect(sum == 0)
  }

  @Test func threadsThatSleepWakeForARegion() {
    let pool = ThreadPool(threadCount: 2)
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.02)
      // Neither index can end before both have begun, so one thread alone would never return.
      let begun = Atomic<Int>(0)
      pool.run(2) { _ in
        begun.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while begun.load(ordering: .sequentiallyConsistent) < 2 { sched_yield() }
      }
      #expect(begun.load(ordering: .sequentiallyConsistent) == 2)
    }
  }

  /// A thread that is held up keeps only the index it is at.
  @Test func theOthersTakeWhatAThreadLeaves() {
    let pool = ThreadPool(threadCount: 2)
    let done = Atomic<Int>(0)
    pool.run(8) { index in
      // The first index ends when all others have, those of its own share among them.
      if index == 0 { while done.load(ordering: .sequentiallyConsistent) < 7 { sched_yield() } }
      done.wrappingAdd(1, ordering: .sequentiallyConsistent)
    }
    #expect(done.load(ordering: .sequentiallyConsistent) == 8)
  }

  @Test func aRegionInsideARegionRunsAlone() {
    let pool = ThreadPool(threadCount: 3)
    let calls = Counters(12)
    pool.run(4) { outer in pool.run(3) { inner in calls.add(outer * 3 + inner) } }
    #expect(calls.values == Array(repeating: 1, count: 12))
  }

  @Test func callersAtTheSameTimeAllFinish() {
    let pool = ThreadPool(threadCount: 3)
    let calls = Counters(4 * 100)
    DispatchQueue.concurrentPerform(iterations: 4) { caller in
      for round in 0..<100 { pool.run(5) { if $0 == 4 { calls.add(caller * 100 + round) } } }
    }
    #expect(calls.values == Array(repeating: 1, count: 400))
  }

  @Test func itsThreadsDoNotKeepIt() {
    weak var ended: ThreadPool?
    do {
      let pool = ThreadPool(threadCount: 4)
      pool.run(16) { _ in }
      ended = pool
    }
    #expect(ended == nil)
  }
}

/// How often each index was met.
private final class Counters: Sendable {
  private let counts: Mutex<[Int]>
  init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }
  func add(_ index: Int) { counts.withLock { $0[index] += 1 } }
  var values: [Int] { counts.withLock { $0 } }
}
