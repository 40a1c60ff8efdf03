#if Server
  import Hummingbird
  import JSONParsing
  import Logging
  import NIOCore
  import TextGeneration
  import Tokenization

  /// What the routes share.
  struct Endpoints: Sendable {
    let library: ModelLibrary
    let options: ServerOptions
    let metrics: ServerMetrics

    /// The body of a request as fields.
    func fields(_ request: Request) async throws -> RequestFields {
      try await RequestFields(body: body(of: request))
    }

    private func body(of request: Request) async throws -> ByteBuffer {
      let most = options.limits.bodyBytes
      let tooLarge = APIError(
        status: .contentTooLarge, type: "invalid_request_error", code: "request_too_large",
        message: "the request is larger than \(most) bytes; send less.")
      if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most { throw tooLarge }
      if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
        throw APIError(
          status: .unsupportedMediaType, type: "invalid_request_error",
          message: "the content encoding '\(encoding.prefix(40))' is not taken; send the body as it is.")
      }
      do { return try await request.body.collect(upTo: most) } catch is NIOTooManyBytesError {
        throw tooLarge
      } catch let error as CancellationError {
        throw error
      } catch {
        throw APIError.invalid(nil, "the request's body is broken; send it whole, or in well-formed chunks.")
      }
    }

    /// The model that a request names.
    func model(_ request: RequestFields) async throws -> ServedModel.ModelUse {
      try await library.model(named: try request.string("model", most: 1024))
    }

    /// Queues what a request asks for.
    func generation(
      of requests: [GenerationRequest], by use: ServedModel.ModelUse, context: ServerRequestContext
    ) async throws -> ServedGeneration {
      if options.logsPrompts {
        for case .tokens(let ids) in requests.map(\.prompt) {
          let text = try use.model.tokenizer.decode(ids)
          context.logger.info("prompt", metadata: ["text": "\(text)"])
        }
      }
      return try await ServedGeneration(requests, by: use, context: context)
    }

    /// The most tokens to generate: what was asked for, within what is allowed.
    func maxTokens(_ asked: Int?) -> Int? {
      guard let limit = options.limits.generatedTokens else { return asked }
      return min(asked ?? limit, limit)
    }

    /// Refuses a prompt that leaves no room for an answer, with the counts.
    func checkLength(_ count: Int, _ model: ServedModel, parameter: String) throws(APIError) {
      guard count >= model.contextLength else { return }
      throw .tooLong(
        parameter, "your prompt has \(count) tokens. Please reduce the length of the prompt.", count: count,
        limit: model.contextLength)
    }
  }
#endif
