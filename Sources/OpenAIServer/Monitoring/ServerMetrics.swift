#if Server
  import CoreMetrics
  import Foundation
  import Synchronization
  import TextGeneration

  /// What the server counts, through swift-metrics.
  final class ServerMetrics: Sendable {
    let registry = PrometheusRegistry()
    let start = Date()
    private let totals = Mutex((requests: 0, errors: 0))
    let connections = Atomic<Int>(0)

    /// A request that was answered.
    func recordRequest(_ path: String, status: Int, seconds: Double) {
      totals.withLock { totals in
        totals.requests += 1
        if status >= 500 { totals.errors += 1 }
      }
      Counter(
        label: "swiftlet_http_requests_total", dimensions: [("path", path), ("status", String(status))],
        factory: registry
      ).increment()
      Recorder(
        label: "swiftlet_http_response_seconds", dimensions: [("path", path)], aggregate: true, factory: registry
      )
      .record(seconds)
    }

    /// What a generation came to.
    func record(_ usage: Usage, endpoint: String) {
      let dimensions = [("endpoint", endpoint)]
      Counter(label: "swiftlet_request_prompt_tokens_total", dimensions: dimensions, factory: registry)
        .increment(by: Int64(usage.promptTokens))
      Counter(label: "swiftlet_request_generated_tokens_total", dimensions: dimensions, factory: registry)
        .increment(by: Int64(usage.generatedTokens))
      Recorder(label: "swiftlet_prompt_seconds", dimensions: dimensions, aggregate: true, factory: registry)
        .record(usage.promptSeconds)
    }

    /// Brings what a model's scheduler counts up to date.
    func update(_ model: ServedModel) {
      let statistics = model.scheduler.statistics
      func gauge(_ name: String, _ value: Int) {
        Gauge(label: "swiftlet_\(name)", dimensions: [("model", model.id)], factory: registry).record(value)
      }
      gauge("running_texts", statistics.runningTexts)
      gauge("reading_texts", statistics.readingTexts)
      gauge("waiting_texts", statistics.waitingTexts)
      gauge("kv_cache_bytes", statistics.cacheBytes)
      gauge("kv_cache_budget_bytes", statistics.cacheBudget)
      gauge("kept_texts", statistics.keptTexts)
      func total(_ name: String, _ value: Int) {
        // A model that was put away and loaded again begins at 0.
        let more = model.reportedTotals.withLock { value - ($0.updateValue(value, forKey: name) ?? 0) }
        Counter(label: "swiftlet_\(name)_total", dimensions: [("model", model.id)], factory: registry)
          .increment(by: Int64(more))
      }
      total("requests", statistics.requests)
      total("refused_requests", statistics.refusedRequests)
      total("prompt_tokens", statistics.promptTokens)
      total("reused_tokens", statistics.reusedTokens)
      total("generated_tokens", statistics.generatedTokens)
      total("preemptions", statistics.preemptions)
      total("steps", statistics.steps)
    }

    var requestTotals: (requests: Int, errors: Int) { totals.withLock { $0 } }
  }
#endif
