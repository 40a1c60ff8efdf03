/// Reads a grammar or a regular expression scalar by scalar and knows where it stands.
struct ScalarReader {
  let scalars: [UInt32]
  var position = 0
  /// Whether places are given as line and column; otherwise as the number of the character.
  let countsLines: Bool

  init(_ text: String, countsLines: Bool) throws(GrammarError) {
    guard text.utf8.count <= GrammarLimits.textBytes else {
      throw GrammarError(
        .tooLarge, "the text has \(text.utf8.count) bytes; at most \(GrammarLimits.textBytes) are allowed")
    }
    scalars = text.unicodeScalars.map(\.value)
    self.countsLines = countsLines
  }

  var peek: UInt32? { position < scalars.count ? scalars[position] : nil }

  func peek(_ offset: Int) -> UInt32? { position + offset < scalars.count ? scalars[position + offset] : nil }

  func isNext(_ character: Unicode.Scalar) -> Bool { peek == character.value }

  func isNext(_ text: String) -> Bool { scalars[position...].starts(with: text.unicodeScalars.lazy.map(\.value)) }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == character.value else { return false }
    position += 1
    return true
  }

  mutating func take(_ text: String) -> Bool {
    guard isNext(text) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  mutating func next() -> UInt32? {
    guard position < scalars.count else { return nil }
    position += 1
    return scalars[position - 1]
  }

  func place(_ index: Int) -> String {
    guard countsLines else { return "character \(index + 1)" }
    let before = scalars[..<min(index, scalars.count)]
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let column = before.reversed().prefix { $0 != 0x0A }.count + 1
    return "line \(line), column \(column)"
  }

  func error(_ message: String, code: GrammarError.Code = .syntax, at index: Int? = nil) -> GrammarError {
    GrammarError(code, message, at: place(index ?? position))
  }

  /// What comes next, for messages.
  var found: String {
    guard let peek else { return "the end" }
    return peek == 0x0A ? "the end of the line" : "'\(Unicode.Scalar(peek) ?? "?")'"
  }

  /// A number of hexadecimal digits as a scalar.
  mutating func hexadecimal(_ digits: Int) throws(GrammarError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = Self.digit(peek) else { throw error("expected \(digits) hexadecimal digits, found \(found)") }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  static func digit(_ scalar: UInt32?) -> UInt32? {
    switch scalar {
    case .some(let scalar) where (0x30...0x39).contains(scalar): scalar - 0x30
    case .some(let scalar) where (0x41...0x46).contains(scalar): scalar - 0x41 + 10
    case .some(let scalar) where (0x61...0x66).contains(scalar): scalar - 0x61 + 10
    default: nil
    }
  }

  func scalar(_ value: UInt32, at start: Int) throws(GrammarError) -> UInt32 {
    guard Unicode.Scalar(value) != nil else {
      throw error("U+\(String(value, radix: 16, uppercase: true)) is no character", at: start)
    }
    return value
  }

  /// A decimal number of at most `GrammarLimits.repetitions`; nil where no digit stands.
  mutating func number() throws(GrammarError) -> Int? {
    let start = position
    var value = 0
    while let peek, (0x30...0x39).contains(peek) {
      value = value * 10 + Int(peek - 0x30)
      guard value <= GrammarLimits.repetitions else {
        throw error(
          "a repetition of more than \(GrammarLimits.repetitions); leave out the bound", code: .tooLarge, at: start)
      }
      position += 1
    }
    return position == start ? nil : value
  }

  /// The bounds of `{m}`, `{m,}` or `{m,n}` up to and with the closing brace, whose opening one was just read.
  mutating func bounds() throws(GrammarError) -> (Int, Int?) {
    let start = position - 1
    guard let low = try number() else { throw error("expected a number in { }, found \(found)") }
    var high: Int? = low
    if take(",") { high = try number() }
    guard take("}") else { throw error("expected } after the bounds of a repetition, found \(found)") }
    if let high, high < low { throw error("the bounds {\(low),\(high)} are in the wrong order", at: start) }
    return (low, high)
  }
}
