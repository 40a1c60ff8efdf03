import AsyncHTTPClient
import Foundation
import JSONParsing
import NIOCore
import NIOHTTP1

extension HubConnection {
  /// What a request was about, for the message when it fails.
  enum Subject: Sendable {
    case revision(HubRepository, String)
    case file(HubRepository, String)

    var repository: HubRepository {
      switch self {
      case .revision(let repository, _), .file(let repository, _): repository
      }
    }
  }

  /// Why a server did not give what it was asked for.
  /// - Returns: a `TransientFailure` or a `HubError`.
  func failure(_ response: HTTPClientResponse, from url: URL, _ subject: Subject) async -> any Error {
    let host = url.host() ?? endpoint.origin.host
    let status = Int(response.status.code)
    let words = await message(of: response)
    let said = words.isEmpty ? "." : ": \(words)."
    // Hugging Face says in a header what its statuses leave open.
    let reason = response.headers.first(name: "X-Error-Code")
    switch status {
    case 401, 403: return denied(subject, said, isGated: reason == "GatedRepo")
    case 404, 410: return missing(subject, said, reason: reason)
    case 429:
      let message = "\(host) asks for fewer requests; try again later, nothing is lost."
      return TransientFailure(error: HubError(.rateLimited, message), retryAfter: retryAfter(response))
    case 408, 500...599:
      let message = "\(host) answered with status \(status)\(said) Try again later, nothing is lost."
      return TransientFailure(error: HubError(.serverFailed, message), retryAfter: retryAfter(response))
    default:
      return HubError(
        .serverFailed, "\(host) answered with status \(status)\(said) Is the endpoint that of a hub?")
    }
  }

  private func denied(_ subject: Subject, _ said: String, isGated: Bool) -> HubError {
    let page = endpoint.page(of: subject.repository)
    if isGated {
      return HubError(
        .accessDenied,
        "\(subject.repository) is gated\(said) Ask for access at \(page)"
          + (token == nil
            ? ", and give your token with HF_TOKEN or --token." : " with the account that the token belongs to."))
    }
    return HubError(
      .accessDenied,
      token == nil
        ? "\(subject.repository) does not exist, or only a token opens it\(said) Check the name; if it is right, give "
          + "a token with HF_TOKEN or --token."
        : "The token does not open \(subject.repository)\(said) Check the name at \(page) and the token's rights.")
  }

  private func missing(_ subject: Subject, _ said: String, reason: String?) -> HubError {
    switch subject {
    case .revision(let repository, let revision) where reason == "RevisionNotFound":
      HubError(
        .notFound, "\(repository) has no revision '\(excerpt(revision))'\(said) Give a branch, a tag or a commit of it."
      )
    case .revision(let repository, let revision):
      HubError(
        .notFound,
        "There is no repository \(repository) with a revision '\(excerpt(revision))' at \(endpoint)\(said) Check the "
          + "name.")
    case .file(let repository, let path):
      HubError(
        .notFound,
        "\(repository) lists '\(excerpt(path))', but the server does not have it\(said) Try again later.")
    }
  }

  /// What the server says about a failure, in a header or in a short JSON body.
  private func message(of response: HTTPClientResponse) async -> String {
    func tidy(_ text: String) -> String {
      let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
      return excerpt(trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed)
    }
    if let header = response.headers.first(name: "X-Error-Message") { return tidy(header) }
    guard let body = try? await response.body.collect(upTo: 1 << 14),
      let value = try? JSONValue(parsing: [UInt8](body.readableBytesView), maximumDepth: 8)
    else { return "" }
    return tidy(value["error"]?.string ?? "")
  }

  private func retryAfter(_ response: HTTPClientResponse) -> Duration? {
    response.headers.first(name: "Retry-After").flatMap { RetryAfter.pause($0) }
  }
}
