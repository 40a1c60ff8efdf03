extension WordScanner {
  /// `(?i:'s|…)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
  @inline(__always)
  static func cl100kWordEnd(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses, digits: Int) -> Int {
    let contraction = contractionLength(text, start, ignoringCase: true)
    if contraction > 0 { return start + contraction }
    let (found, length) = classes.scan(text, start)
    let next = start + length
    if found.contains(.letter) { return runEnd(text, next, classes, in: .letter) }
    if found.contains(.number) { return numberEnd(text, start, classes, digits: digits) }
    if next < text.count, !found.contains(.newline) {
      let (second, secondLength) = classes.scan(text, next)
      if second.contains(.letter) { return runEnd(text, next + secondLength, classes, in: .letter) }
    }
    if let end = symbolEnd(text, start, classes, slash: false) { return end }
    return spaceEnd(text, start, classes, stopsAfterNewline: true)
  }

  /// `\p{N}{1,digits}`: `start` is a number.
  @inline(__always)
  static func numberEnd(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses, digits: Int) -> Int {
    var i = start
    var count = 0
    while i < text.count, count < digits {
      let (found, length) = classes.scan(text, i)
      if !found.contains(.number) { break }
      i += length
      count += 1
    }
    return i
  }

  /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`, or `[\r\n/]*` at its end; nil where it does not match.
  @inline(__always)
  static func symbolEnd(
    _ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses, slash: Bool
  ) -> Int? {
    let first = text[start] == UInt8(ascii: " ") ? start + 1 : start
    var i = runEnd(text, first, classes, in: .letterNumberOrSpace, negated: true)
    guard i > first else { return nil }
    while i < text.count {
      let byte = text[i]
      guard byte == 0x0A || byte == 0x0D || (slash && byte == UInt8(ascii: "/")) else { break }
      i += 1
    }
    return i
  }
}
