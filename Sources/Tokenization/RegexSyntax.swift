/// A set of characters in a regular expression: `a`, `[^\s\p{L}]`, `\d`.
struct ScalarSet: Sendable, Hashable {
  enum Item: Sendable, Hashable {
    case range(UInt32, UInt32)
    /// General categories, one bit each; see `ScalarSet.bit`.
    case categories(UInt32, negated: Bool)
    case whitespace(negated: Bool)
    case word(negated: Bool)
  }

  var items: [Item] = []
  var isNegated = false
  var ignoresCase = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var found = holds(scalar)
    if !found, ignoresCase {
      let upper = scalar.properties.uppercaseMapping.unicodeScalars
      let lower = (upper.first ?? scalar).properties.lowercaseMapping.unicodeScalars
      // A character also stands for those that share its case forms: ſ is an s.
      if upper.count == 1, let upper = upper.first { found = holds(upper) }
      if !found, upper.count == 1, lower.count == 1, let lower = lower.first { found = holds(lower) }
    }
    return found != isNegated
  }

  private func holds(_ scalar: Unicode.Scalar) -> Bool {
    items.contains { item in
      switch item {
      case .range(let low, let high): low <= scalar.value && scalar.value <= high
      case .categories(let mask, let negated):
        (mask & Self.bit(scalar.properties.generalCategory) != 0) != negated
      case .whitespace(let negated): scalar.properties.isWhitespace != negated
      case .word(let negated): Self.isWord(scalar) != negated
      }
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let category = bit(scalar.properties.generalCategory)
    return scalar.properties.isAlphabetic || category & (mask(of: "M") ?? 0) != 0
      || category & (mask(of: "Nd") ?? 0) != 0 || category & (mask(of: "Pc") ?? 0) != 0
  }

  private static let names = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  /// The categories that a name such as `L` or `Lu` stands for.
  static func mask(of name: String) -> UInt32? {
    let mask = names.indices.filter { names[$0].hasPrefix(name) }.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
    return mask == 0 || name.isEmpty ? nil : mask
  }

  private static func bit(_ category: Unicode.GeneralCategory) -> UInt32 {
    let index: UInt32 =
      switch category {
      case .uppercaseLetter: 0
      case .lowercaseLetter: 1
      case .titlecaseLetter: 2
      case .modifierLetter: 3
      case .otherLetter: 4
      case .nonspacingMark: 5
      case .spacingMark: 6
      case .enclosingMark: 7
      case .decimalNumber: 8
      case .letterNumber: 9
      case .otherNumber: 10
      case .connectorPunctuation: 11
      case .dashPunctuation: 12
      case .openPunctuation: 13
      case .closePunctuation: 14
      case .initialPunctuation: 15
      case .finalPunctuation: 16
      case .otherPunctuation: 17
      case .mathSymbol: 18
      case .currencySymbol: 19
      case .modifierSymbol: 20
      case .otherSymbol: 21
      case .spaceSeparator: 22
      case .lineSeparator: 23
      case .paragraphSeparator: 24
      case .control: 25
      case .format: 26
      case .surrogate: 27
      case .privateUse: 28
      case .unassigned: 29
      @unknown default: 29
      }
    return 1 << index
  }
}

/// A regular expression as a tree.
indirect enum RegexNode: Sendable {
  case empty
  case set(ScalarSet)
  case sequence([RegexNode])
  case alternatives([RegexNode])
  case repeated(RegexNode, Int, Int?, lazy: Bool)
  /// A look at the next character: `(?!\S)`. At the end of the text there is none.
  case look(ScalarSet, negated: Bool)
  case textStart
  case textEnd
}

/// Reads the notation of regular expressions, as far as pre-tokenization patterns use it.
struct RegexParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false
  private var depth = 0

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  mutating func parse() throws(TokenizerError) -> RegexNode {
    let node = try alternatives()
    guard position == scalars.count else { throw fault("has a ) without (") }
    return node
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private mutating func alternatives() throws(TokenizerError) -> RegexNode {
    depth += 1
    defer { depth -= 1 }
    guard depth < 64 else { throw fault("nests groups deeper than 64") }
    var branches: [RegexNode] = []
    repeat {
      var parts: [RegexNode] = []
      while let scalar = current, scalar != "|", scalar != ")" { parts.append(try quantified()) }
      branches.append(parts.count == 1 ? parts[0] : .sequence(parts))
    } while take("|")
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func quantified() throws(TokenizerError) -> RegexNode {
    let node = try atom()
    let (low, high): (Int, Int?)
    switch current {
    case "*": (low, high) = (0, nil)
    case "+": (low, high) = (1, nil)
    case "?": (low, high) = (0, 1)
    case "{":
      guard let bounds = try bounds() else { return node }
      (low, high) = bounds
    default: return node
    }
    position += 1
    let lazy = take("?")
    if let next = current, ["*", "+", "?"].contains(next) {
      throw fault("uses a possessive or repeated quantifier at character \(position), which is not built")
    }
    return .repeated(node, low, high, lazy: lazy)
  }

  /// `{3}`, `{1,}`, `{1,3}`; leaves the position at the closing brace.
  private mutating func bounds() throws(TokenizerError) -> (Int, Int?)? {
    guard let end = scalars[position...].firstIndex(of: "}") else { throw fault("has a { without }") }
    let text = String(String.UnicodeScalarView(scalars[position + 1..<end]))
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 2, let low = Int(parts[0]), low >= 0, low <= 1000 else {
      throw fault("has the quantifier {\(text.prefix(20))}; up to 1000 repetitions are read")
    }
    position = end
    guard parts.count == 2 else { return (low, low) }
    if parts[1].isEmpty { return (low, nil) }
    guard let high = Int(parts[1]), high >= low, high <= 1000 else {
      throw fault("has the quantifier {\(text.prefix(20))}; up to 1000 repetitions are read")
    }
    return (low, high)
  }

  private mutating func atom() throws(TokenizerError) -> RegexNode {
    guard let scalar = current else { return .empty }
    position += 1
    switch scalar {
    case "(": return try group()
    case "[": return .set(try bracket())
    case ".": return .set(ScalarSet(items: [.range(0x0A, 0x0A)], isNegated: true))
    case "^": return .textStart
    case "$": return .textEnd
    case "*", "+", "?": throw fault("has the quantifier \(scalar) with nothing before it")
    case "\\": return .set(ScalarSet(items: [try escape()], ignoresCase: ignoresCase))
    default: return .set(ScalarSet(items: [.range(scalar.value, scalar.value)], ignoresCase: ignoresCase))
    }
  }

  private mutating func group() throws(TokenizerError) -> RegexNode {
    let outer = ignoresCase
    defer { ignoresCase = outer }
    var look: Bool?
    if take("?:") {
    } else if take("?i:") {
      ignoresCase = true
    } else if take("?!") {
      look = true
    } else if take("?=") {
      look = false
    } else if current == "?" {
      throw fault(
        "uses the group (?\(position + 1 < scalars.count ? String(scalars[position + 1]) : ""), which is not built")
    }
    let node = try alternatives()
    guard take(")") else { throw fault("has a ( without )") }
    guard let isNegated = look else { return node }
    guard case .set(let set) = node else { throw fault("looks ahead at more than one character, which is not built") }
    return .look(set, negated: isNegated)
  }

  private mutating func bracket() throws(TokenizerError) -> ScalarSet {
    var set = ScalarSet(ignoresCase: ignoresCase)
    set.isNegated = take("^")
    var isFirst = true
    while let scalar = current, isFirst || scalar != "]" {
      isFirst = false
      guard scalar != "[" else {
        throw fault("nests one [ in another, which is not built; write \\[ for the character")
      }
      position += 1
      let item = scalar == "\\" ? try escape() : .range(scalar.value, scalar.value)
      guard case .range(let low, _) = item, current == "-", position + 1 < scalars.count, scalars[position + 1] != "]"
      else {
        set.items.append(item)
        continue
      }
      position += 1
      let last = scalars[position]
      position += 1
      guard case .range(let high, _) = last == "\\" ? try escape() : .range(last.value, last.value), low <= high else {
        throw fault("has a range that runs backwards")
      }
      set.items.append(.range(low, high))
    }
    guard take("]") else { throw fault("has a [ without ]") }
    return set
  }

  private mutating func escape() throws(TokenizerError) -> ScalarSet.Item {
    guard let scalar = current else { throw fault("ends in a backslash") }
    position += 1
    func single(_ value: UInt32) -> ScalarSet.Item { .range(value, value) }
    switch scalar {
    case "n": return single(0x0A)
    case "r": return single(0x0D)
    case "t": return single(0x09)
    case "f": return single(0x0C)
    case "v": return single(0x0B)
    case "s", "S": return .whitespace(negated: scalar == "S")
    case "w", "W": return .word(negated: scalar == "W")
    case "d", "D": return .categories(ScalarSet.mask(of: "Nd") ?? 0, negated: scalar == "D")
    case "p", "P":
      guard take("{"), let end = scalars[position...].firstIndex(of: "}") else { throw fault("has a \\p without {…}") }
      let name = String(String.UnicodeScalarView(scalars[position..<end]))
      position = end + 1
      guard let mask = ScalarSet.mask(of: name) else {
        throw fault("uses \\p{\(name.prefix(20))}; only general categories such as L, Lu or N are built")
      }
      return .categories(mask, negated: scalar == "P")
    case "x", "u":
      let length = scalar == "x" ? 2 : 4
      let end = min(position + length, scalars.count)
      guard let value = UInt32(String(String.UnicodeScalarView(scalars[position..<end])), radix: 16),
        end - position == length
      else { throw fault("has a \\\(scalar) without \(length) hexadecimal digits") }
      position = end
      return single(value)
    default:
      guard scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil else {
        throw fault("uses \\\(scalar), which is not built")
      }
      return single(scalar.value)
    }
  }

  private func fault(_ what: String) -> TokenizerError {
    TokenizerError(.unsupported, "the regular expression \(what)")
  }
}
