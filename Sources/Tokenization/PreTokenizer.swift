/// How a text is cut into words before the vocabulary sees it: tokenizer.json's `pre_tokenizer`.
indirect enum PreTokenizer: Sendable {
  /// What becomes of the matches of a Split.
  enum Behavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
  }
  /// Where Metaspace puts its mark in front.
  enum PrependScheme: String, Sendable { case always, never, first }

  /// Bytes written in GPT-2's alphabet, cut by GPT-2's pattern if `usesPattern`.
  case byteLevel(addsPrefixSpace: Bool, usesPattern: Bool)
  case split(TextPattern, Behavior, inverted: Bool)
  case metaspace(replacement: [UInt8], PrependScheme, splits: Bool)
  case sequence([PreTokenizer])

  static let bert = PreTokenizer.sequence([
    .split(.character(.whitespace), .removed, inverted: false),
    .split(.character(.bertPunctuation), .isolated, inverted: false),
  ])

  /// A text and the words found in it so far.
  struct Words {
    var bytes: [UInt8]
    var ranges: [Range<Int>]
    /// Whether the text begins the input: what "first" asks.
    var beginsInput: Bool
  }

  /// - Parameter writesBytes: whether a byte-level stage writes its alphabet, or leaves that to a model that takes
  ///   the bytes as they are.
  func apply(_ words: inout Words, writesBytes: Bool) {
    switch self {
    case .sequence(let parts):
      for part in parts { part.apply(&words, writesBytes: writesBytes) }
    case .split(let pattern, let behavior, let inverted):
      split(&words, pattern, behavior, inverted: inverted)
    case .byteLevel(let addsPrefixSpace, let usesPattern):
      if addsPrefixSpace {
        rewrite(&words) { word, _ in word.first == UInt8(ascii: " ") ? Array(word) : [UInt8(ascii: " ")] + word }
      }
      if usesPattern { split(&words, .words(.gpt2), .isolated, inverted: false) }
      if writesBytes { rewrite(&words) { word, _ in ByteLevelAlphabet.written(word) } }
    case .metaspace(let replacement, let scheme, let splits):
      rewrite(&words) { word, isFirst in
        var result: [UInt8] = []
        for byte in word { if byte == UInt8(ascii: " ") { result += replacement } else { result.append(byte) } }
        let wantsPrefix = scheme == .always || (scheme == .first && isFirst)
        return wantsPrefix && !result.starts(with: replacement) ? replacement + result : result
      }
      if splits { split(&words, .literal(replacement), .mergedWithNext, inverted: false) }
    }
  }

  private func rewrite(_ words: inout Words, _ change: (ArraySlice<UInt8>, Bool) -> [UInt8]) {
    var bytes: [UInt8] = []
    var ranges: [Range<Int>] = []
    for range in words.ranges {
      let start = bytes.count
      bytes += change(words.bytes[range], words.beginsInput && range.lowerBound == 0)
      ranges.append(start..<bytes.count)
    }
    words.bytes = bytes
    words.ranges = ranges
  }

  private func split(_ words: inout Words, _ pattern: TextPattern, _ behavior: Behavior, inverted: Bool) {
    var ranges: [Range<Int>] = []
    for word in words.ranges {
      let matches = pattern.matches(in: words.bytes.span.extracting(word))
      var parts: [(range: Range<Int>, isMatch: Bool)] = []
      var end = 0
      for match in matches {
        if match.lowerBound > end { parts.append((end..<match.lowerBound, inverted)) }
        parts.append((match, !inverted))
        end = match.upperBound
      }
      if end < word.count { parts.append((end..<word.count, inverted)) }
      Self.joined(parts, behavior, offset: word.lowerBound, into: &ranges)
    }
    words.ranges = ranges
  }

  private static func joined(
    _ parts: [(range: Range<Int>, isMatch: Bool)], _ behavior: Behavior, offset: Int, into ranges: inout [Range<Int>]
  ) {
    let first = ranges.count
    var previousMatched = false
    for (range, isMatch) in parts {
      let moved = range.lowerBound + offset..<range.upperBound + offset
      // Whether this part continues the range before it.
      let joins: Bool
      switch behavior {
      case .removed:
        if !isMatch { ranges.append(moved) }
        continue
      case .isolated: joins = false
      case .contiguous: joins = isMatch == previousMatched
      case .mergedWithPrevious: joins = isMatch && !previousMatched
      case .mergedWithNext: joins = !isMatch && previousMatched
      }
      if joins, ranges.count > first, let last = ranges.last {
        ranges[ranges.count - 1] = last.lowerBound..<moved.upperBound
      } else {
        ranges.append(moved)
      }
      previousMatched = isMatch
    }
  }
}

extension PreTokenizer {
  /// The stages one after another.
  var flattened: [PreTokenizer] {
    if case .sequence(let parts) = self { parts.flatMap(\.flattened) } else { [self] }
  }

  /// Whether the words come out as bytes in GPT-2's alphabet, written by the last stage and by no other.
  var endsByteLevel: Bool {
    let areByteLevel = flattened.map { if case .byteLevel = $0 { true } else { false } }
    return areByteLevel.last == true && areByteLevel.dropLast().allSatisfy { !$0 }
  }

  /// The pattern, if all that happens is one known pattern and then bytes.
  var directScanner: WordScanner? {
    let stages = flattened
    if stages.count == 1, case .byteLevel(addsPrefixSpace: false, usesPattern: true) = stages[0] { return .gpt2 }
    if stages.count == 2, case .split(.words(let scanner), .isolated, false) = stages[0],
      case .byteLevel(addsPrefixSpace: false, usesPattern: false) = stages[1]
    {
      return scanner
    }
    return nil
  }

  /// A known pattern over bytes.
  static func words(_ scanner: WordScanner) -> PreTokenizer {
    if scanner == .gpt2 { return .byteLevel(addsPrefixSpace: false, usesPattern: true) }
    return .sequence([
      .split(.words(scanner), .isolated, inverted: false), .byteLevel(addsPrefixSpace: false, usesPattern: false),
    ])
  }
}

extension Tokenizer {
  /// The patterns that have a scanner of their own.
  package static var knownPatterns: [String] {
    [WordScanner.gpt2, .cl100k(digits: 3), .cl100k(digits: 1), .o200k].map(\.pattern)
  }

  /// The words into which a pattern cuts a text: by its scanner, or by the general engine where it has none.
  package static func words(of text: String, pattern: String) throws(TokenizerError) -> [String] {
    let bytes = Array(text.utf8)
    let cut: TextPattern =
      if let scanner = WordScanner(pattern: pattern) { .words(scanner) } else { .regex(try RegexProgram(pattern)) }
    return cut.matches(in: bytes.span).map { String(decoding: bytes[$0], as: UTF8.self) }
  }
}
