import Dispatch
import Synchronization

/// What a scheduler's thread shares with those who ask something of it.
final class SchedulerState: Sendable {
  /// What has come in since the thread last looked.
  struct Inbox {
    var requests: [ScheduledRequest] = []
    /// Work between two steps. It is told whether the scheduler still works.
    var jobs: [@Sendable (Bool) -> Void] = []
    /// How many texts wait in the thread's own queue.
    var waiting = 0
    var nextNumber = 0
    var isClosed = false
    var isCancelling = false
  }

  private let inbox = Mutex(Inbox())
  let statistics = Mutex(SchedulerStatistics())
  private let wake = DispatchSemaphore(value: 0)

  func add(
    _ request: GenerationRequest, ids: [Int], breakers: SequenceBreakers, most: Int
  ) throws(GenerationError) -> GenerationUpdates {
    let (updates, feed) = AsyncThrowingStream.makeStream(of: GenerationUpdate.self)
    let scheduled = inbox.withLock { inbox -> Result<ScheduledRequest, GenerationError> in
      if inbox.isClosed { return .failure(.schedulerEnded) }
      let waiting = inbox.waiting + inbox.requests.count
      if waiting >= most {
        return .failure(
          GenerationError(.overloaded, "\(waiting) requests are waiting, and no more may; try again in a while."))
      }
      let scheduled = ScheduledRequest(
        request, ids: ids, breakers: breakers, number: inbox.nextNumber, feed: feed)
      inbox.nextNumber += 1
      inbox.requests.append(scheduled)
      return .success(scheduled)
    }
    statistics.withLock { statistics in
      if case .success = scheduled { statistics.requests += 1 } else { statistics.refusedRequests += 1 }
    }
    let accepted = try scheduled.get()
    feed.onTermination = { [wake] _ in
      accepted.cancellation.cancel()
      wake.signal()
    }
    wake.signal()
    return GenerationUpdates(updates: updates, request: accepted) { [wake] in wake.signal() }
  }

  func add(job: @escaping @Sendable (Bool) -> Void) {
    let isClosed = inbox.withLock { inbox in
      if !inbox.isClosed { inbox.jobs.append(job) }
      return inbox.isClosed
    }
    if isClosed { job(false) } else { wake.signal() }
  }

  /// No more requests; those in work end by themselves or at once.
  func close(cancelling: Bool = true) {
    inbox.withLock { inbox in
      inbox.isClosed = true
      inbox.isCancelling = inbox.isCancelling || cancelling
    }
    wake.signal()
  }

  /// What has come in. It counts as waiting until the thread says what has become of it.
  func takeInbox() -> Inbox {
    inbox.withLock { inbox in
      inbox.waiting += inbox.requests.count
      defer { (inbox.requests, inbox.jobs) = ([], []) }
      return inbox
    }
  }

  /// Tells how many texts wait in the thread's queue, now that some have begun.
  func recordWaiting(_ count: Int) { inbox.withLock { $0.waiting = count } }

  /// Sleeps until something comes in or is cancelled.
  func sleep() { wake.wait() }
}

extension GenerationError {
  static let schedulerEnded = GenerationError(.ended, "the model is being put away; send the request again later.")
}
