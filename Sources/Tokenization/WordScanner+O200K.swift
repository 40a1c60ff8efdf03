extension WordScanner {
  /// Two shapes of word, `P?U*L+C?|P?U+L*C?` with P `[^\r\n\p{L}\p{N}]`, U what may begin a word, L what may end one
  /// (letters without case and marks are both) and C a contraction; then numbers, symbols and spaces as in cl100k.
  @inline(__always)
  static func o200kWordEnd(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses) -> Int {
    let (found, length) = classes.scan(text, start)
    // The optional prefix is taken first and given back if the rest does not match.
    let prefix = found.isDisjoint(with: .letterNumberOrNewline) ? start + length : start
    if let end = endOfWordEndingLow(text, prefix, classes)
      ?? (prefix > start ? endOfWordEndingLow(text, start, classes) : nil)
      ?? endOfWordBeginningHigh(text, prefix, classes)
      ?? (prefix > start ? endOfWordBeginningHigh(text, start, classes) : nil)
    {
      return end + contractionLength(text, end, ignoringCase: true)
    }
    if found.contains(.number) { return numberEnd(text, start, classes, digits: 3) }
    if let end = symbolEnd(text, start, classes, slash: true) { return end }
    return spaceEnd(text, start, classes, stopsAfterNewline: true)
  }

  /// `U*L+`. Where the run of U is not followed by an L, it gives characters back up to its last that is also an L.
  @inline(__always)
  private static func endOfWordEndingLow(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses) -> Int? {
    var i = start
    var afterLastLow: Int?
    while i < text.count {
      let (found, length) = classes.scan(text, i)
      if !found.contains(.upperLike) {
        if found.contains(.lowerLike) { return runEnd(text, i + length, classes, in: .lowerLike) }
        break
      }
      i += length
      if found.contains(.lowerLike) { afterLastLow = i }
    }
    return afterLastLow
  }

  /// `U+L*`.
  @inline(__always)
  private static func endOfWordBeginningHigh(_ text: Span<UInt8>, _ start: Int, _ classes: ScalarClasses) -> Int? {
    let end = runEnd(text, start, classes, in: .upperLike)
    return end > start ? runEnd(text, end, classes, in: .lowerLike) : nil
  }
}
