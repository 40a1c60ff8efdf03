extension WordScanner {
  /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
  @inline(__always)
  static func gpt2WordEnd(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses) -> Int {
    let contraction = contractionLength(text, start, ignoringCase: false)
    if contraction > 0 { return start + contraction }
    let afterSpace = text[start] == UInt8(ascii: " ") ? start + 1 : start
    if afterSpace < text.count {
      let (found, length) = classes.scan(text, afterSpace)
      let next = afterSpace + length
      if found.contains(.letter) { return runEnd(text, next, classes, in: .letter) }
      if found.contains(.number) { return runEnd(text, next, classes, in: .number) }
      if !found.contains(.whitespace) {
        return runEnd(text, next, classes, in: .letterNumberOrSpace, negated: true)
      }
    }
    return spaceEnd(text, start, classes, stopsAfterNewline: false)
  }
}
