#if Server
  import TextGeneration

  /// Generations of one HTTP request: one for each of its prompts. They end when the client leaves.
  struct ServedGeneration: AsyncSequence, Sendable {
    /// Which of the prompts, and what happens to it.
    typealias Element = (prompt: Int, update: GenerationUpdate)
    let model: ServedModel
    private let use: ServedModel.ModelUse
    private let parts: [GenerationUpdates]
    private let registration: ClientWatch.Registration?

    /// Queues the requests.
    /// - Throws: `GenerationError` for one that cannot be served; none is then.
    init(_ requests: [GenerationRequest], by use: ServedModel.ModelUse, context: ServerRequestContext) async throws {
      self.use = use
      model = use.model
      var parts: [GenerationUpdates] = []
      do {
        for request in requests { parts.append(try use.model.scheduler.stream(request)) }
      } catch {
        parts.forEach { $0.cancel() }
        throw error
      }
      self.parts = parts
      registration = await context.whenClientLeaves { [parts] in parts.forEach { $0.cancel() } }
    }

    func makeAsyncIterator() -> AsyncThrowingStream<Element, any Error>.Iterator {
      let (merged, feed) = AsyncThrowingStream.makeStream(of: Element.self)
      let task = Task { [parts] in
        do {
          try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, part) in parts.enumerated() {
              group.addTask { for try await update in part { feed.yield((index, update)) } }
            }
            try await group.waitForAll()
          }
          feed.finish()
        } catch {
          parts.forEach { $0.cancel() }
          feed.finish(throwing: error)
        }
      }
      feed.onTermination = { [parts] reason in
        guard case .cancelled = reason else { return }
        task.cancel()
        parts.forEach { $0.cancel() }
      }
      return merged.makeAsyncIterator()
    }

    /// Stops all of it.
    func cancel() { parts.forEach { $0.cancel() } }
  }
#endif
