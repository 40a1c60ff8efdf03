#if Server
  import HTTPTypes
  import Hummingbird
  import JSONParsing
  import TextGeneration

  /// A request that cannot be served, as OpenAI's clients expect to be told: an HTTP status, and
  /// `{"error": {"message", "type", "param", "code"}}`.
  struct APIError: Error, Sendable, CustomStringConvertible {
    let status: HTTPResponse.Status
    /// OpenAI's name of the kind: `invalid_request_error`, `authentication_error`, …
    let type: String
    /// What a program may act on, such as `context_length_exceeded`.
    var code: String?
    /// The field at fault, such as `messages[0].role`.
    var parameter: String?
    let message: String
    /// Further fields of the error, such as counts.
    var details: JSONObject = [:]
    /// After how many seconds to try again.
    var retryAfter: Int?
    /// The methods that a path takes, where it was asked with another.
    var allowedMethods: String?

    static func invalid(_ parameter: String?, _ message: String, code: String? = nil) -> APIError {
      APIError(
        status: .badRequest, type: "invalid_request_error", code: code, parameter: parameter, message: message)
    }

    static func unauthorized(_ message: String) -> APIError {
      APIError(status: .unauthorized, type: "authentication_error", code: "invalid_api_key", message: message)
    }

    static func notFound(_ message: String, code: String? = nil, parameter: String? = nil) -> APIError {
      APIError(status: .notFound, type: "not_found_error", code: code, parameter: parameter, message: message)
    }

    /// A path that is asked in another way than it is meant for.
    /// - Parameter allowed: The ways that there are, such as `GET, HEAD`.
    static func wrongMethod(allowed: String) -> APIError {
      var error = APIError(
        status: .methodNotAllowed, type: "invalid_request_error", code: "method_not_allowed",
        message: "this path does not take this method; use \(allowed).")
      error.allowedMethods = allowed
      return error
    }

    static func unsupported(_ parameter: String?, _ message: String) -> APIError {
      APIError(
        status: .badRequest, type: "invalid_request_error", code: "unsupported", parameter: parameter, message: message)
    }

    /// A text that the model's context does not hold, with the counts.
    /// - Parameter subject: What is too long, and what to do about it.
    static func tooLong(_ parameter: String, _ subject: String, count: Int, limit: Int) -> APIError {
      var error = invalid(
        parameter, "This model's maximum context length is \(limit) tokens. However, \(subject)",
        code: "context_length_exceeded")
      error.details = ["n_prompt_tokens": .integer(count), "n_ctx": .integer(limit)]
      return error
    }

    static func overloaded(_ message: String) -> APIError {
      APIError(
        status: .tooManyRequests, type: "rate_limit_error", code: "overloaded", message: message, retryAfter: 1)
    }

    static func unavailable(_ message: String, retryAfter: Int = 5) -> APIError {
      APIError(
        status: .serviceUnavailable, type: "unavailable_error", code: "unavailable", message: message,
        retryAfter: retryAfter)
    }

    static func server(_ message: String) -> APIError {
      APIError(status: .internalServerError, type: "server_error", message: message)
    }

    /// What a generation's error means to a client.
    init(_ error: GenerationError) {
      switch error.code {
      case .overloaded: self = .overloaded(error.message)
      case .ended: self = .unavailable(error.message)
      case .promptTooLong: self = .invalid("messages", error.message, code: "context_length_exceeded")
      case .noCandidate: self = .invalid(nil, error.message, code: "no_candidate")
      case .mismatchedDraft, .notFound: self = .server(error.message)
      case .invalidOption, .emptyPrompt, .invalidToken: self = .invalid(nil, error.message)
      }
    }

    init(
      status: HTTPResponse.Status, type: String, code: String? = nil, parameter: String? = nil, message: String,
      retryAfter: Int? = nil
    ) {
      (self.status, self.type, self.code, self.parameter) = (status, type, code, parameter)
      (self.message, self.retryAfter) = (message, retryAfter)
    }

    /// Any error, as a client is told of it.
    static func describing(_ error: any Error) -> APIError {
      switch error {
      case let error as APIError: error
      case let error as GenerationError: APIError(error)
      case is CancellationError: .unavailable("the request was cancelled.")
      case let error as any HTTPResponseError where error.status == .notFound:
        .notFound("there is no such path here; see /openapi.json for those that there are.")
      case let error as any HTTPResponseError:
        APIError(status: error.status, type: "invalid_request_error", message: "\(error.status)")
      default: .server("\(error)")
      }
    }

    /// The message, for people.
    var description: String { message }

    /// `{"error": {…}}`
    var json: JSONValue {
      var fields: JSONObject = [
        "message": .string(message), "type": .string(type),
        "param": parameter.map(JSONValue.string) ?? .null, "code": code.map(JSONValue.string) ?? .null,
      ]
      for (key, value) in details.pairs { fields[key] = value }
      return ["error": .object(fields)]
    }

    /// The response for a path; Anthropic's clients expect a mark around the error.
    func response(for path: String) -> Response {
      var body = json.object ?? [:]
      if path.hasSuffix("/messages") || path.contains("/messages/") { body["type"] = "error" }
      var response = Response.json(.object(body), status: status)
      if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
      if let allowedMethods { response.headers[.allow] = allowedMethods }
      // OpenAI's clients repeat what failed for the moment, and nothing else.
      let isTemporary = status == .tooManyRequests || status == .serviceUnavailable
      if let name = HTTPField.Name("x-should-retry") { response.headers[name] = isTemporary ? "true" : "false" }
      if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
      return response
    }
  }

  extension Response {
    /// A JSON value as a whole response.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
      var headers = HTTPFields()
      headers[.contentType] = "application/json; charset=utf-8"
      return Response(
        status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: value.serialized(pretty: false))))
    }
  }
#endif
