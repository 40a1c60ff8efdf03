#if Server
  import Hummingbird
  import JSONParsing
  import TextGeneration

  /// What an API makes of a generation: one whole response, or a stream of chunks.
  protocol Replies: Sendable {
    /// The tokens and the time that it took so far.
    var usage: Usage { get }
    /// The whole response, once the generation has ended.
    var whole: JSONValue { get }
    /// Whether a stream ends with `[DONE]`.
    static var endsWithMark: Bool { get }
    /// The chunks with which a stream begins.
    mutating func openings() -> [JSONValue]
    /// Takes in what happens.
    /// - Returns: The chunks that a stream sends for it; those with a `type` are events of that name.
    mutating func read(_ update: GenerationUpdate, of prompt: Int) -> [JSONValue]
    /// The chunks with which a stream ends.
    var closings: [JSONValue] { get }
    /// The chunk that ends a stream early.
    func failure(_ error: APIError) -> JSONValue
  }

  extension Replies {
    static var endsWithMark: Bool { true }
    mutating func openings() -> [JSONValue] { [] }
    var closings: [JSONValue] { [] }
    func failure(_ error: APIError) -> JSONValue { error.json }
  }

  extension Endpoints {
    /// Answers with a generation, whole or in chunks.
    /// - Parameter name: The endpoint's, for metrics.
    func answer(
      _ generation: ServedGeneration, _ fresh: some Replies, isStreamed: Bool, name: String
    ) async throws -> Response {
      guard isStreamed else {
        var replies = fresh
        for try await (prompt, update) in generation { _ = replies.read(update, of: prompt) }
        metrics.record(replies.usage, endpoint: name)
        return .json(replies.whole)
      }
      return .events { [metrics] events in
        var replies = fresh
        do {
          for chunk in replies.openings() { try await events.send(chunk) }
          for try await (prompt, update) in generation {
            let chunks = replies.read(update, of: prompt)
            if chunks.isEmpty, case .progress(let read, let count) = update {
              try await events.sendComment("\(read) of \(count) prompt tokens read")
            }
            for chunk in chunks { try await events.send(chunk) }
          }
          for chunk in replies.closings { try await events.send(chunk) }
          if type(of: fresh).endsWithMark { try await events.sendDone() }
        } catch {
          generation.cancel()
          try await events.send(replies.failure(.describing(error)))
        }
        metrics.record(replies.usage, endpoint: name)
      }
    }
  }
#endif
