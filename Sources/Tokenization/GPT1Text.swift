/// OpenAI's own preparation of text for GPT-1: typographic signs made plain, spaces around punctuation, line breaks kept
/// as words of their own. (`transformers` prepares text as BERT does, without accents and line breaks.)
///
/// Covered are the replacement of dashes, ellipsis and acute, the spacing of punctuation runs and line breaks, and of
/// spaCy's English rules the splitting of contractions (`do n't`, `it 's`, `can not`), of punctuation before and after a
/// word, and of `-`, `/`, `,` … between letters. Not covered are ftfy's repair of mis-decoded text, and spaCy's lists of
/// abbreviations, emoticons and units beyond the commonest.
enum GPT1Text {
  /// `text_standardize`.
  static func standardized(_ text: [UInt8]) -> [UInt8] {
    var plain = String.UnicodeScalarView()
    for scalar in text.scalars {
      switch scalar {
      case "—", "–", "―": plain.append("-")
      case "…": plain.append(contentsOf: "...".unicodeScalars)
      case "´": plain.append("'")
      default: plain.append(scalar)
      }
    }
    return collapsed(spaced(Array(plain)))
  }

  private static let spacedRuns = Set("-~!\";?+,)(\\/*[]}{|_".unicodeScalars)

  /// A space on both sides of each run of one of the signs, line breaks with the white space around them as ` \n `.
  private static func spaced(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var i = 0
    while i < text.count {
      let scalar = text[i]
      guard spacedRuns.contains(scalar) else {
        result.append(scalar)
        i += 1
        continue
      }
      result.append(" ")
      while i < text.count, text[i] == scalar {
        result.append(scalar)
        i += 1
      }
      result.append(" ")
    }
    return result
  }

  private static func collapsed(_ text: [Unicode.Scalar]) -> [UInt8] {
    var result = String.UnicodeScalarView()
    var i = 0
    while i < text.count {
      guard text[i].properties.isWhitespace else {
        result.append(text[i])
        i += 1
        continue
      }
      var breaksLine = false
      while i < text.count, text[i].properties.isWhitespace {
        if text[i] == "\n" { breaksLine = true }
        i += 1
      }
      if i == text.count || result.isEmpty { continue }
      if breaksLine {
        result.append(contentsOf: " \n ".unicodeScalars)
      } else {
        result.append(" ")
      }
    }
    return Array(String(result).utf8)
  }

  // MARK: - Words

  /// The words of a lower-cased, standardized text, as spaCy's English rules cut them.
  static func words(_ text: Span<UInt8>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var i = 0
    while i < text.count {
      if text[i] == 0x20 {
        i += 1
        continue
      }
      var end = i
      while end < text.count, text[end] != 0x20 { end += 1 }
      cut(text, i..<end, into: &result)
      i = end
    }
    return result
  }

  private static let openers = Set("\"'([{<*#$£€&§%=`“‘«".unicodeScalars.map(\.value))
  private static let closers = Set("\"')]}>*#%&=`“”’»!?,:;".unicodeScalars.map(\.value))
  private static let clitics = ["n't", "'s", "'m", "'re", "'ve", "'ll", "'d"].map { Array($0.utf8) }
  private static let joined = ["cannot": 3, "gonna": 3, "gotta": 3]
  private static let whole: Set<String> = [
    "mr.", "mrs.", "ms.", "dr.", "st.", "jr.", "sr.", "prof.", "vs.", "e.g.", "i.e.", "etc.", "a.m.", "p.m.", "co.",
    "inc.", "ltd.", "no.", "gen.", "rev.", "u.s.", "...",
  ]

  /// Cuts what stands between spaces: signs before it, signs and clitics after it.
  private static func cut(_ text: Span<UInt8>, _ word: Range<Int>, into result: inout [Range<Int>]) {
    var start = word.lowerBound
    var end = word.upperBound
    var after: [Range<Int>] = []
    func string() -> String { String(decoding: (start..<end).map { text[$0] }, as: UTF8.self) }
    while start < end, !whole.contains(string()) {
      if let clitic = clitic(text, start..<end) {
        if clitic == end - start { break }
        after.append(end - clitic..<end)
        end -= clitic
        continue
      }
      let (first, length) = decodeScalar(text, start)
      if openers.contains(first), end - start > length {
        result.append(start..<start + length)
        start += length
        continue
      }
      var last = end - 1
      while last > start, text[last] & 0xC0 == 0x80 { last -= 1 }
      let isStop = text[last] == UInt8(ascii: ".")
      let dots = isStop ? (start..<end).reversed().prefix { text[$0] == UInt8(ascii: ".") }.count : 0
      if last > start, closers.contains(decodeScalar(text, last).value) || isStop {
        // An ellipsis is one word.
        if dots > 1 { last = end - dots }
        if last == start { break }
        after.append(last..<end)
        end = last
        continue
      }
      break
    }
    if let length = joined[string()] {
      result.append(start..<start + length)
      start += length
    }
    if start < end { result.append(start..<end) }
    result += after.reversed()
  }

  private static func clitic(_ text: Span<UInt8>, _ word: Range<Int>) -> Int? {
    clitics.first { clitic in
      let start = word.upperBound - clitic.count
      return start >= word.lowerBound && clitic.indices.allSatisfy { text[start + $0] == clitic[$0] }
    }?.count
  }
}
