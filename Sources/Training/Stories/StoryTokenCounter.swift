public import Tokenization

/// Counts a story's tokens from those of its words, each of which is encoded once.
public struct StoryTokenCounter {
  private let tokenizer: Tokenizer
  private let anchorCount: Int
  private var counts: [String: Int] = [:]

  /// A word after another one is encoded behind this.
  private static let anchor = "a"

  /// Counts with this tokenizer.
  public init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    anchorCount = tokenizer.encode(Self.anchor).count
  }

  /// The sum over what stands between the spaces of a text. It is the number of the text's tokens where the tokenizer
  /// cuts text before spaces, and a caller can compare the two.
  public mutating func count(_ text: String) -> Int {
    text.split(separator: " ").enumerated().reduce(0) { $0 + count(String($1.element), isFirst: $1.offset == 0) }
  }

  /// The tokens of words without a space between them, at the beginning of a text or after a space.
  mutating func count(_ words: String, isFirst: Bool) -> Int {
    let key = isFirst ? words : " " + words
    if let known = counts[key] { return known }
    let count = isFirst ? tokenizer.encode(key).count : tokenizer.encode(Self.anchor + key).count - anchorCount
    counts[key] = count
    return count
  }
}
