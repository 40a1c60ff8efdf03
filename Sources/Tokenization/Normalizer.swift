import Foundation

/// What happens to a text before it is cut into words: tokenizer.json's `normalizer`.
indirect enum Normalizer: Sendable {
  enum UnicodeForm: String, Sendable { case nfc = "NFC", nfd = "NFD", nfkc = "NFKC", nfkd = "NFKD" }

  case unicode(UnicodeForm)
  case lowercase
  case strip(left: Bool, right: Bool)
  case stripAccents
  case prepend([UInt8])
  case replace(TextPattern, with: [UInt8])
  case bert(cleansText: Bool, spacesChinese: Bool, stripsAccents: Bool, lowercases: Bool)
  /// OpenAI's own preparation of text for GPT-1, before its words are lower-cased.
  case gpt1Standardization
  case sequence([Normalizer])

  func apply(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .unicode(let form): return Self.normalized(text, form)
    case .lowercase: return Self.lowercased(text)
    case .strip(let left, let right): return Self.stripped(text, left: left, right: right)
    case .stripAccents: return Self.filtered(text) { !Self.isAccent($0) }
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .replace(let pattern, let replacement): return Self.replaced(text, pattern, replacement)
    case .bert(let cleans, let chinese, let accents, let lowercases):
      var result = text
      if cleans { result = Self.cleaned(result) }
      if chinese { result = Self.withSpacedChinese(result) }
      if accents { result = Self.filtered(Self.normalized(result, .nfd)) { !Self.isAccent($0) } }
      return lowercases ? Self.lowercased(result) : result
    case .gpt1Standardization: return GPT1Text.standardized(text)
    case .sequence(let parts): return parts.reduce(text) { $1.apply($0) }
    }
  }

  private static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .nonspacingMark
  }

  private static func filtered(_ text: [UInt8], _ keeps: (Unicode.Scalar) -> Bool) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in text.scalars where keeps(scalar) { result.append(scalar: scalar) }
    return result
  }

  static func lowercased(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in text.scalars {
      if scalar.isASCII {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        result.append((0x41...0x5A).contains(byte) ? byte + 0x20 : byte)
      } else {
        result += Array(scalar.properties.lowercaseMapping.utf8)
      }
    }
    return result
  }

  private static func normalized(_ text: [UInt8], _ form: UnicodeForm) -> [UInt8] {
    if text.allSatisfy({ $0 < 0x80 }) { return text }
    let string = String(decoding: text, as: UTF8.self)
    return switch form {
    case .nfc: Array(string.precomposedStringWithCanonicalMapping.utf8)
    case .nfd: Array(string.decomposedStringWithCanonicalMapping.utf8)
    case .nfkc: Array(string.precomposedStringWithCompatibilityMapping.utf8)
    case .nfkd: Array(string.decomposedStringWithCompatibilityMapping.utf8)
    }
  }

  private static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    var scalars = Substring(String(decoding: text, as: UTF8.self)).unicodeScalars
    while left, scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
    while right, scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    return Array(String(scalars).utf8)
  }

  private static func replaced(_ text: [UInt8], _ pattern: TextPattern, _ replacement: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var copied = 0
    for match in pattern.matches(in: text.span) {
      result += text[copied..<match.lowerBound]
      result += replacement
      copied = match.upperBound
    }
    return copied == 0 ? text : result + text[copied...]
  }

  /// BERT's cleaning: control characters vanish, every white space becomes a space.
  private static func cleaned(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in text.scalars {
      if scalar.properties.isWhitespace {
        result.append(UInt8(ascii: " "))
        continue
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse: continue
      default: if scalar.value != 0, scalar.value != 0xFFFD { result.append(scalar: scalar) }
      }
    }
    return result
  }

  /// BERT's treatment of Chinese: a space on both sides of every ideograph.
  private static func withSpacedChinese(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for scalar in text.scalars {
      switch scalar.value {
      case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
        0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
        result.append(UInt8(ascii: " "))
        result.append(scalar: scalar)
        result.append(UInt8(ascii: " "))
      default: result.append(scalar: scalar)
      }
    }
    return result
  }
}
