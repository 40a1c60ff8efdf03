import Crypto
import Foundation

/// What a file's content must hash to, as the repository says.
public enum HubChecksum: Hashable, Sendable, CustomStringConvertible {
  /// SHA-256 of the content, 64 small hexadecimal digits: large files.
  case sha256(String)
  /// Git's name of the content, 40 small hexadecimal digits: SHA-1 of `blob SIZE`, a zero byte and the content.
  case gitBlob(String)

  /// Reads what `description` writes.
  public init?(_ text: String) {
    let halves = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2 else { return nil }
    switch halves[0] {
    case "sha256": self.init(sha256: halves[1])
    case "git": self.init(gitBlob: halves[1])
    default: return nil
    }
  }

  init?(sha256 digits: String) {
    guard Self.isHexadecimal(digits, count: 64) else { return nil }
    self = .sha256(digits.lowercased())
  }

  init?(gitBlob digits: String) {
    guard Self.isHexadecimal(digits, count: 40) else { return nil }
    self = .gitBlob(digits.lowercased())
  }

  /// `sha256:…` or `git:…`.
  public var description: String {
    switch self {
    case .sha256(let digits): "sha256:\(digits)"
    case .gitBlob(let digits): "git:\(digits)"
    }
  }

  static func isHexadecimal(_ text: String, count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }
}

/// The checksum of content that comes piece by piece.
struct ContentHash: Sendable {
  private enum State {
    case sha256(SHA256)
    case sha1(Insecure.SHA1)
  }
  private var state: State

  /// The hash that can be compared with a checksum, of content that will have so many bytes.
  init(for checksum: HubChecksum, byteCount: Int) {
    switch checksum {
    case .sha256: state = .sha256(SHA256())
    case .gitBlob:
      var hash = Insecure.SHA1()
      hash.update(data: Array("blob \(byteCount)\0".utf8))
      state = .sha1(hash)
    }
  }

  /// Takes the next bytes.
  mutating func update(_ bytes: some DataProtocol) {
    switch state {
    case .sha256(var hash):
      hash.update(data: bytes)
      state = .sha256(hash)
    case .sha1(var hash):
      hash.update(data: bytes)
      state = .sha1(hash)
    }
  }

  /// The checksum of all bytes until now.
  var checksum: HubChecksum {
    switch state {
    case .sha256(let hash): .sha256(Self.digits(hash.finalize()))
    case .sha1(let hash): .gitBlob(Self.digits(hash.finalize()))
    }
  }

  private static func digits(_ digest: some Sequence<UInt8>) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
