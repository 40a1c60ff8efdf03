/// Text on its way into SVG and HTML.
package enum Markup {
  /// Text that stays text: what markup would read as its own is written in its safe form. Characters that XML does not
  /// allow at all become U+FFFD.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// One element. Attributes keep their order, so that the same chart gives the same bytes.
  package static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ content: String? = nil
  ) -> String {
    let head = "<" + name + attributes.map { " \($0.key)=\"\($0.value)\"" }.joined()
    return content.map { head + ">" + $0 + "</\(name)>" } ?? head + "/>"
  }

  /// About how many pixels a text takes, for layouts that must not overlap. A drawing cannot ask which font a reader
  /// has, so this errs on the wide side.
  package static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { width, scalar in
      switch scalar {
      case "i", "l", "j", "I", ".", ",", ":", ";", "'", "|", "!", " ", "(", ")": width + 0.34 * size
      case "m", "w", "M", "W", "@", "%": width + 0.9 * size
      case "\u{2E80}"...: width + 1.1 * size
      default: width + 0.64 * size
      }
    }
  }

  /// The text in at most so many rows, broken between words. What does not fit ends in an ellipsis.
  package static func wrapped(_ text: String, size: Double, into limit: Double, rows count: Int) -> [String] {
    var rows: [String] = []
    var rest = text.split(whereSeparator: \.isWhitespace)[...]
    while let first = rest.popFirst() {
      guard rows.count + 1 < count else {
        rows.append(fitted(([first] + rest).joined(separator: " "), size: size, into: limit))
        break
      }
      var row = String(first)
      while let next = rest.first, width(row + " " + next, size: size) <= limit {
        row += " " + next
        rest.removeFirst()
      }
      rows.append(fitted(row, size: size, into: limit))
    }
    return rows
  }

  /// The text, or as much of it as fits, with an ellipsis.
  /// - Complexity: O(n) for n characters.
  package static func fitted(_ text: String, size: Double, into limit: Double) -> String {
    guard width(text, size: size) > limit else { return text }
    var kept = ""
    var taken = width("…", size: size)
    for character in text {
      taken += width(String(character), size: size)
      if taken > limit { break }
      kept.append(character)
    }
    return kept.trimmingSuffix(while: \.isWhitespace) + "…"
  }
}

extension String {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
    var rest = Substring(self)
    while let last = rest.last, predicate(last) { rest.removeLast() }
    return String(rest)
  }
}
