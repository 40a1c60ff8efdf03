#if Server
  public import TextGeneration

  /// Where a server listens and whom it serves.
  public struct ServerOptions: Sendable {
    /// The address to listen at: this machine only, unless told otherwise.
    public var host = "127.0.0.1"
    /// The port; 0 takes a free one.
    public var port = 8080
    /// What clients must send as `Authorization: Bearer KEY` or `x-api-key`; without any, nothing is asked.
    public var apiKeys: [String] = []
    /// The certificate chain and the private key, as PEM files; without them the server speaks plain HTTP.
    public var certificatePath: String?
    /// The certificate's private key.
    public var privateKeyPath: String?
    /// Names beside this machine's own by which requests may call the server.
    public var allowedHosts: [String] = []
    /// Web pages, besides the server's own, that may call it, such as `https://example.org`; `*` allows all.
    public var allowedOrigins: [String] = []
    /// What one request may ask for.
    public var limits = RequestLimits()
    /// The most connections at once; further ones wait to be accepted.
    public var connections = 16_384
    /// After how many seconds a connection that says nothing is closed.
    public var idleSeconds = 120
    /// How many seconds those in work get to end when the server is asked to.
    public var shutdownSeconds = 10
    /// How tokens are chosen where a request does not say.
    public var sampling = SamplingOptions()
    /// Whether prompts stand in the log, which otherwise tells nothing of what is said.
    public var logsPrompts = false
    /// Whether the chat page is served.
    public var servesPage = true

    /// The usual options.
    public init() {}
  }
#endif
