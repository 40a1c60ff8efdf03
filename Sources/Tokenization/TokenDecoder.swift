/// How pieces become text again: tokenizer.json's `decoder`.
indirect enum TokenDecoder: Sendable {
  case byteLevel
  case byteFallback
  case fuse
  case strip(content: UInt8, start: Int, stop: Int)
  case replace(TextPattern, with: [UInt8])
  case metaspace(replacement: [UInt8], stripsFirst: Bool)
  /// GPT-1's: the suffix that ends a word becomes a space, except at the end of the text.
  case wordSuffix([UInt8])
  case sequence([TokenDecoder])

  /// SentencePiece's: `▁` is a space, byte tokens are bytes, and the space that encoding put in front goes.
  static func sentencePiece(stripsFirstSpace: Bool) -> TokenDecoder {
    var stages: [TokenDecoder] = [.replace(.literal(Array("▁".utf8)), with: [0x20]), .byteFallback, .fuse]
    if stripsFirstSpace { stages.append(.strip(content: 0x20, start: 1, stop: 0)) }
    return .sequence(stages)
  }

  /// The stages one after another.
  var stages: [TokenDecoder] {
    if case .sequence(let parts) = self { parts.flatMap(\.stages) } else { [self] }
  }
}

/// The stages of a decoder at work on one text, a token at a time.
struct DecodingPipeline: Sendable {
  private let perToken: [TokenDecoder]
  private var leadingToStrip: [(content: UInt8, count: Int)]
  /// Bytes that are not yet text: the end of a character may still come.
  private var pending: [UInt8] = []
  /// What a word's suffix left, which is only written when another token follows.
  private var heldBack: [UInt8] = []
  /// SentencePiece writes U+FFFD for every byte that is no text; UTF-8 decoders one for each broken character.
  private let countsBrokenBytes: Bool
  private var isFirst = true

  init(_ decoder: TokenDecoder) {
    let stages = decoder.stages
    let fuse = stages.firstIndex { if case .fuse = $0 { true } else { false } } ?? stages.count
    perToken = Array(stages[..<fuse])
    leadingToStrip = stages[fuse...].compactMap {
      if case .strip(let content, let start, _) = $0 { (content, start) } else { nil }
    }
    countsBrokenBytes = stages.contains { if case .byteFallback = $0 { true } else { false } }
  }

  /// Takes the next token's piece and returns the text that is now certain.
  /// - Parameter isLiteral: an added token, whose piece is text already.
  mutating func append(_ piece: ArraySlice<UInt8>, isLiteral: Bool) -> String {
    defer { isFirst = false }
    var bytes = heldBack + piece
    heldBack = []
    if !isLiteral {
      for stage in perToken { apply(stage, &bytes) }
    }
    stripLeading(&bytes)
    pending += bytes
    return takeText(atEnd: false)
  }

  /// What is left: characters that never came to their end become U+FFFD.
  mutating func finish() -> String { takeText(atEnd: true) }

  private mutating func apply(_ stage: TokenDecoder, _ bytes: inout [UInt8]) {
    switch stage {
    case .byteLevel:
      var result: [UInt8] = []
      if ByteLevelAlphabet.appendBytes(of: bytes.span, to: &result) { bytes = result }
    case .byteFallback: if let byte = byteOfToken(bytes) { bytes = [byte] }
    case .replace(let pattern, let replacement):
      bytes = Normalizer.replace(pattern, with: replacement).apply(bytes)
    case .metaspace(let replacement, let stripsFirst):
      let space: [UInt8] = isFirst && stripsFirst ? [] : [0x20]
      bytes = Normalizer.replace(.literal(replacement), with: space).apply(bytes)
    case .strip(let content, let start, let stop):
      bytes = Array(bytes.dropFirst(bytes.prefix(start).prefix { $0 == content }.count))
      bytes = bytes.dropLast(bytes.suffix(stop).reversed().prefix { $0 == content }.count)
    case .wordSuffix(let suffix):
      guard !suffix.isEmpty, bytes.count >= suffix.count, bytes.suffix(suffix.count).elementsEqual(suffix) else {
        return
      }
      bytes.removeLast(suffix.count)
      heldBack = [0x20]
    case .fuse, .sequence: break
    }
  }

  private mutating func stripLeading(_ bytes: inout [UInt8]) {
    for i in leadingToStrip.indices {
      while leadingToStrip[i].count > 0, let first = bytes.first {
        guard first == leadingToStrip[i].content else {
          leadingToStrip[i].count = 0
          break
        }
        bytes.removeFirst()
        leadingToStrip[i].count -= 1
      }
    }
  }

  private mutating func takeText(atEnd: Bool) -> String {
    var end = pending.count
    if !atEnd {
      // Hold back a last character whose bytes are not all here.
      var start = pending.count - 1
      while start >= 0, start > pending.count - 4, pending[start] & 0xC0 == 0x80 { start -= 1 }
      if start >= 0, scalarLength(pending[start]) > pending.count - start { end = start }
    }
    let bytes = pending[..<end]
    pending.removeFirst(end)
    let text = String(decoding: bytes, as: UTF8.self)
    if !countsBrokenBytes || text.utf8.elementsEqual(bytes) { return text }
    return Self.withEachBrokenByteReplaced(Array(bytes))
  }

  private static func withEachBrokenByteReplaced(_ bytes: [UInt8]) -> String {
    var result = ""
    var i = 0
    while i < bytes.count {
      let end = i + scalarLength(bytes[i])
      if end <= bytes.count, let scalar = String(validating: bytes[i..<end], as: UTF8.self) {
        result += scalar
        i = end
      } else {
        result += "\u{FFFD}"
        i += 1
      }
    }
    return result
  }
}
