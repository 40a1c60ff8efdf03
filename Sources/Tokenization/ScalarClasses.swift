/// What the pre-tokenization patterns ask of a character, one bit each.
struct ScalarClass: OptionSet, Sendable {
  let rawValue: UInt8

  /// `\p{L}`
  static let letter = ScalarClass(rawValue: 1)
  /// `\p{N}`
  static let number = ScalarClass(rawValue: 2)
  /// `\s`: the White_Space property.
  static let whitespace = ScalarClass(rawValue: 4)
  /// `\p{M}`
  static let mark = ScalarClass(rawValue: 8)
  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`, what may begin a word in o200k.
  static let upperLike = ScalarClass(rawValue: 16)
  /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`, what may end a word in o200k.
  static let lowerLike = ScalarClass(rawValue: 32)
  /// `\p{P}`
  static let punctuation = ScalarClass(rawValue: 64)
  /// `[\r\n]`
  static let newline = ScalarClass(rawValue: 128)

  static let letterOrNumber: ScalarClass = [.letter, .number]
  static let letterNumberOrSpace: ScalarClass = [.letter, .number, .whitespace]
  static let letterNumberOrNewline: ScalarClass = [.letter, .number, .newline]
}

/// The class of every Unicode scalar, as a two-level table that fits the caches: a page number for each
/// 256 scalars, and each distinct page once. Page 0 comes first, so ASCII needs one lookup.
struct ScalarClasses: Sendable {
  static let shared = ScalarClasses()

  private let pageOf: [UInt16]
  private let flags: [UInt8]

  /// Asks the standard library about every scalar of the assigned planes (a few milliseconds, once per process).
  private init() {
    var pageOf: [UInt16] = []
    var flags: [UInt8] = []
    var known: [[UInt8]: UInt16] = [:]
    let blank = [UInt8](repeating: 0, count: 256)
    for page in UInt32(0)..<0x1100 {
      // Planes 4 to 13 hold nothing, 15 and 16 are private use: no class of ours.
      let isAssigned = page < 0x400 || page >> 8 == 0xE
      let classes = isAssigned ? (page << 8..<(page + 1) << 8).map { Self.classify($0).rawValue } : blank
      if let number = known[classes] {
        pageOf.append(number)
      } else {
        let number = UInt16(flags.count >> 8)
        known[classes] = number
        pageOf.append(number)
        flags += classes
      }
    }
    self.pageOf = pageOf
    self.flags = flags
  }

  /// The class of the scalar that begins at `i`, and how many bytes it takes.
  @inline(__always)
  func scan(_ text: Span<UInt8>, _ i: Int) -> (class: ScalarClass, length: Int) {
    let first = text[i]
    if first < 0x80 { return (ScalarClass(rawValue: flags[Int(first)]), 1) }
    let (scalar, length) = decodeScalar(text, i)
    return (self[scalar], length)
  }

  /// The class of a scalar value; values beyond Unicode have none.
  @inline(__always)
  subscript(scalar: UInt32) -> ScalarClass {
    guard scalar < 0x110000 else { return [] }
    return ScalarClass(rawValue: flags[Int(pageOf[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)])
  }

  private static func classify(_ value: UInt32) -> ScalarClass {
    guard let scalar = Unicode.Scalar(value) else { return [] }
    var result: ScalarClass = scalar.properties.isWhitespace ? .whitespace : []
    if value == 0x0A || value == 0x0D { result.insert(.newline) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .titlecaseLetter: result.formUnion([.letter, .upperLike])
    case .lowercaseLetter: result.formUnion([.letter, .lowerLike])
    case .modifierLetter, .otherLetter: result.formUnion([.letter, .upperLike, .lowerLike])
    case .nonspacingMark, .spacingMark, .enclosingMark: result.formUnion([.mark, .upperLike, .lowerLike])
    case .decimalNumber, .letterNumber, .otherNumber: result.insert(.number)
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      result.insert(.punctuation)
    default: break
    }
    return result
  }
}
