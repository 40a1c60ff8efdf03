/// The tokens that may come next: one bit for each token of a vocabulary.
public struct TokenMask: Sendable, Hashable {
  /// The bits, 64 to a word, token 0 in the lowest bit of the first word.
  public private(set) var words: [UInt64]
  /// How many tokens the vocabulary has.
  public let vocabularySize: Int

  /// A mask that allows nothing.
  public init(vocabularySize: Int) {
    self.vocabularySize = max(0, vocabularySize)
    words = [UInt64](repeating: 0, count: (self.vocabularySize + 63) / 64)
  }

  /// How many tokens are allowed.
  public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Whether no token is allowed.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Whether a token is allowed; ids outside the vocabulary are not.
  public func contains(_ token: Int) -> Bool {
    token >= 0 && token < vocabularySize && words[token >> 6] >> UInt64(token & 63) & 1 == 1
  }

  /// The allowed tokens in rising order.
  public var tokens: [Int] {
    var result: [Int] = []
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        result.append(index << 6 + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return result
  }

  /// Sets the scores of all tokens that are not allowed to minus infinity.
  ///
  /// Scores beyond the vocabulary (models often have a few more outputs than tokens) are not allowed either.
  public func apply(to scores: inout [Float]) {
    let count = scores.count
    var span = scores.mutableSpan
    for (index, word) in words.enumerated() where word != .max {
      let start = index << 6
      guard start < count else { return }
      for offset in 0..<min(64, count - start) where word &>> UInt64(truncatingIfNeeded: offset) & 1 == 0 {
        span[start &+ offset] = -.infinity
      }
    }
    for token in min(vocabularySize, count)..<count { span[token] = -.infinity }
  }

  /// Allows a token; ids outside the vocabulary are left out.
  public mutating func insert(_ token: Int) {
    guard token >= 0, token < vocabularySize else { return }
    words[token >> 6] |= 1 << UInt64(token & 63)
  }

  mutating func insert(_ tokens: [Int32], _ range: Range<Int>) {
    for position in range {
      let token = Int(tokens[position])
      words[token >> 6] |= 1 &<< UInt64(truncatingIfNeeded: token & 63)
    }
  }

  mutating func remove(_ token: Int) { words[token >> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: token & 63)) }

  mutating func formUnion(_ other: [UInt64]) {
    for index in 0..<min(words.count, other.count) { words[index] |= other[index] }
  }
}
