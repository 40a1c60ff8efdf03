#if Server
  import Synchronization
  import TextGeneration

  /// Tokens per second, as of late: the difference of two looks at least half a second apart.
  final class TokenRates: Sendable {
    private struct Look {
      var time = ContinuousClock.now
      var promptTokens = 0
      var generatedTokens = 0
      var rates = (prompt: 0.0, generated: 0.0)
    }
    private let last = Mutex(Look())

    func prompt(_ now: SchedulerStatistics?) -> Double { rates(now).prompt }
    func generated(_ now: SchedulerStatistics?) -> Double { rates(now).generated }

    private func rates(_ statistics: SchedulerStatistics?) -> (prompt: Double, generated: Double) {
      guard let statistics else { return (0, 0) }
      return last.withLock { last in
        let seconds = (ContinuousClock.now - last.time) / .seconds(1)
        guard seconds >= 0.5 else { return last.rates }
        last.rates = (
          Double(statistics.promptTokens - last.promptTokens) / seconds,
          Double(statistics.generatedTokens - last.generatedTokens) / seconds
        )
        last.time = .now
        (last.promptTokens, last.generatedTokens) = (statistics.promptTokens, statistics.generatedTokens)
        return last.rates
      }
    }
  }
#endif
