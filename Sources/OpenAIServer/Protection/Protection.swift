#if Server
  import Crypto
  import HTTPTypes
  package import Hummingbird

  /// Refuses requests that do not come from whom the server is for.
  package struct Protection: RouterMiddleware {
    package typealias Context = ServerRequestContext
    private let options: ServerOptions
    private let keys: [SHA256.Digest]

    init(_ options: ServerOptions) {
      self.options = options
      keys = options.apiKeys.map { SHA256.hash(data: Array($0.utf8)) }
    }

    package func handle(
      _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
      var origin: String?
      do {
        try checkHost(request)
        origin = try checkOrigin(request)
        if request.method == .options, request.headers[.accessControlRequestMethod] != nil {
          return Self.allowing(origin, Response(status: .noContent))
        }
        try checkKey(request)
        return Self.allowing(origin, try await next(request, context))
      } catch { return Self.allowing(origin, APIError.describing(error).response(for: request.uri.path)) }
    }

    /// A page of somebody else's may have its name point to this machine, and so speak for whoever looks at it; but it
    /// cannot give another name than its own (DNS rebinding).
    private func checkHost(_ request: Request) throws(APIError) {
      let host = request.head.authority ?? ""
      guard Self.isAllowed(host: host, options) else {
        throw APIError(
          status: .forbidden, type: "permission_error", code: "host_not_allowed",
          message: "this server does not go by the name '\(host.prefix(100))'; allow it with --allowed-host.")
      }
    }

    /// Whether requests may call the server by a name.
    package static func isAllowed(host: String, _ options: ServerOptions) -> Bool {
      guard isLoopback(options.host) || !options.allowedHosts.isEmpty else { return true }
      let name = hostName(host)
      return name.isEmpty || isLoopback(name) || name == options.host || options.allowedHosts.contains(name)
    }

    /// Browsers say which page a request comes from; it must be the server's own or an allowed one.
    /// - Returns: The origin that the response is to name.
    private func checkOrigin(_ request: Request) throws(APIError) -> String? {
      guard let origin = request.headers[.origin], origin != "null" || !options.allowedOrigins.isEmpty else {
        if request.headers[.origin] == nil { return nil }
        throw Self.forbidden("null")
      }
      if options.allowedOrigins.contains("*") || options.allowedOrigins.contains(origin) { return origin }
      let parts = origin.split(separator: "/", omittingEmptySubsequences: true)
      guard parts.count == 2, parts[1] == request.head.authority ?? "" else { throw Self.forbidden(origin) }
      return nil
    }

    private static func forbidden(_ origin: String) -> APIError {
      APIError(
        status: .forbidden, type: "permission_error", code: "origin_not_allowed",
        message: "pages from '\(origin.prefix(100))' may not use this server; allow them with --allowed-origin.")
    }

    private func checkKey(_ request: Request) throws(APIError) {
      guard !keys.isEmpty, !Self.isOpen(request.uri.path) else { return }
      guard let given = Self.key(request) else {
        throw .unauthorized("an API key is needed; send it as 'Authorization: Bearer KEY'.")
      }
      // Digests are compared as a whole, so that the time tells nothing of the key.
      let digest = SHA256.hash(data: Array(given.utf8))
      let matches = keys.reduce(false) { $1 == digest || $0 }
      guard matches else { throw .unauthorized("the API key is not one of this server's; check it.") }
    }

    private static func key(_ request: Request) -> String? {
      if let value = request.headers[.authorization] {
        let parts = value.split(separator: " ", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == "bearer" { return String(parts[1]) }
      }
      return HTTPField.Name("x-api-key").flatMap { request.headers[$0] }
    }

    /// What may be looked at without a key: whether the server lives, and the page, which asks for one.
    private static func isOpen(_ path: String) -> Bool {
      ["/health", "/v1/health", "/", "/status", "/favicon.ico"].contains(path) || path.hasPrefix("/page/")
    }

    private static func allowing(_ origin: String?, _ response: Response) -> Response {
      guard let origin else { return response }
      var response = response
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.vary] = "Origin"
      response.headers[.accessControlAllowHeaders] = "authorization, content-type, x-api-key, anthropic-version"
      response.headers[.accessControlAllowMethods] = "GET, POST, OPTIONS"
      return response
    }

    /// A host without its port: `[::1]:8080` is `::1`.
    static func hostName(_ authority: String) -> String {
      if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }).lowercased() }
      return String(authority.prefix { $0 != ":" }).lowercased()
    }
  }

  /// Whether a name or an address is this machine's own.
  func isLoopback(_ name: String) -> Bool {
    if ["localhost", "::1", "0:0:0:0:0:0:0:1"].contains(name) { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
#endif
