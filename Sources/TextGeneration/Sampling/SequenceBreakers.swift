/// The sequences of tokens that hold one of `DRY.breakers`, however its text is cut into tokens.
///
/// Making it takes a pass over the vocabulary, so make it once for a tokenizer and the same breakers.
public struct SequenceBreakers: Sendable, Hashable {
  /// The most bytes of a breaker that count, and the most tokens after its first.
  private static let (mostBytes, mostTokens) = (40, 20)

  /// The tokens with which a breaker may begin, each with what must follow.
  private var tails: [Int: [[Int]]] = [:]

  /// No breakers.
  public init() {}

  /// Breakers that are these sequences of tokens. Empty ones are none.
  public init(_ sequences: [[Int]]) {
    for sequence in sequences {
      if let first = sequence.first { tails[first, default: []].append(Array(sequence.dropFirst())) }
    }
  }

  /// Breakers that are texts: the tokens that contain one, and those that end with its beginning when the tokens of the
  /// rest follow. Of a longer text the first 40 bytes count.
  /// - Parameters:
  ///   - bytes: The bytes of a token's text, or nil for a token that has none.
  ///   - encode: The tokens of a text, without any that are added to whole texts.
  public init(
    _ texts: [String], vocabularySize: Int, bytes: (Int) -> [UInt8]?, encode: (String) -> [Int]
  ) {
    let texts = texts.map { Array($0.utf8.prefix(Self.mostBytes)) }.filter { !$0.isEmpty }
    guard !texts.isEmpty else { return }
    let byFirst = Dictionary(grouping: texts) { $0[0] }
    var encoded: [ArraySlice<UInt8>: [Int]?] = [:]
    func tail(_ rest: ArraySlice<UInt8>) -> [Int]? {
      if let known = encoded[rest] { return known }
      let tokens = String(validating: rest, as: UTF8.self).map { Array(encode($0).prefix(Self.mostTokens)) }
      encoded[rest] = tokens
      return tokens
    }
    for token in 0..<max(0, vocabularySize) {
      guard let word = bytes(token) else { continue }
      var (whole, found): (Set<[UInt8]>, [(text: [UInt8], tail: [Int])]) = ([], [])
      for start in word.indices {
        for text in byFirst[word[start]] ?? [] {
          let overlap = zip(word[start...], text).prefix { $0 == $1 }.count
          if overlap == text.count {
            whole.insert(text)
          } else if start + overlap == word.count, let tail = tail(text[overlap...]) {
            found.append((text, tail))
          }
        }
      }
      let sequences = Set((whole.isEmpty ? [] : [[]]) + found.filter { !whole.contains($0.text) }.map(\.tail))
      if !sequences.isEmpty { tails[token] = sequences.sorted { $0.lexicographicallyPrecedes($1) } }
    }
  }

  /// Whether a token holds a whole breaker.
  func isBreaker(_ token: Int) -> Bool { tails[token]?.contains([]) ?? false }

  /// How many tokens have come since the latest breaker; nil where there is none.
  /// - Parameter recent: The latest tokens, the latest first.
  func distanceToLatest(in recent: [Int]) -> Int? {
    guard !tails.isEmpty else { return nil }
    for (position, token) in recent.enumerated() {
      let lengths = tails[token, default: []].filter { tail in
        tail.count <= position && zip(tail, recent[..<position].reversed()).allSatisfy { $0 == $1 }
      }.map(\.count)
      if let longest = lengths.max() { return position - longest }
    }
    return nil
  }
}
