import Synchronization

/// Turns text into token ids and back, exactly as the reference implementation of each model family does.
///
///     let tokenizer = try Tokenizer.load(from: "Llama-3.2-1B")
///     let ids = tokenizer.encode("Hello, world")
///     let text = try tokenizer.decode(ids)                     // "Hello, world"
///
/// Text passes stages: added tokens are cut out, what remains is normalized, cut into words (pre-tokenization), and
/// each word becomes ids by byte pair encoding; decoding runs the other way. Tokenizers are immutable and may be used
/// from several threads at once.
public final class Tokenizer: Sendable {
  /// What turns a word, or for SentencePiece a whole text, into ids.
  enum Model: Sendable {
    case bytePair(BytePairEncoding)
    case sentencePiece(SentencePieceEncoding)
  }

  /// The stages, as the loaders find them in a file.
  struct Stages: Sendable {
    var pieces: PieceTable
    var model: Model
    var normalizer: Normalizer?
    var preTokenizer: PreTokenizer?
    var decoder: TokenDecoder
    var addedTokens: [AddedToken] = []
    var bosID: Int?
    var eosIDs: [Int] = []
    var paddingID: Int?
    /// What `addsSpecialTokens` puts around a text.
    var prefixIDs: [Int] = []
    var suffixIDs: [Int] = []
    /// llama.cpp's name of the pre-tokenization, if it has one.
    var pre: String?
    /// Whether symbols are bytes, written in GPT-2's alphabet.
    var isByteLevel = false
  }

  let stages: Stages
  /// Encoding's cache and scratch memory. Whoever encodes takes one and brings it back; there are as many as threads
  /// ever encoded at once, so none waits.
  private let workspaces = Mutex<[BytePairEncoding.Workspace]>([])
  private let matchers: [AddedTokenMatcher]
  private let normalizedMatchers: [AddedTokenMatcher]
  private let specialIDs: Set<Int>
  private let addedIDs: Set<Int>
  /// The pattern, where words go straight from the text to a byte-level model.
  private let directScanner: WordScanner?

  init(_ stages: Stages) {
    self.stages = stages
    let raw = stages.addedTokens.filter { !$0.isNormalized || stages.normalizer == nil }
    let normalized = stages.addedTokens.filter { $0.isNormalized && stages.normalizer != nil }
      .map { token in
        var token = token
        let content = stages.normalizer?.apply(Array(token.content.utf8)) ?? []
        token.content = String(decoding: content, as: UTF8.self)
        return token
      }
    func pair(_ tokens: [AddedToken]) -> [AddedTokenMatcher] {
      [AddedTokenMatcher(tokens.filter { !$0.isSpecial || $0.isUnknown }), AddedTokenMatcher(tokens)]
    }
    matchers = pair(raw)
    normalizedMatchers = pair(normalized)
    specialIDs = Set(stages.addedTokens.filter(\.isSpecial).map(\.id))
    addedIDs = Set(stages.addedTokens.map(\.id))
    directScanner = stages.isByteLevel && stages.normalizer == nil ? stages.preTokenizer?.directScanner : nil
  }

  /// One past the largest token id.
  public var vocabularySize: Int { stages.pieces.count }
  /// The token that begins a text, if the vocabulary has one.
  public var bosID: Int? { stages.bosID }
  /// The tokens that end a text or a turn.
  public var eosIDs: [Int] { stages.eosIDs }
  /// The token that fills up batches.
  public var paddingID: Int? { stages.paddingID }
  /// The tokens that are matched in text before the vocabulary is asked.
  public var addedTokens: [AddedToken] { stages.addedTokens }

  /// What `addsSpecialTokens` puts before a text.
  public var prefixIDs: [Int] { stages.prefixIDs }

  /// Whether a text may be encoded in parts that are cut where `lastWordBoundary(in:)` says, with the same ids as the
  /// whole: true for byte-level vocabularies with a known pattern and for vocabularies of characters.
  public var encodesInParts: Bool {
    guard case .bytePair(let model) = stages.model, matchers[0].isEmpty, normalizedMatchers[0].isEmpty else {
      return false
    }
    let takesCharacters = model.merges.count == 0 && stages.normalizer == nil && stages.preTokenizer == nil
    return directScanner != nil || (takesCharacters && !model.options.fusesUnknown)
  }

  /// Whether a token is a control token, which decoding may leave out.
  public func isSpecial(_ id: Int) -> Bool { specialIDs.contains(id) }

  /// The id of a piece, written as the vocabulary writes it (`Ġthe`, `▁the`, `<|eot_id|>`).
  public func id(of piece: String) -> Int? { stages.pieces.id(of: piece) }

  /// A piece as the vocabulary writes it, or nil for an id without one.
  public func piece(of id: Int) -> String? { stages.pieces.contains(id) ? stages.pieces.text(id) : nil }

  /// The bytes that a token adds to a text, or nil for an id outside the vocabulary.
  public func bytes(of id: Int) -> [UInt8]? {
    guard stages.pieces.contains(id) else { return nil }
    let piece = Array(stages.pieces.piece(id))
    if addedIDs.contains(id) { return piece }
    switch stages.model {
    case .bytePair where stages.isByteLevel:
      var bytes: [UInt8] = []
      return ByteLevelAlphabet.appendBytes(of: piece.span, to: &bytes) ? bytes : piece
    case .bytePair(let model) where !model.options.endOfWordSuffix.isEmpty:
      return Normalizer.replace(.literal(Array(model.options.endOfWordSuffix.utf8)), with: [0x20]).apply(piece)
    default:
      if let byte = byteOfToken(piece) { return [byte] }
      return Normalizer.replace(.literal(Array("▁".utf8)), with: [0x20]).apply(piece)
    }
  }

  // MARK: - Encoding

  /// The token ids of a text.
  /// - Parameters:
  ///   - addsSpecialTokens: put around the text what the model expects there, such as a first `<|begin_of_text|>`.
  ///   - parsesSpecialTokens: let text such as `<|eot_id|>` become the control token it names. Never ask for this
  ///     with text that a user typed.
  /// - Complexity: O(n log n) in the worst case, whatever the text.
  public func encode(_ text: String, addsSpecialTokens: Bool = false, parsesSpecialTokens: Bool = false) -> [Int] {
    encode(
      utf8: Array(text.utf8), addsSpecialTokens: addsSpecialTokens, parsesSpecialTokens: parsesSpecialTokens)
  }

  /// The token ids of a text that is given as UTF-8.
  public func encode(
    utf8 bytes: [UInt8], addsSpecialTokens: Bool = false, parsesSpecialTokens: Bool = false
  ) -> [Int] {
    var work = workspaces.withLock { $0.popLast() } ?? BytePairEncoding.Workspace()
    var ids: [Int] = addsSpecialTokens ? stages.prefixIDs : []
    ids.reserveCapacity(bytes.count / 3 + 8)
    let level = parsesSpecialTokens ? 1 : 0
    if matchers[level].isEmpty {
      encodeText(bytes, 0..<bytes.count, level, &work, to: &ids)
    } else {
      for part in matchers[level].parts(of: bytes.span) {
        switch part {
        case .token(let id): ids.append(id)
        case .text(let range): encodeText(bytes, range, level, &work, to: &ids)
        }
      }
    }
    workspaces.withLock { $0.append(work) }
    if addsSpecialTokens { ids += stages.suffixIDs }
    return ids
  }

  /// Text between added tokens: normalized, and searched for the added tokens that want that.
  private func encodeText(
    _ bytes: [UInt8], _ range: Range<Int>, _ level: Int, _ work: inout BytePairEncoding.Workspace, to ids: inout [Int]
  ) {
    if range.isEmpty { return }
    if let directScanner, case .bytePair(let model) = stages.model {
      let text = bytes.span.extracting(range)
      let classes = ScalarClasses.shared
      var start = 0
      while start < text.count {
        let end = directScanner.wordEnd(text, from: start, classes)
        model.encodeBytes(text.extracting(start..<end), &work, to: &ids)
        start = end
      }
      return
    }
    if case .sentencePiece(let model) = stages.model {
      model.encode(bytes.span.extracting(range), to: &ids)
      return
    }
    var text = Array(bytes[range])
    if let normalizer = stages.normalizer { text = normalizer.apply(text) }
    let beginsInput = range.lowerBound == 0
    if normalizedMatchers[level].isEmpty {
      encodeWords(text, beginsInput: beginsInput, &work, to: &ids)
      return
    }
    for part in normalizedMatchers[level].parts(of: text.span) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let range):
        let begins = beginsInput && range.lowerBound == 0
        encodeWords(Array(text[range]), beginsInput: begins, &work, to: &ids)
      }
    }
  }

  private func encodeWords(
    _ text: [UInt8], beginsInput: Bool, _ work: inout BytePairEncoding.Workspace, to ids: inout [Int]
  ) {
    guard case .bytePair(let model) = stages.model, !text.isEmpty else { return }
    var words = PreTokenizer.Words(bytes: text, ranges: [0..<text.count], beginsInput: beginsInput)
    stages.preTokenizer?.apply(&words, writesBytes: !stages.isByteLevel)
    for range in words.ranges where !range.isEmpty {
      let word = words.bytes.span.extracting(range)
      if stages.isByteLevel {
        model.encodeBytes(word, &work, to: &ids)
      } else {
        model.encodeCharacters(word, stages.pieces, &work, to: &ids)
      }
    }
  }

  // MARK: - Decoding

  /// The text of token ids.
  /// - Parameter skipsSpecialTokens: leave control tokens out instead of writing their names.
  /// - Throws: `TokenizerError` for an id outside the vocabulary.
  public func decode(_ ids: [Int], skipsSpecialTokens: Bool = false) throws(TokenizerError) -> String {
    var stream = streamDecoder(skipsSpecialTokens: skipsSpecialTokens)
    var text = ""
    for (index, id) in ids.enumerated() {
      guard stages.pieces.contains(id) else {
        throw TokenizerError(
          .invalidID, field: "ids[\(index)]",
          "\(id) is not in the vocabulary of \(vocabularySize) tokens; were these ids made with another vocabulary?")
      }
      text += stream.append(id)
    }
    return text + stream.finish()
  }

  /// A decoder for tokens that arrive one at a time. Its pieces put together are what `decode` returns, and none ends
  /// inside a character.
  public func streamDecoder(skipsSpecialTokens: Bool = false) -> StreamDecoder {
    StreamDecoder(tokenizer: self, skipsSpecialTokens: skipsSpecialTokens)
  }

  /// GPT-1's tokenizer with OpenAI's own preparation of text in place of the BERT-style one that `transformers` ships:
  /// accents and line breaks stay, and contractions are cut as `do n't`. The ids differ; models that OpenAI trained
  /// saw these. `GPT1Text` lists what is covered.
  /// - Throws: `TokenizerError` for a vocabulary other than GPT-1's.
  public func preparingTextAsOpenAI() throws(TokenizerError) -> Tokenizer {
    guard case .bytePair(let model) = stages.model, model.options.endOfWordSuffix == "</w>" else {
      throw TokenizerError(.unsupported, "only GPT-1's vocabulary, whose words end in </w>, has a second preparation")
    }
    var stages = stages
    stages.normalizer = .sequence([.gpt1Standardization, .lowercase])
    stages.preTokenizer = .split(.gpt1Words, .removed, inverted: true)
    return Tokenizer(stages)
  }

  /// The same tokenizer with nothing remembered, for measuring.
  public func withoutMemory() -> Tokenizer { Tokenizer(stages) }

  func isAdded(_ id: Int) -> Bool { addedIDs.contains(id) }
}

/// Decodes tokens one at a time.
///
///     var decoder = tokenizer.streamDecoder()
///     for id in ids { print(decoder.append(id), terminator: "") }
///     print(decoder.finish())
public struct StreamDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var pipeline: DecodingPipeline

  init(tokenizer: Tokenizer, skipsSpecialTokens: Bool) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
    pipeline = DecodingPipeline(tokenizer.stages.decoder)
  }

  /// The text that is certain once this token has come: empty while a character is incomplete, and for an id outside
  /// the vocabulary.
  public mutating func append(_ id: Int) -> String {
    guard tokenizer.stages.pieces.contains(id) else { return "" }
    if skipsSpecialTokens, tokenizer.isSpecial(id) { return "" }
    let isLiteral = tokenizer.stages.isByteLevel && tokenizer.isAdded(id)
    return pipeline.append(tokenizer.stages.pieces.piece(id), isLiteral: isLiteral)
  }

  /// The rest: U+FFFD for a character that never came to its end.
  public mutating func finish() -> String { pipeline.finish() }
}
