/// A token that is matched in the text itself, before pre-tokenization: tokenizer.json's `added_tokens`, a GGUF's
/// control and user-defined tokens.
public struct AddedToken: Sendable, Hashable {
  /// Its number in the vocabulary.
  public var id: Int
  /// Its text.
  public var content: String
  /// A control token: text matches it only where the caller asks for that, so that what a user types cannot end a
  /// turn of a conversation.
  public var isSpecial: Bool
  /// Whether white space before or after the token belongs to it.
  public var stripsLeft = false
  /// Whether white space after it is swallowed.
  public var stripsRight = false
  /// Whether it must not touch letters or digits.
  public var isSingleWord = false
  /// Whether it is matched in the normalized text rather than in the text as given.
  public var isNormalized = false
  /// The unknown token is no control token: `tokenizers` matches it in any text, and so it is here.
  public var isUnknown = false

  /// A token that stands for exactly this text.
  public init(id: Int, content: String, isSpecial: Bool) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
  }
}

/// Finds added tokens in text: the leftmost, and of those that begin at one place the longest, by a walk through a
/// trie of their bytes.
struct AddedTokenMatcher: Sendable {
  private struct Node {
    var children: [UInt8: Int32] = [:]
    var token: Int32 = -1
  }

  private let tokens: [AddedToken]
  private var nodes = [Node()]
  /// Which bytes begin a token at all, so that most of a text is passed over quickly.
  private var begins = [Bool](repeating: false, count: 256)

  var isEmpty: Bool { tokens.isEmpty }

  init(_ tokens: [AddedToken]) {
    self.tokens = tokens.filter { !$0.content.isEmpty }
    for (index, token) in self.tokens.enumerated() {
      var node = 0
      for byte in token.content.utf8 {
        if let child = nodes[node].children[byte] {
          node = Int(child)
        } else {
          nodes.append(Node())
          nodes[node].children[byte] = Int32(nodes.count - 1)
          node = nodes.count - 1
        }
      }
      if nodes[node].token < 0 { nodes[node].token = Int32(index) }
      if let first = token.content.utf8.first { begins[Int(first)] = true }
    }
  }

  /// A stretch of plain text, or a token.
  enum Part { case text(Range<Int>), token(Int) }

  func parts(of text: Span<UInt8>) -> [Part] {
    var result: [Part] = []
    var textStart = 0
    var i = 0
    while i < text.count {
      guard begins[Int(text[i])], let (token, end) = match(text, i) else {
        i += 1
        continue
      }
      if token.isSingleWord, touchesWord(text, i, end) {
        i = end
        continue
      }
      var start = i
      if token.stripsLeft { start = spaceStart(text, before: i, limit: textStart) }
      var after = end
      if token.stripsRight {
        after = WordScanner.runEnd(text, end, .shared, in: .whitespace)
      }
      if start > textStart { result.append(.text(textStart..<start)) }
      result.append(.token(token.id))
      textStart = after
      i = after
    }
    if textStart < text.count { result.append(.text(textStart..<text.count)) }
    return result
  }

  private func match(_ text: Span<UInt8>, _ start: Int) -> (token: AddedToken, end: Int)? {
    var node = 0
    var i = start
    var best: (AddedToken, Int)?
    while i < text.count, let child = nodes[node].children[text[i]] {
      node = Int(child)
      i += 1
      if nodes[node].token >= 0 { best = (tokens[Int(nodes[node].token)], i) }
    }
    return best
  }

  private func spaceStart(_ text: Span<UInt8>, before end: Int, limit: Int) -> Int {
    var start = end
    while start > limit {
      var previous = start - 1
      while previous > limit, text[previous] & 0xC0 == 0x80 { previous -= 1 }
      guard ScalarClasses.shared.scan(text, previous).class.contains(.whitespace) else { break }
      start = previous
    }
    return start
  }

  private func touchesWord(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    func isWord(_ i: Int) -> Bool {
      text[i] == UInt8(ascii: "_")
        || !ScalarClasses.shared.scan(text, i).class.isDisjoint(with: [.letter, .number, .mark])
    }
    var previous = start - 1
    while previous > 0, text[previous] & 0xC0 == 0x80 { previous -= 1 }
    return (previous >= 0 && isWord(previous)) || (end < text.count && isWord(end))
  }
}
