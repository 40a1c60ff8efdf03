#if Server
  import ArgumentParser
  import Foundation
  import OpenAIServer
  import Swiftlet

  /// Where the server listens and whom it serves.
  struct ServeNetworkFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen at; 0.0.0.0 for all of this machine's.", valueName: "address"))
    var host: String = "127.0.0.1"

    @Option(help: ArgumentHelp("The port; 0 takes a free one.", valueName: "n"))
    var port: Int = 8080

    @Option(
      help: ArgumentHelp(
        "A key that clients must send. Repeatable; --api-key-file keeps it out of ps.", valueName: "key"))
    var apiKey: [String] = []

    @Option(
      help: ArgumentHelp("A file with one key per line; lines that begin with # are comments.", valueName: "path"))
    var apiKeyFile: String?

    @Option(help: ArgumentHelp("A PEM file with the certificate chain, for HTTPS.", valueName: "path"))
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("A PEM file with the certificate's private key.", valueName: "path"))
    var tlsKey: String?

    @Option(
      help: ArgumentHelp(
        "A name, besides this machine's own, by which requests may call it. Repeatable.", valueName: "name"))
    var allowedHost: [String] = []

    @Option(help: ArgumentHelp("A web page's origin that may call it, or * for all. Repeatable.", valueName: "origin"))
    var allowedOrigin: [String] = []

    @Option(help: ArgumentHelp("The most connections at once.", valueName: "n"))
    var maxConnections: Int = 16_384

    @Option(help: ArgumentHelp("Seconds after which a silent connection is closed.", valueName: "s"))
    var idleTimeout: Int = 120

    @Flag(help: "Serve the API only, without the pages.")
    var noPage = false

    @Flag(help: "Log requests with the text of their prompts, which otherwise no log tells.")
    var logPrompts = false

    func validate() throws {
      guard (0...65_535).contains(port) else {
        throw ValidationError("--port is \(port); give a number from 0 to 65535.")
      }
      guard maxConnections > 0 else { throw ValidationError("--max-connections is \(maxConnections); give 1 or more.") }
      guard idleTimeout > 0 else { throw ValidationError("--idle-timeout is \(idleTimeout); give 1 or more.") }
      guard (tlsCertificate == nil) == (tlsKey == nil) else {
        throw ValidationError("--tls-certificate and --tls-key belong together; give both.")
      }
    }

    /// Whether only this machine reaches it.
    var isLocal: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    func options() throws -> ServerOptions {
      var options = ServerOptions()
      (options.host, options.port) = (host, port)
      options.apiKeys = apiKey + (try keysOfFile())
      (options.certificatePath, options.privateKeyPath) = (tlsCertificate, tlsKey)
      (options.allowedHosts, options.allowedOrigins) = (allowedHost, allowedOrigin)
      (options.connections, options.idleSeconds) = (maxConnections, idleTimeout)
      options.servesPage = !noPage
      options.logsPrompts = logPrompts
      return options
    }

    private func keysOfFile() throws -> [String] {
      guard let apiKeyFile else { return [] }
      let text = try TextInput.contents(of: apiKeyFile)
      let keys = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        .filter { !$0.isEmpty && !$0.hasPrefix("#") }
      guard !keys.isEmpty else { throw CommandError("\(apiKeyFile) holds no key; write one per line.") }
      return keys
    }
  }

  /// How much the server takes on.
  struct ServeWorkFlags: ParsableArguments {
    @Option(help: ArgumentHelp("The most texts that a model works on at once.", valueName: "n"))
    var parallel: Int = 64

    @Option(help: ArgumentHelp("The most requests that wait for a model; further ones are refused.", valueName: "n"))
    var queue: Int = 512

    @Option(
      help: ArgumentHelp(
        "Gigabytes for keys and values, per model. (default: a quarter of the memory)", valueName: "GB"))
    var cacheMemory: Double?

    @Option(
      help: ArgumentHelp(
        "Gigabytes for the weights of loaded models. (default: three quarters of the memory)", valueName: "GB"))
    var modelMemory: Double?

    @Option(help: ArgumentHelp("The most tokens that a request may generate.", valueName: "n"))
    var maxTokens: Int?

    @Option(help: ArgumentHelp("The most megabytes of a request's body.", valueName: "MB"))
    var maxBody: Int = 8

    @Flag(help: "Load no model before a request asks for it.")
    var lazy = false

    func validate() throws {
      guard parallel > 0, queue > 0, maxBody > 0, maxBody <= 1024 else {
        throw ValidationError("--parallel, --queue and --max-body are whole numbers, 1 or more.")
      }
      for (name, value) in [("cache-memory", cacheMemory), ("model-memory", modelMemory)] {
        if let value, !(value > 0 && value < 1e6) {
          throw ValidationError("--\(name) is \(value); give gigabytes, more than 0.")
        }
      }
      if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens is \(maxTokens); give 1 or more.") }
    }

    func libraryOptions(cacheTypes: KVCacheTypes) -> ModelLibrary.Options {
      func bytes(_ gigabytes: Double?) -> Int? { gigabytes.map { Int($0 * 1e9) } }
      return ModelLibrary.Options(
        memoryBytes: bytes(modelMemory), cacheTypes: cacheTypes,
        limits: SchedulerLimits(runningTexts: parallel, waitingRequests: queue, cacheBytes: bytes(cacheMemory)))
    }

    func apply(to options: inout ServerOptions) {
      options.limits.bodyBytes = maxBody << 20
      options.limits.generatedTokens = maxTokens
    }
  }
#endif
