public import Foundation

/// Where a hub answers: `https://huggingface.co`, or a mirror that speaks the same protocol.
public struct HubEndpoint: Hashable, Sendable, CustomStringConvertible {
  /// The address, without a slash at its end.
  public let url: URL
  let origin: Origin

  /// Hugging Face.
  public static var huggingFace: HubEndpoint { get throws(HubError) { try HubEndpoint("https://huggingface.co") } }

  /// An `https:` or `http:` address, possibly with a path.
  /// - Throws: `HubError` when it is another kind of address, or holds a user, a query or a fragment.
  public init(_ text: String) throws(HubError) {
    let plain = String(text.reversed().drop { $0 == "/" }.reversed())
    guard let url = URL(string: plain), let origin = Origin(url), url.query == nil, url.fragment == nil else {
      throw HubError(
        .invalidOption, "'\(excerpt(text))' is no endpoint; give an address such as https://huggingface.co.")
    }
    self.url = url
    self.origin = origin
  }

  /// The address.
  public var description: String { url.absoluteString }

  /// Whether what is sent there stays unseen by others on the way: encrypted, or on this machine.
  var isPrivate: Bool { origin.scheme == "https" || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(origin.host) }

  /// The address of the repository's page, for people.
  func page(of repository: HubRepository) -> String { "\(self)/\(repository)" }

  /// Where the revision is described.
  func revisionURL(_ repository: HubRepository, _ revision: String) throws(HubError) -> URL {
    try address("/api/models/\(repository)/revision/\(Self.percentEncoded(revision))")
  }

  /// Where the files of a commit are listed, page by page.
  func listURL(_ repository: HubRepository, commit: String) throws(HubError) -> URL {
    try address("/api/models/\(repository)/tree/\(Self.percentEncoded(commit))?recursive=true")
  }

  /// Where a file of a commit is.
  func fileURL(_ repository: HubRepository, commit: String, path: String) throws(HubError) -> URL {
    let path = path.split(separator: "/").map { Self.percentEncoded(String($0)) }.joined(separator: "/")
    return try address("/\(repository)/resolve/\(Self.percentEncoded(commit))/\(path)")
  }

  private func address(_ suffix: String) throws(HubError) -> URL {
    guard let result = URL(string: url.absoluteString + suffix) else {
      throw HubError(.invalidOption, "'\(excerpt(suffix))' cannot be part of an address.")
    }
    return result
  }

  /// A text as one component of a path: everything but letters, digits and `-._~` is escaped, slashes too.
  private static func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
