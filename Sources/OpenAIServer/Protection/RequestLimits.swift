#if Server
  /// What one request may ask of the server.
  public struct RequestLimits: Sendable {
    /// The bytes of a request's body.
    public var bodyBytes = 8 << 20
    /// How many stop strings, and banned ones.
    public var stopStrings = 64
    /// The bytes of all stop strings.
    public var stopStringBytes = 16 << 10
    /// The bytes of a grammar or a schema.
    public var grammarBytes = 256 << 10
    /// How many texts of one prompt.
    public var choices = 16
    /// How many prompts or texts in one request.
    public var prompts = 256
    /// How many texts in one request for embeddings.
    public var embeddedTexts = 2048
    /// The most tokens that a request may generate; nil leaves it to the context.
    public var generatedTokens: Int?

    /// The usual limits.
    public init() {}
  }
#endif
