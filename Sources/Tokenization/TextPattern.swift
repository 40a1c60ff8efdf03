/// What a Split or Replace stage looks for.
enum TextPattern: Sendable {
  case literal([UInt8])
  case words(WordScanner)
  case regex(RegexProgram)
  /// GPT-1's words; see `GPT1Text`.
  case gpt1Words
  /// One character of a kind.
  case character(CharacterKind)

  enum CharacterKind: Sendable { case whitespace, bertPunctuation, number }

  /// The places that match, from left to right, none touching another's inside; empty matches are left out.
  func matches(in text: Span<UInt8>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var i = 0
    switch self {
    case .literal(let wanted):
      guard let first = wanted.first else { return [] }
      while i + wanted.count <= text.count {
        if text[i] == first, wanted.indices.allSatisfy({ text[i + $0] == wanted[$0] }) {
          result.append(i..<i + wanted.count)
          i += wanted.count
        } else {
          i += 1
        }
      }
    case .words(let scanner):
      let classes = ScalarClasses.shared
      while i < text.count {
        let end = scanner.wordEnd(text, from: i, classes)
        result.append(i..<end)
        i = end
      }
    case .gpt1Words: return GPT1Text.words(text)
    case .regex(let program): return program.matches(in: text)
    case .character(let kind):
      let classes = ScalarClasses.shared
      while i < text.count {
        let (found, length) = classes.scan(text, i)
        let matches =
          switch kind {
          case .whitespace: found.contains(.whitespace)
          case .number: found.contains(.number)
          case .bertPunctuation: found.contains(.punctuation) || isASCIIPunctuation(text[i])
          }
        if matches { result.append(i..<i + length) }
        i += length
      }
    }
    return result
  }

  private func isASCIIPunctuation(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
