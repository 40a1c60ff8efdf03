import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Requests to a hub, and to wherever it leads on.
struct HubConnection: Sendable {
  let http: HTTPClient
  let endpoint: HubEndpoint
  let token: String?
  /// How long to wait for the beginning of an answer.
  let answerTimeout: Duration

  /// How often in a row an answer may lead on.
  private static let longestChain = 10
  /// How much of an answer that nobody reads is received, so that its connection can be used again.
  private static let smallBody = 1 << 16

  /// Runs something with connections, which are closed at its end.
  static func with<Result>(
    endpoint: HubEndpoint, token: String?, stallTimeout: Duration, _ body: (HubConnection) async throws -> Result
  ) async throws -> Result {
    var configuration = HTTPClient.Configuration()
    // Redirects are followed here, where the token can be kept from other hosts.
    configuration.redirectConfiguration = .disallow
    configuration.decompression = .disabled
    // One download fills one connection; HTTP/2 would only add its own flow control.
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = TimeAmount(min(stallTimeout, .seconds(15)))
    configuration.timeout.read = TimeAmount(stallTimeout)
    // Failures are counted in one place.
    configuration.connectionPool.retryConnectionEstablishment = false
    return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
      try await body(
        HubConnection(http: http, endpoint: endpoint, token: token, answerTimeout: stallTimeout))
    }
  }

  /// Asks for what is at an address and follows redirects.
  /// - Returns: the first answer that is no redirect, whatever its status, and the address that gave it.
  /// - Throws: `TransientFailure`, `HubError`, `CancellationError`.
  func get(_ url: URL, headers: [(String, String)] = []) async throws -> (response: HTTPClientResponse, url: URL) {
    var url = url
    for _ in 0...Self.longestChain {
      guard let origin = Origin(url) else {
        throw HubError(.unsafeRedirect, "'\(excerpt(url.absoluteString))' is no web address.")
      }
      var request = HTTPClientRequest(url: url.absoluteString)
      request.headers = HTTPHeaders(headers)
      request.headers.add(name: "User-Agent", value: "swiftlet")
      request.headers.add(name: "Accept-Encoding", value: "identity")
      if let token, origin == endpoint.origin {
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
      }
      let response: HTTPClientResponse
      do { response = try await http.execute(request, timeout: TimeAmount(answerTimeout)) } catch {
        throw Self.failure(error, host: origin.host)
      }
      guard [301, 302, 303, 307, 308].contains(response.status.code) else { return (response, url) }
      guard let target = response.headers.first(name: "Location") else {
        throw HubError(.malformedAnswer, "\(origin.host) leads on without saying where; the server is at fault.")
      }
      url = try origin.follow(target, from: url)
      _ = try? await response.body.collect(upTo: Self.smallBody)
    }
    throw HubError(
      .unsafeRedirect, "\(excerpt(endpoint.origin.host)) leads on more than \(Self.longestChain) times; given up.")
  }

  /// What went wrong while something was received from a host, as an error to act on.
  static func failure(_ error: any Error, host: String) -> any Error {
    if error is HubError || error is TransientFailure || error is CancellationError { return error }
    if Task.isCancelled || error as? HTTPClientError == .cancelled { return CancellationError() }
    let detail = String(describing: error)
    if detail.contains("CERTIFICATE_VERIFY_FAILED") {
      return HubError(
        .connectionFailed,
        "\(host) shows a certificate that this system does not trust; is another machine in between, or the system's "
          + "certificates missing?")
    }
    let stalled: [HTTPClientError] = [.readTimeout, .connectTimeout, .deadlineExceeded, .tlsHandshakeTimeout]
    if let error = error as? HTTPClientError {
      if stalled.contains(error) {
        return TransientFailure(
          error: HubError(.connectionFailed, "\(host) does not answer; try again later, nothing is lost."))
      }
      let lost: [HTTPClientError] = [
        .remoteConnectionClosed, .uncleanShutdown, .writeTimeout, .getConnectionFromPoolTimeout, .bodyLengthMismatch,
      ]
      guard lost.contains(error) else {
        return HubError(.connectionFailed, "\(host) cannot be asked: \(error.shortDescription).")
      }
    }
    return TransientFailure(
      error: HubError(
        .connectionFailed,
        "The connection to \(host) failed (\(excerpt(detail))); check the network and try again, nothing is lost."))
  }
}

extension TimeAmount {
  /// A duration, of at most 290 years.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    let limit = Int64.max / 1_000_000_000 - 1
    self = .nanoseconds(max(0, min(seconds, limit)) * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}
