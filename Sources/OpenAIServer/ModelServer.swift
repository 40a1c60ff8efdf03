#if Server
  import Foundation
  import HTTPTypes
  package import Hummingbird
  import HummingbirdCore
  import HummingbirdTLS
  public import Logging
  import NIOCore
  import ServiceLifecycle
  import Synchronization
  import TextGeneration
  import UnixSignals

  /// Serves models over HTTP, in the words of OpenAI's API, with a page to chat on.
  ///
  ///     let library = try ModelLibrary([ModelDescription("Llama-3.2-1B-Instruct")])
  ///     try await ModelServer(library).run()                     // http://127.0.0.1:8080
  public struct ModelServer: Sendable {
    /// The version that responses tell.
    public static let version = "0.1.0"
    private let library: ModelLibrary
    private let options: ServerOptions
    private let logger: Logger
    private let metrics = ServerMetrics()

    /// A server of these models.
    public init(
      _ library: ModelLibrary, options: ServerOptions = ServerOptions(), logger: Logger = Logger(label: "swiftlet")
    ) {
      (self.library, self.options, self.logger) = (library, options, logger)
    }

    /// Serves until the process is asked to end (Ctrl-C, SIGTERM): then no more work is taken on, and what is in work
    /// gets `ServerOptions.shutdownSeconds` to end.
    /// - Parameter onRunning: Called with the port once connections are accepted.
    /// - Throws: What is wrong with the address, the certificate or its key.
    public func run(onRunning: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
      let application = try application(onRunning: onRunning)
      // Those that come last end first: connections once nothing is written to them any more.
      var configuration = ServiceGroupConfiguration(
        services: [application, LibraryService(library: library, seconds: options.shutdownSeconds)],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      configuration.maximumGracefulShutdownDuration = .seconds(options.shutdownSeconds + 5)
      do { try await ServiceGroup(configuration: configuration).run() } catch {
        guard let reason = Self.reason(error) else { throw error }
        throw GenerationError(.invalidOption, "cannot listen at \(options.host):\(options.port): \(reason)")
      }
    }

    /// Why nobody can listen at an address.
    private static func reason(_ error: any Error) -> String? {
      if error is SocketAddressError.UnknownHost { return "no address has that name; give one of this machine's." }
      return switch (error as? IOError)?.errnoCode {
      case nil: nil
      case EADDRINUSE: "the port is in use; give another, or 0 for one that is free."
      case EACCES: "not allowed; give a port of 1024 or more."
      case EADDRNOTAVAIL: "the address is not one of this machine's."
      default: "\(error)"
      }
    }

    /// The server without the service that ends the models' work.
    package func application(
      onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
      let router = Router(context: ServerRequestContext.self, options: .autoGenerateHeadEndpoints)
      addRoutes(to: router)
      return Application(
        responder: KnownMethods(router: router.buildResponder()), server: try httpServer(),
        configuration: ApplicationConfiguration(
          address: .hostname(options.host, port: options.port), serverName: "swiftlet/\(Self.version)", backlog: 1024,
          availableConnectionsDelegate: CountedConnections(most: options.connections, metrics: metrics)),
        onServerRunning: { await onRunning($0.localAddress?.port ?? 0) }, logger: logger)
    }

    private func httpServer() throws -> HTTPServerBuilder {
      let http = HTTPServerBuilder.http1(
        configuration: .init(
          additionalChannelHandlers: [ClientWatch()], idleTimeout: .seconds(Int64(options.idleSeconds)),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
      guard let tls = try options.tlsConfiguration() else { return http }
      return try .tls(http, tlsConfiguration: tls)
    }

    private func addRoutes(to router: Router<ServerRequestContext>) {
      let endpoints = Endpoints(library: library, options: options, metrics: metrics)
      router.addMiddleware {
        RequestJournal(metrics: metrics)
        Protection(options)
      }
      for base in ["", "v1"] { add(endpoints, to: router.group(RouterPath(base))) }
      router.get("metrics", use: endpoints.metricsText)
      router.get("status.json", use: endpoints.status)
      router.get("openapi.json") { _, _ in try Pages.description() }
      if options.servesPage {
        router.get("/") { _, _ in try Pages.response("index.html") }
        router.get("status") { _, _ in try Pages.response("status.html") }
        router.get("favicon.ico") { _, _ in try Pages.response("icon.svg") }
        router.get("page/:name") { _, context in try Pages.response(context.parameters.get("name") ?? "") }
      }
      refuseOtherMethods(of: router)
    }

    /// Tells whoever asks in another way than a path is meant for which ways there are.
    private func refuseOtherMethods(of router: Router<ServerRequestContext>) {
      let known = Dictionary(grouping: router.routes, by: \.path.description)
      for routes in known.values {
        let methods = routes.map(\.method)
        let allowed = (methods + (methods.contains(.get) ? [.head] : [])).map(\.rawValue).joined(separator: ", ")
        for method in KnownMethods.all where !methods.contains(method) {
          router.on(routes[0].path, method: method) { _, _ -> Response in
            throw APIError.wrongMethod(allowed: allowed)
          }
        }
      }
    }

    private func add(_ endpoints: Endpoints, to group: RouterGroup<ServerRequestContext>) {
      group.get("health", use: endpoints.health)
      group.get("models", use: endpoints.models)
      group.get("models/**", use: endpoints.model)
      group.post("completions", use: endpoints.completions)
      group.post("chat/completions", use: endpoints.chatCompletions)
      group.post("embeddings", use: endpoints.embeddings)
      group.post("responses", use: endpoints.responses)
      group.post("responses/input_tokens", use: endpoints.responseTokens)
      group.post("messages", use: endpoints.messages)
      group.post("messages/count_tokens", use: endpoints.messageTokens)
      group.post("tokenize", use: endpoints.tokenize)
      group.post("detokenize", use: endpoints.detokenize)
      group.post("apply-template", use: endpoints.applyTemplate)
    }
  }

  /// Lets the router see only methods that it knows, so that it refuses all others as it refuses those.
  private struct KnownMethods: HTTPResponder {
    static let all: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete, .options, .trace]
    let router: RouterResponder<ServerRequestContext>

    func respond(to request: Request, context: ServerRequestContext) async throws -> Response {
      var head = request.head
      if !Self.all.contains(head.method), head.method != .head { head.method = .trace }
      return try await router.respond(to: Request(head: head, body: request.body), context: context)
    }
  }

  /// Ends the models' work when the server ends: first what is in work may finish, then it is cancelled.
  private struct LibraryService: Service {
    let library: ModelLibrary
    let seconds: Int

    func run() async throws {
      try await gracefulShutdown()
      await library.shutDown(cancelling: false)
      let clock = ContinuousClock()
      let end = clock.now + .seconds(seconds)
      while clock.now < end, await !library.isIdle { try await clock.sleep(for: .milliseconds(20)) }
      await library.shutDown(cancelling: true)
    }
  }

  /// Counts connections, and accepts no more than are allowed.
  private struct CountedConnections: AvailableConnectionsDelegate {
    let most: Int
    let metrics: ServerMetrics

    mutating func connectionOpened() { metrics.connections.wrappingAdd(1, ordering: .relaxed) }
    mutating func connectionClosed() { metrics.connections.wrappingSubtract(1, ordering: .relaxed) }
    func isAcceptingNewConnections() -> Bool { metrics.connections.load(ordering: .relaxed) < most }
  }
#endif
