#if Server
  import HTTPTypes
  import Hummingbird
  import Logging

  /// Gives every request a name, logs and counts it, and turns what was thrown into errors that clients understand.
  struct RequestJournal: RouterMiddleware {
    typealias Context = ServerRequestContext
    let metrics: ServerMetrics

    func handle(
      _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
      let clock = ContinuousClock()
      let start = clock.now
      let id = context.id
      var response: Response
      do {
        response = try await next(request, context)
      } catch {
        let described =
          error is CancellationError ? APIError.unavailable("the request was cancelled.") : .describing(error)
        if described.status.code >= 500 {
          context.logger.error("failed", metadata: ["error": "\(error)"])
        }
        response = described.response(for: request.uri.path)
      }
      if let name = HTTPField.Name("x-request-id") { response.headers[name] = id }
      if let name = HTTPField.Name("x-content-type-options") { response.headers[name] = "nosniff" }
      let seconds = (clock.now - start) / .seconds(1)
      let path = context.endpointPath ?? "unknown"
      metrics.recordRequest(path, status: Int(response.status.code), seconds: seconds)
      context.logger.info(
        "\(request.method) \(request.uri.path.prefix(200))",
        metadata: ["status": "\(response.status.code)", "seconds": "\(seconds)"])
      return response
    }
  }
#endif
