import Synchronization

/// A request on its way: what it asks for, where its events go, and whether anybody still wants them.
final class ScheduledRequest: Sendable {
  let request: GenerationRequest
  /// The prompt.
  let ids: [Int]
  /// What interrupts repetitions.
  let breakers: SequenceBreakers
  /// Requests are numbered in the order in which they came.
  let number: Int
  let arrival = ContinuousClock.now
  private let feed: AsyncThrowingStream<GenerationUpdate, any Error>.Continuation
  let cancellation = Cancellation()
  /// How many of its texts have not ended.
  private let open: Atomic<Int>

  init(
    _ request: GenerationRequest, ids: [Int], breakers: SequenceBreakers, number: Int,
    feed: AsyncThrowingStream<GenerationUpdate, any Error>.Continuation
  ) {
    self.request = request
    self.ids = ids
    self.breakers = breakers
    self.number = number
    self.feed = feed
    open = Atomic(request.choiceCount)
  }

  func send(_ update: GenerationUpdate) { feed.yield(update) }

  /// One of its texts has ended; the last one ends the events.
  func endText() { if open.subtract(1, ordering: .relaxed).newValue == 0 { feed.finish() } }

  func fail(_ error: any Error) {
    cancellation.cancel()
    feed.finish(throwing: error)
  }
}
