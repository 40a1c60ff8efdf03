/// Reads ECMAScript's notation of regular expressions, without what goes beyond regular languages.
struct RegexParser {
  private var reader: ScalarReader

  static func parse(_ text: String) throws(GrammarError) -> RegexTree {
    var parser = RegexParser(reader: try ScalarReader(text, countsLines: false))
    let tree = try parser.readAlternatives(depth: 0)
    guard parser.reader.peek == nil else { throw parser.reader.error("a ) without its (; write \\) for the character") }
    return tree
  }

  private mutating func readAlternatives(depth: Int) throws(GrammarError) -> RegexTree {
    guard depth <= GrammarLimits.nesting else {
      throw reader.error("groups nest deeper than \(GrammarLimits.nesting)", code: .tooLarge)
    }
    var alternatives = [try readSequence(depth: depth)]
    while reader.take("|") { alternatives.append(try readSequence(depth: depth)) }
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  private mutating func readSequence(depth: Int) throws(GrammarError) -> RegexTree {
    var parts: [RegexTree] = []
    while let next = reader.peek, next != 0x7C, next != 0x29 { parts.append(try readTerm(depth: depth)) }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func readTerm(depth: Int) throws(GrammarError) -> RegexTree {
    let start = reader.position
    let atom = try readAtom(depth: depth)
    let bounds: (Int, Int?)
    if reader.take("*") {
      bounds = (0, nil)
    } else if reader.take("+") {
      bounds = (1, nil)
    } else if reader.take("?") {
      bounds = (0, 1)
    } else if reader.isNext("{"), ScalarReader.digit(reader.peek(1)).map({ $0 < 10 }) ?? false {
      reader.position += 1
      bounds = try reader.bounds()
    } else {
      return atom
    }
    switch atom {
    case .start, .end: throw reader.error("^ and $ cannot be repeated", at: start)
    default: break
    }
    // Lazy repetitions match the same texts.
    _ = reader.take("?")
    if let next = reader.peek.flatMap(Unicode.Scalar.init), "*+?".unicodeScalars.contains(next) {
      throw reader.error("nothing to repeat before \(reader.found); put the repetition before it in parentheses")
    }
    return .repeated(atom, bounds.0, bounds.1)
  }

  private mutating func readAtom(depth: Int) throws(GrammarError) -> RegexTree {
    let start = reader.position
    guard let scalar = reader.next().flatMap(Unicode.Scalar.init) else { throw reader.error("expected more") }
    switch scalar {
    case "^": return .start
    case "$": return .end
    case ".": return .scalars(Self.lineEnds.inverted)
    case "[": return .scalars(try readClass(from: start))
    case "\\": return .scalars(try readEscape(inClass: false))
    case "(":
      if reader.take("?") { try readGroupKind(from: start) }
      let group = try readAlternatives(depth: depth + 1)
      guard reader.take(")") else { throw reader.error("a ( without its )", at: start) }
      // A group of its own, so that anchors within it are seen to be within.
      return group
    case "*", "+", "?":
      throw reader.error("nothing to repeat before '\(scalar)'; write \\\(scalar) for the character", at: start)
    default: return .scalars(ScalarSet([scalar.value...scalar.value]))
    }
  }

  private mutating func readGroupKind(from start: Int) throws(GrammarError) {
    if reader.take(":") { return }
    for (mark, name) in [("=", "look-ahead"), ("!", "look-ahead"), ("<=", "look-behind"), ("<!", "look-behind")]
    where reader.isNext(mark) {
      throw reader.error("\(name) is not supported; say what may come as alternatives", code: .unsupported, at: start)
    }
    if reader.take("P<") || reader.take("<") {
      while let next = reader.next() {
        if next == 0x3E { return }
      }
      throw reader.error("a group's name without its >", at: start)
    }
    throw reader.error("this kind of group is not supported; use (?:…)", code: .unsupported, at: start)
  }

  // MARK: - Classes

  private static let lineEnds = ScalarSet("\n\r\u{2028}\u{2029}")
  private static let digits = ScalarSet([0x30...0x39])
  private static let wordScalars = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  private static let spaces = ScalarSet([
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
    0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])

  private mutating func readClass(from start: Int) throws(GrammarError) -> ScalarSet {
    let isNegated = reader.take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !reader.take("]") {
      let position = reader.position
      let low = try readClassMember(from: start)
      guard reader.isNext("-"), let after = reader.peek(1), after != 0x5D else {
        ranges += low.ranges
        continue
      }
      reader.position += 1
      let high = try readClassMember(from: start)
      guard let first = low.single, let last = high.single, first <= last else {
        throw reader.error(
          "a range in a class needs a lower and a higher character; write \\- for a hyphen", at: position)
      }
      ranges.append(first...last)
    }
    let set = ScalarSet(ranges)
    return isNegated ? set.inverted : set
  }

  private mutating func readClassMember(from start: Int) throws(GrammarError) -> ScalarSet {
    guard let scalar = reader.next() else { throw reader.error("a class without its closing ]", at: start) }
    return scalar == 0x5C ? try readEscape(inClass: true) : ScalarSet([scalar...scalar])
  }

  /// The characters of an escape whose backslash was just read.
  private mutating func readEscape(inClass: Bool) throws(GrammarError) -> ScalarSet {
    let start = reader.position - 1
    guard let kind = reader.next().flatMap(Unicode.Scalar.init) else {
      throw reader.error("a backslash with nothing after it", at: start)
    }
    func single(_ value: UInt32) -> ScalarSet { ScalarSet([value...value]) }
    switch kind {
    case "d": return Self.digits
    case "D": return Self.digits.inverted
    case "w": return Self.wordScalars
    case "W": return Self.wordScalars.inverted
    case "s": return Self.spaces
    case "S": return Self.spaces.inverted
    case "t": return single(0x09)
    case "n": return single(0x0A)
    case "v": return single(0x0B)
    case "f": return single(0x0C)
    case "r": return single(0x0D)
    case "0" where !(ScalarReader.digit(reader.peek).map { $0 < 10 } ?? false): return single(0)
    case "b" where inClass: return single(0x08)
    case "x": return single(try reader.hexadecimal(2))
    case "u": return single(try readUnicodeEscape(from: start))
    case "c":
      guard let letter = reader.next(), (0x41...0x5A).contains(letter & ~0x20) else {
        throw reader.error("\\c needs a letter", at: start)
      }
      return single(letter & 0x1F)
    case "b", "B": throw reader.error("word boundaries are not supported", code: .unsupported, at: start)
    case "0"..."9", "k": throw reader.error("back references are not supported", code: .unsupported, at: start)
    case "p", "P":
      throw reader.error(
        "\\\(kind){…} is not supported; write the characters as a class", code: .unsupported, at: start)
    case "a"..."z", "A"..."Z": throw reader.error("an unknown escape \\\(kind)", at: start)
    default: return single(kind.value)
    }
  }

  private mutating func readUnicodeEscape(from start: Int) throws(GrammarError) -> UInt32 {
    if reader.take("{") {
      var value: UInt32 = 0
      var count = 0
      while let digit = ScalarReader.digit(reader.peek), count < 6 {
        value = value << 4 | digit
        count += 1
        reader.position += 1
      }
      guard count > 0, reader.take("}") else {
        throw reader.error("\\u{…} needs one to six hexadecimal digits", at: start)
      }
      return try reader.scalar(value, at: start)
    }
    let unit = try reader.hexadecimal(4)
    if (0xD800...0xDBFF).contains(unit), reader.take("\\u") {
      let second = try reader.hexadecimal(4)
      guard (0xDC00...0xDFFF).contains(second) else { throw reader.error("half of a surrogate pair", at: start) }
      return 0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)
    }
    return try reader.scalar(unit, at: start)
  }
}
