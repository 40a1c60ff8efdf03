/// A pattern for paths: `*` stands for any characters but `/`, `**` for any at all, `?` for one character but `/`.
///
/// A pattern without `/` is held against a file's name, in whatever folder it lies; one with `/` against the whole
/// path.
public struct GlobPattern: Hashable, Sendable, CustomStringConvertible {
  /// The pattern as it was written.
  public let description: String
  private let tokens: [Token]
  private let spansFolders: Bool

  private enum Token: Hashable {
    case character(Unicode.Scalar)
    case anyCharacter
    case anyName
    case anyPath
  }

  /// - Throws: `HubError` for an empty pattern, or one of more than 256 characters.
  public init(_ text: String) throws(HubError) {
    guard !text.isEmpty, text.unicodeScalars.count <= 256 else {
      throw HubError(.invalidOption, "'\(excerpt(text))' is no pattern for files; write one such as '*.safetensors'.")
    }
    description = text
    spansFolders = text.contains("/")
    var tokens: [Token] = []
    for scalar in text.unicodeScalars {
      switch (scalar, tokens.last) {
      case ("*", .anyName), ("*", .anyPath): tokens[tokens.count - 1] = .anyPath
      case ("*", _): tokens.append(.anyName)
      case ("?", _): tokens.append(.anyCharacter)
      default: tokens.append(.character(scalar))
      }
    }
    self.tokens = tokens
  }

  /// Whether a file is meant.
  public func matches(_ file: HubFile) -> Bool {
    let text = Array((spansFolders ? file.path : file.name).unicodeScalars)
    // reachable[i]: whether the tokens until now can stand for the first i characters.
    var reachable = [Bool](repeating: false, count: text.count + 1)
    reachable[0] = true
    for token in tokens {
      var next = [Bool](repeating: false, count: text.count + 1)
      if token == .anyName || token == .anyPath { next[0] = reachable[0] }
      for (index, scalar) in text.enumerated() {
        next[index + 1] =
          switch token {
          case .character(let wanted): reachable[index] && scalar == wanted
          case .anyCharacter: reachable[index] && scalar != "/"
          case .anyName: reachable[index + 1] || (next[index] && scalar != "/")
          case .anyPath: reachable[index + 1] || next[index]
          }
      }
      reachable = next
    }
    return reachable[text.count]
  }
}
