#if Server
  import Foundation
  import HTTPTypes
  import Hummingbird
  import JSONParsing
  import LanguageModels
  import Synchronization
  import Tensors
  import TextGeneration

  extension Endpoints {
    /// `GET /health`
    func health(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      .json(["status": "ok"])
    }

    /// `GET /metrics`: what Prometheus reads.
    func metricsText(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      for case let (_, _, model?) in await library.overview() { metrics.update(model) }
      var headers = HTTPFields()
      headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
      return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: metrics.registry.text)))
    }

    /// `GET /status.json`: what the server's page shows.
    func status(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
      var models: [JSONValue] = []
      for (description, state, model) in await library.overview() {
        let now = model?.scheduler.statistics
        func number(_ path: KeyPath<SchedulerStatistics, Int>) -> JSONValue { .integer(now?[keyPath: path] ?? 0) }
        models.append([
          "id": .string(description.id), "state": .string(state),
          "parameters": .integer(description.configuration.parameterCount),
          "context_length": .integer(description.configuration.contextLength),
          "weight_bytes": .integer(description.weightBytes), "running": number(\.runningTexts),
          "reading": number(\.readingTexts), "waiting": number(\.waitingTexts), "kv_used_bytes": number(\.cacheBytes),
          "kv_budget_bytes": number(\.cacheBudget), "kept_texts": number(\.keptTexts),
          "cached_prefix_bytes": number(\.keptBytes),
          "prompt_tokens_total": .integer((now?.promptTokens ?? 0) + (now?.reusedTokens ?? 0)),
          "cached_tokens_total": number(\.reusedTokens),
          "generated_tokens_total": number(\.generatedTokens), "requests_total": number(\.requests),
          "prompt_tokens_per_second": .number(model?.rates.prompt(now) ?? 0),
          "generated_tokens_per_second": .number(model?.rates.generated(now) ?? 0),
        ])
      }
      let totals = metrics.requestTotals
      return .json([
        "models": .array(models), "uptime_seconds": .number(Date().timeIntervalSince(metrics.start)),
        "connections": .integer(metrics.connections.load(ordering: .relaxed)),
        "requests_total": .integer(totals.requests), "errors_total": .integer(totals.errors),
        "resident_bytes": .integer(ResidentMemory.byteCount), "version": .string(ModelServer.version),
        "threads": .integer(ThreadPool.shared.threadCount),
      ])
    }
  }
#endif
