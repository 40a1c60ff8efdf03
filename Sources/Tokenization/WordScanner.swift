/// The pre-tokenization patterns of the GPT and LLaMA vocabularies, written out by hand.
///
/// Each pattern matches at every position of every text, so splitting a text is asking again and again where the
/// word that begins here ends. Each takes time linear in the text: none looks further ahead than the word it returns,
/// except over a run that the following word consumes. Words are cut exactly where the regular expression, tried
/// from left to right with its alternatives in order, cuts them.
enum WordScanner: Hashable, Sendable {
  /// GPT-2 and GPT-3.
  case gpt2
  /// Llama 3 (digits in threes) and its relatives with another digit limit.
  case cl100k(digits: Int)
  /// Llama 4 and gpt-oss.
  case o200k

  /// The scanner for a regular expression as tokenizer.json writes it, or nil for one that is not known.
  init?(pattern: String) {
    let known: [WordScanner] = [.gpt2, .cl100k(digits: 3), .cl100k(digits: 1), .o200k]
    guard let scanner = known.first(where: { $0.pattern == pattern }) else { return nil }
    self = scanner
  }

  /// The regular expression that the scanner stands for.
  var pattern: String {
    let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
    switch self {
    case .gpt2:
      return #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .cl100k(let digits):
      let limit = digits == 1 ? "" : "{1,\(digits)}"
      return contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"# + limit + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces
    case .o200k:
      let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
      let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
      let prefix = #"[^\r\n\p{L}\p{N}]?"#
      return "\(prefix)\(upper)*\(lower)+\(contraction)?|\(prefix)\(upper)+\(lower)*\(contraction)?"
        + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + spaces
    }
  }

  /// Where the word that begins at `start` ends. `start` must be inside the text.
  @inline(__always)
  func wordEnd(_ text: Span<UInt8>, from start: Int, _ classes: ScalarClasses) -> Int {
    switch self {
    case .gpt2: Self.gpt2WordEnd(text, start, classes)
    case .cl100k(let digits): Self.cl100kWordEnd(text, start, classes, digits: digits)
    case .o200k: Self.o200kWordEnd(text, start, classes)
    }
  }

  // MARK: - Parts that the patterns share

  /// The end of the run of characters in `set` (or, negated, outside it) that begins at `start`.
  @inline(__always)
  static func runEnd(
    _ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses, in set: ScalarClass, negated: Bool = false
  ) -> Int {
    var i = start
    while i < text.count {
      let (found, length) = classes.scan(text, i)
      if found.isDisjoint(with: set) != negated { break }
      i += length
    }
    return i
  }

  /// The length of `'s 't 're 've 'm 'll 'd` at `start`, or 0.
  @inline(__always)
  static func contractionLength(_ text: Span<UInt8>, _ start: Int, ignoringCase: Bool) -> Int {
    guard start + 1 < text.count, text[start] == UInt8(ascii: "'") else { return 0 }
    let fold: UInt8 = ignoringCase ? 0x20 : 0
    switch text[start + 1] | fold {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"):
      return start + 2 < text.count && text[start + 2] | fold == UInt8(ascii: "e") ? 3 : 0
    case UInt8(ascii: "l"):
      return start + 2 < text.count && text[start + 2] | fold == UInt8(ascii: "l") ? 3 : 0
    case 0xC5 | fold:
      // U+017F, the long s, is an s when case is ignored.
      return ignoringCase && text[start + 1] == 0xC5 && start + 2 < text.count && text[start + 2] == 0xBF ? 3 : 0
    default: return 0
    }
  }

  /// `\s+(?!\S)|\s+`, with `\s*[\r\n]+` before it if asked: `start` is whitespace.
  @inline(__always)
  static func spaceEnd(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses, stopsAfterNewline: Bool) -> Int {
    var i = start
    var last = start
    var afterNewline = start
    while i < text.count {
      let (found, length) = classes.scan(text, i)
      if !found.contains(.whitespace) { break }
      last = i
      i += length
      if found.contains(.newline) { afterNewline = i }
    }
    if stopsAfterNewline, afterNewline > start { return afterNewline }
    // All of it at the end of the text; else all but the last, which may belong to the next word.
    return i == text.count || last == start ? i : last
  }
}
