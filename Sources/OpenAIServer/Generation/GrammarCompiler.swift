#if Server
  import Dispatch
  import Grammars
  import Synchronization

  /// Compiles grammars one at a time, away from the threads that serve: a costly one keeps nobody else waiting but those
  /// with grammars. What was compiled lately is kept, with the masks that it has found.
  final class GrammarCompiler: Sendable {
    static let shared = GrammarCompiler()
    private let queue = DispatchQueue(label: "swiftlet.grammars")
    private let known = Mutex<[String: Result<Grammar, GrammarError>]>([:])
    private static let most = 64

    /// The grammar of a description.
    /// - Parameter key: What tells it from others.
    func grammar(
      _ key: String, _ make: @escaping @Sendable () throws(GrammarError) -> Grammar
    ) async throws(GrammarError) -> Grammar {
      if let found = known.withLock({ $0[key] }) { return try found.get() }
      let result = await withCheckedContinuation { continuation in
        queue.async { [self] in
          // It may have been made while this waited.
          let result =
            known.withLock { $0[key] } ?? Result { () throws(GrammarError) in try make() }
          known.withLock { known in
            if known.count >= Self.most, known[key] == nil { known = [:] }
            known[key] = result
          }
          continuation.resume(returning: result)
        }
      }
      return try result.get()
    }
  }
#endif
