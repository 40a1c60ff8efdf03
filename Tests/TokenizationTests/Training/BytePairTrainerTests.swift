import JSONParsing
import Testing
import Tokenization

@Suite struct BytePairTrainerTests {
  static let text = """
    The hen then went to the other end of the pen. The men sent ten hens there, and then they went; the hens' pen, they'd said, isn't theirs.
    -------- ---- ----- --- ------ -- -------
    naïve café, naïve café: 1234 12345 123 12. 你好你好世界 🙂🙂
        indented        more        spaces
    aaaa aaaaa aaaaaaa aaa aa aaaaaa

    """

  /// What Hugging Face's `BpeTrainer` (tokenizers 0.23.3, minimum frequency 2) learns from the text, `|` after each:
  /// ties, runs of one letter, runs of spaces and characters of several bytes among them.
  static let merges = """
    - -|a a|h e|Ġ Ġ|Ġ t|e n|-- --|Ġt he|aa aa|1 2|Ġ ----|Ġ 12|ĠĠ ĠĠ|en t|Ġ s|Ġ he|Ġ aaaa|ĠĠ Ġ|Ġ12 3|\
    Ġhe n|T he|a f|a Ã|c af|n d|n aÃ|p en|r e|v e|w ent|¥ ½|¯ ve|½ ł|Ã ©|ä ½ł|å ¥½|ð Ł|Ġ i|Ġ m|Ġ o|Ġ --|\
    Ġ aa|Ġ caf|Ġ pen|Ġ went|Ļ Ĥ|Ġthe n|Ġthe y|Ġ---- --|ĠĠĠĠ ĠĠĠ|Ġaaaa aa|Ġ123 4|Ġhen s|naÃ ¯ve|ä½ł å¥½|\
    ðŁ ĻĤ|Ġcaf Ã©|
    """

  static func train(_ text: String, _ size: Int, _ pattern: WordPattern = .gpt2) throws -> Tokenizer {
    var counts = WordCounts(pattern)
    counts.add(Array(text.utf8))
    return try BytePairTrainer(vocabularySize: size).train(counts)
  }

  static func merges(of tokenizer: Tokenizer) throws -> String {
    let json = try JSONValue(parsing: tokenizer.tokenizerJSON())
    let merges = try #require(json["model"]?["merges"]?.array)
    return merges.map { ($0.array ?? []).compactMap(\.string).joined(separator: " ") + "|" }.joined()
  }

  @Test func learnsWhatHuggingFaceLearns() throws {
    let tokenizer = try Self.train(Self.text, 320)
    #expect(try Self.merges(of: tokenizer) == Self.merges)
    // No pair occurs twice any more, so the vocabulary stays smaller than was asked for.
    #expect(tokenizer.vocabularySize == 314)
    #expect(tokenizer.id(of: "<|endoftext|>") == 0 && tokenizer.eosIDs == [0] && tokenizer.isSpecial(0))
    #expect(tokenizer.id(of: "!") == 1 && tokenizer.id(of: "Ń") == 256)
  }

  @Test(arguments: WordPattern.allCases) func textComesBack(_ pattern: WordPattern) throws {
    let tokenizer = try Self.train(Self.text, 300, pattern)
    #expect(tokenizer.vocabularySize == 300)
    for text in [Self.text, "", "unseen: Ω ≠ \u{0} \u{10FFFF} e\u{301}", "<|endoftext|>"] {
      let ids = tokenizer.encode(text)
      #expect(try tokenizer.decode(ids) == text)
      #expect(!ids.contains(0))
    }
    let folder = try TemporaryFolder(["tokenizer.json": Array(tokenizer.tokenizerJSON().utf8)])
    let loaded = try Tokenizer.load(from: folder.path)
    #expect(loaded.encode(Self.text) == tokenizer.encode(Self.text))
    #expect(loaded.eosIDs == tokenizer.eosIDs)
  }

  @Test func textNeverBecomesASpecialTokenByItsSpelling() throws {
    var counts = WordCounts(.gpt2)
    counts.add(Array(String(repeating: "endend", count: 50).utf8))
    var trainer = BytePairTrainer(vocabularySize: 300)
    trainer.specialTokens = ["end"]
    let tokenizer = try trainer.train(counts)
    #expect(!tokenizer.encode("endend end").contains(0))
    #expect(tokenizer.encode("end", parsesSpecialTokens: true) == [0])
  }

  @Test func refusesWhatCannotBeTrained() throws {
    let empty = WordCounts(.gpt2)
    #expect(throws: TokenizerError.self) { try BytePairTrainer(vocabularySize: 300).train(empty) }
    #expect(throws: TokenizerError.self) { try Self.train("a", 256) }
    #expect(throws: TokenizerError.self) { try Self.train("a", .max) }
    #expect(throws: TokenizerError.self) { try Self.train("a", .min) }
    for special in [[""], ["a"], ["<s>", "<s>"]] {
      var counts = empty
      counts.add([0x61])
      var trainer = BytePairTrainer(vocabularySize: 300)
      trainer.specialTokens = special
      #expect(throws: TokenizerError.self, "\(special)") { try trainer.train(counts) }
    }
  }

  @Test func oneEndlessWordIsNoTrap() throws {
    let tokenizer = try Self.train(String(repeating: "ab", count: 100_000), 300)
    #expect(try tokenizer.decode(tokenizer.encode("ababab")) == "ababab")
  }
}

@Suite struct WordCountsTests {
  @Test func partsCountAsTheWhole() throws {
    let text = Array(String(repeating: BytePairTrainerTests.text, count: 5).utf8)
    for pattern in WordPattern.allCases {
      var whole = WordCounts(pattern)
      whole.add(text)
      var parts = WordCounts(pattern)
      var start = 0
      while start < text.count {
        var end = min(start + 100, text.count)
        if end < text.count, let cut = lastWordBoundary(in: Array(text[start..<end])) { end = start + cut }
        var counts = WordCounts(pattern)
        counts.add(Array(text[start..<end]))
        parts.add(counts)
        start = end
      }
      #expect(parts.distinctCount == whole.distinctCount)
      let trainer = BytePairTrainer(vocabularySize: 320)
      let merges = try [parts, whole].map { try BytePairTrainerTests.merges(of: trainer.train($0)) }
      #expect(merges[0] == merges[1])
    }
  }

  @Test func memoryIsBounded() {
    var counts = WordCounts(.gpt2, maximumWords: 1000)
    for number in 0..<20_000 { counts.add(Array(" the w\(number)".utf8)) }
    #expect(counts.distinctCount <= 1000)
    #expect(counts.forgottenCount == 1)
    var long = WordCounts(.gpt2, maximumWords: 1000)
    for number in 0..<500 { long.add(Array(repeating: UInt8(97 + number % 26), count: 1000 - number)) }
    #expect(long.distinctCount < 100)
  }
}

@Suite struct CharacterVocabularyTests {
  @Test func idsFollowTheCodePoints() throws {
    var vocabulary = CharacterVocabulary()
    vocabulary.add(Array("hello\nwörld".utf8))
    let tokenizer = try vocabulary.tokenizer()
    #expect(tokenizer.vocabularySize == 9)
    #expect((0..<9).map { tokenizer.piece(of: $0) } == ["\n", "d", "e", "h", "l", "o", "r", "w", "ö"])
    #expect(tokenizer.encode("hö\n") == [3, 8, 0])
    let folder = try TemporaryFolder(["tokenizer.json": Array(tokenizer.tokenizerJSON().utf8)])
    let loaded = try Tokenizer.load(from: folder.path)
    #expect(loaded.encode("low world") == tokenizer.encode("low world"))
    #expect(try loaded.decode(loaded.encode("hello\nwörld")) == "hello\nwörld")
    #expect(throws: TokenizerError.self) { try CharacterVocabulary().tokenizer() }
  }
}
