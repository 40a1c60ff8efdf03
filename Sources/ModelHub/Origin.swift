package import Foundation

/// Whom an address leads to: scheme, host and port. A token is sent only to the origin that it was given for.
package struct Origin: Hashable, Sendable {
  let scheme: String
  let host: String
  let port: Int

  /// Nil when the address is not `https:` or `http:`, names no host, or holds a user or a password.
  package init?(_ url: URL) {
    guard let scheme = url.scheme?.lowercased(), scheme == "https" || scheme == "http",
      let host = url.host()?.lowercased(), !host.isEmpty, url.user() == nil, url.password() == nil
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = url.port ?? (scheme == "https" ? 443 : 80)
  }

  /// Where a redirect or the link to a next page leads, which may be relative to the address that it was found at.
  /// - Throws: `HubError` when that is no web address, or when encryption would end there.
  package func follow(_ target: String, from url: URL) throws(HubError) -> URL {
    guard let next = URL(string: target, relativeTo: url)?.absoluteURL, let origin = Origin(next) else {
      throw HubError(
        .unsafeRedirect, "\(host) leads on to '\(excerpt(target))', which is no web address; it was not followed.")
    }
    guard scheme != "https" || origin.scheme == "https" else {
      throw HubError(
        .unsafeRedirect,
        "\(host) leads on to '\(excerpt(target))', where nothing is encrypted; it was not followed. Is the endpoint "
          + "the right one?")
    }
    return next
  }
}
