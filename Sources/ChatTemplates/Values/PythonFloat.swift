/// Floating point numbers as Python writes them.
enum PythonFloat {
  /// The shortest digits that mean this number; an exponent below -4 and from 16 on.
  static func description(of value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    // Swift finds the same shortest digits, but sets the point and the exponent by rules of its own.
    var text = "\(value.magnitude)"
    var exponent = 0
    if let mark = text.firstIndex(of: "e") {
      exponent = Int(text[text.index(after: mark)...]) ?? 0
      text = String(text[..<mark])
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let whole = parts.first.map(String.init) ?? "0"
    var digits = whole + (parts.count > 1 ? String(parts[1]) : "")
    var point = whole.count + exponent  // The value is 0.DIGITS times ten to this power.
    while digits.hasPrefix("0"), digits.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
    if digits == "0" { point = 1 }
    let sign = value.sign == .minus ? "-" : ""
    if point > 16 || point < -3 {
      let power = point - 1
      let rest = digits.dropFirst()
      let number = String(digits.prefix(1)) + (rest.isEmpty ? "" : "." + rest)
      return sign + number + "e" + (power < 0 ? "-" : "+") + (power.magnitude < 10 ? "0" : "") + "\(power.magnitude)"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }

  /// What `float()` reads from a string, or nil.
  static func parse(_ text: Text) -> Double? {
    let trimmed = text.words()
    guard trimmed.count == 1 else { return nil }
    var body = trimmed[0].string.lowercased()
    guard let plain = withoutUnderscores(body) else { return nil }
    body = plain
    switch body.drop(while: { $0 == "-" || $0 == "+" }) {
    case "nan", "inf", "infinity":
      let signs = body.prefix { $0 == "-" || $0 == "+" }
      guard signs.count <= 1 else { return nil }
      return body.hasSuffix("nan") ? .nan : signs == "-" ? -.infinity : .infinity
    default: break
    }
    guard body.utf8.allSatisfy({ (0x30...0x39).contains($0) || ".e+-".utf8.contains($0) }) else { return nil }
    if body.hasPrefix(".") || body.hasPrefix("-.") || body.hasPrefix("+.") {
      body = body.replacing(".", with: "0.", maxReplacements: 1)
    }
    return Double(body.replacing(".e", with: ".0e"))
      ?? (body.hasSuffix(".") ? Double(body + "0") : nil)
  }

  /// What `int()` reads from a string, or nil.
  static func parseInteger(_ text: Text, radix: Int) -> Int? {
    let words = text.words()
    guard words.count == 1, radix == 0 || (2...36).contains(radix) else { return nil }
    var body = words[0].string.lowercased()
    var isNegative = false
    if let first = body.first, first == "-" || first == "+" {
      isNegative = first == "-"
      body.removeFirst()
    }
    var radix = radix
    let prefixes = [("0x", 16), ("0o", 8), ("0b", 2)]
    if let match = prefixes.first(where: { body.hasPrefix($0.0) && (radix == $0.1 || radix == 0) }) {
      radix = match.1
      body.removeFirst(2)
      if body.hasPrefix("_") { body.removeFirst() }
    } else if radix == 0 {
      radix = 10
      if body.count > 1, body.hasPrefix("0"), body.contains(where: { $0 != "0" && $0 != "_" }) { return nil }
    }
    guard let digits = withoutUnderscores(body), digits.first?.isHexDigit == true || digits.first?.isLetter == true
    else { return nil }
    return Int((isNegative ? "-" : "") + digits, radix: radix)
  }

  /// A number without the underscores between its digits; nil where they stand elsewhere.
  private static func withoutUnderscores(_ text: String) -> String? {
    guard text.contains("_") else { return text }
    let pieces = text.split(separator: "_", omittingEmptySubsequences: false)
    for (left, right) in zip(pieces, pieces.dropFirst()) {
      guard left.last?.isHexDigit == true, right.first?.isHexDigit == true else { return nil }
    }
    return pieces.joined()
  }
}
