/// A repository's name on a hub: `OWNER/NAME`.
public struct HubRepository: Hashable, Sendable, CustomStringConvertible {
  /// Who it belongs to: a person or an organisation.
  public let owner: String
  /// What it is called.
  public let name: String

  /// Reads `OWNER/NAME`.
  /// - Throws: `HubError` for anything that is no such name; each half is made of ASCII letters, digits, `-`, `_` and
  ///   `.`, and does not begin with `-` or `.`.
  public init(_ text: String) throws(HubError) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2, halves.allSatisfy(Self.isName) else {
      throw HubError(
        .invalidOption,
        "'\(excerpt(text))' is no repository; write OWNER/NAME, for example openai-community/gpt2.")
    }
    (owner, name) = (halves[0], halves[1])
  }

  /// `OWNER/NAME`.
  public var description: String { "\(owner)/\(name)" }

  /// Whether both names lead to one repository: hubs do not tell large letters from small ones.
  func isSame(as other: String) -> Bool { description.lowercased() == other.lowercased() }

  private static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 96 else { return false }
    let isPlain = text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isPlain && first != UInt8(ascii: "-") && first != UInt8(ascii: ".")
  }
}
