/// Fetches repositories from a hub.
///
///     let client = try HubClient()
///     let snapshot = try await client.snapshot(of: HubRepository("openai-community/gpt2"))
///     let files = try FileSelection().files(of: snapshot)
///     let pull = try await client.pull(files, of: snapshot, into: "gpt2") { print($0.doneBytes, "of", $0.totalBytes) }
///
/// Cancelling the task stops a download; what has arrived is kept, and the next `pull` goes on from there.
public struct HubClient: Sendable {
  /// Where the hub is.
  public let endpoint: HubEndpoint
  let token: String?
  /// How long to go on when something fails for a while.
  public var retryPolicy = HubRetryPolicy.standard
  /// How long a server may send nothing.
  public var stallTimeout = Duration.seconds(60)
  /// How many files are fetched at the same time.
  public var simultaneousFiles = 4

  /// A client of a hub.
  /// - Parameters:
  ///   - endpoint: Where the hub is; nil is Hugging Face.
  ///   - token: What opens private and gated repositories. It is sent to the endpoint alone, not to where it leads on.
  /// - Throws: `HubError` when the token cannot be one, or when others could read it on its way.
  public init(endpoint: HubEndpoint? = nil, token: String? = nil) throws(HubError) {
    if let endpoint { self.endpoint = endpoint } else { self.endpoint = try .huggingFace }
    if let token {
      guard !token.isEmpty, token.utf8.count <= 4096, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
        throw HubError(.invalidOption, "The token is empty, or holds spaces or characters that no token has.")
      }
      guard self.endpoint.isPrivate else {
        throw HubError(
          .invalidOption,
          "The token would go to \(self.endpoint) unencrypted, for all on the way to read; use an https endpoint, or "
            + "no token.")
      }
    }
    self.token = token
  }

  func withConnection<Result>(_ body: (HubConnection) async throws -> Result) async throws -> Result {
    try await HubConnection.with(endpoint: endpoint, token: token, stallTimeout: stallTimeout, body)
  }
}
