/// Trains a byte-level BPE tokenizer.
///
///     var counts = WordCounts(.gpt2)
///     counts.add(Array(text.utf8))
///     let tokenizer = try BytePairTrainer(vocabularySize: 32_000).train(counts)
///     let json = try tokenizer.tokenizerJSON()           // opens in transformers, and gives the same ids there
///
/// Ids are the special tokens, then the 256 bytes in the order of their stand-ins, then the merges in the order in
/// which they were learned: the same as Hugging Face's `BpeTrainer` gives for the same words, but for words of more
/// than 4,096 bytes, characters that its older Unicode tables lack, and text that spells a special token.
public struct BytePairTrainer: Sendable {
  /// How many tokens there shall be. Fewer come out where the text has no more pairs to merge.
  public var vocabularySize: Int
  /// How often a pair must occur to become a token.
  public var minimumFrequency = 2
  /// Control tokens, which no text becomes unless the caller asks for it.
  public var specialTokens = ["<|endoftext|>"]

  /// A trainer for so many tokens.
  public init(vocabularySize: Int) { self.vocabularySize = vocabularySize }

  /// Checks that the vocabulary has room for the bytes and the special tokens.
  public func validate() throws(TokenizerError) {
    let smallest = 256 + specialTokens.count
    guard vocabularySize >= smallest, vocabularySize <= VocabularyReading.idLimit else {
      throw TokenizerError(
        .unsupported,
        "a vocabulary of \(vocabularySize) is asked for; give at least \(smallest), for 256 bytes and"
          + " \(specialTokens.count) special tokens, and at most \(VocabularyReading.idLimit)")
    }
    var pieces = PieceTable()
    try pieces.insert(specialTokens: specialTokens)
  }

  /// Learns merges from word counts.
  /// - Parameter progress: called after each merge with the size of the vocabulary so far; false stops with what has
  ///   been learned.
  /// - Throws: `TokenizerError` where there is no text, or the vocabulary has no room for the bytes and special tokens.
  public func train(_ counts: WordCounts, progress: (Int) -> Bool = { _ in true }) throws(TokenizerError) -> Tokenizer {
    guard counts.distinctCount > 0 else {
      throw TokenizerError(.unsupported, "there is no text to learn from; give files that hold some")
    }
    try validate()
    var pieces = PieceTable()
    try pieces.insert(specialTokens: specialTokens)
    // In the order of code points: that of GPT-2's vocabulary, and of Hugging Face's trainer.
    for scalar in ByteLevelAlphabet.scalars.sorted(by: { $0.value < $1.value }) {
      pieces.insert(Array(String(scalar).utf8).span, id: pieces.count)
    }
    let symbolOfByte = ByteLevelAlphabet.scalars.map { UInt32(pieces.id(of: String($0)) ?? 0) }
    var learning = MergeLearning(counts, symbolOfByte: symbolOfByte, minimumFrequency: minimumFrequency)
    var merges = MergeTable(reserving: vocabularySize)
    while pieces.count < vocabularySize, let (left, right) = learning.next() {
      let joined = Array(pieces.piece(Int(left)) + pieces.piece(Int(right)))
      let known = pieces.id(of: joined)
      // Text must not become a control token by being spelled like one.
      if let known, known < specialTokens.count { continue }
      let id = known ?? pieces.count
      if known == nil { pieces.insert(joined.span, id: id) }
      // A pair that comes about again keeps the place where it was learned.
      if !merges.merge(left, right).exists {
        merges.insert(left: Int(left), right: Int(right), rank: merges.count, id: id)
      }
      learning.merge(left, right, into: UInt32(id))
      guard progress(pieces.count) else { break }
    }
    return Tokenizer(
      .init(byteLevel: pieces, merges: merges, words: counts.pattern.scanner, specialTokens: specialTokens))
  }
}

extension PieceTable {
  /// Adds control tokens after the pieces that are there.
  mutating func insert(specialTokens: [String]) throws(TokenizerError) {
    for token in specialTokens {
      guard token.unicodeScalars.count > 1, id(of: token) == nil else {
        throw TokenizerError(
          .unsupported,
          "\"\(token)\" cannot be a special token; give distinct ones of at least two characters, as in <|endoftext|>")
      }
      insert(Array(token.utf8).span, id: count)
    }
  }
}

extension Tokenizer.Stages {
  /// A byte-level tokenizer that has just been trained.
  init(byteLevel pieces: PieceTable, merges: MergeTable, words: WordScanner, specialTokens: [String]) {
    let special = Set(specialTokens.compactMap { pieces.id(of: $0) })
    let model = BytePairEncoding(
      pieces: pieces, merges: merges, options: BytePairEncoding.Options(), isByteLevel: true, excluding: special)
    self.init(pieces: pieces, model: .bytePair(model), preTokenizer: .words(words), decoder: .byteLevel)
    isByteLevel = true
    pre = words.llamaCppName
    declare(specialTokens)
  }

  /// Makes pieces control tokens. The first ends a text unless another one's name says that it does.
  mutating func declare(_ specialTokens: [String]) {
    addedTokens = specialTokens.compactMap { token in
      pieces.id(of: token).map { AddedToken(id: $0, content: token, isSpecial: true) }
    }
    guessSpecialTokens()
    if eosIDs.isEmpty, let first = addedTokens.first { eosIDs = [first.id] }
  }
}
