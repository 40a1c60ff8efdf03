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

  private static let spacedRuns: Set<Unicode.Scalar> = ["-", "~", "!", "\"", ";", "?", "+", ",", ")", "(", "\\", "^", "{", "}",
    "[", "]", "*", "_", "<", ">", "#", "`", "@", "/", "$", "%", "&", "="]

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
      if breaksLine {
        result.append(contentsOf: " \n ".unicodeScalars)
      } else if !result.isEmpty, i < text.count {
        result.append(" ")
      }
    }
    return Array(String(result).utf8)
  }
}
