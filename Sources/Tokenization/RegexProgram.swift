struct RegexProgram: Sendable {
  init(_ pattern: String) throws(TokenizerError) { throw TokenizerError(.unsupported, "regex") }
  func matches(in text: Span<UInt8>) -> [Range<Int>] { [] } }
