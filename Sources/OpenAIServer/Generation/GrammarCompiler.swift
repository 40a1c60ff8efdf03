#if Server
  import Dispatch
  import Grammars
  import Synchronization

  /// Compiles grammars one at a time, away from the threads that serve: a costly one keeps nobody else waiting but those
  /// with grammars. What was compiled lately is kept, with the masks that it has found.
  final class GrammarCompiler: Sendable {
    static let shared = GrammarCompiler()
    private let queue = DispatchQueue(label: "swiftlet.grammars")
    private let known = Mutex(Known())
    private static let most = 32

    private struct Known {
      private var grammars: [String: Result<Grammar, GrammarError>] = [:]
      /// The keys, those that were asked for lately last.
      private var order: [String] = []

      mutating func find(_ key: String) -> Result<Grammar, GrammarError>? {
        guard let found = grammars[key] else { return nil }
        order.removeAll { $0 == key }
        order.append(key)
        return found
      }

      mutating func keep(_ grammar: Result<Grammar, GrammarError>, for key: String) {
        if grammars.updateValue(grammar, forKey: key) == nil { order.append(key) }
        if order.count > GrammarCompiler.most { grammars[order.removeFirst()] = nil }
      }
    }

    /// The grammar of a description.
    /// - Parameter key: What tells it from others.
    func grammar(
      _ key: String, _ make: @escaping @Sendable () throws(GrammarError) -> Grammar
    ) async throws(GrammarError) -> Grammar {
      if let found = known.withLock({ $0.find(key) }) { return try found.get() }
      let result = await withCheckedContinuation { continuation in
        queue.async { [self] in
          // It may have been made while this waited.
          let result =
            known.withLock { $0.find(key) } ?? Result { () throws(GrammarError) in try make() }
          known.withLock { $0.keep(result, for: key) }
          continuation.resume(returning: result)
        }
      }
      return try result.get()
    }
  }
#endif
