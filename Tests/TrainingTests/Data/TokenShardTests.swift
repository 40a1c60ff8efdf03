import Foundation
import Tensors
import Testing
import Tokenization
import Training

@Suite struct TokenShardTests {
  private func ids(of source: TokenSource) throws -> [Int] { try source.ids(0..<source.tokenCount) }

  @Test func shardsHoldTheTokensOfTheText() throws {
    let tokenizer = try someTokenizer()
    let text = someText(words: 300_000)
    let other = ["first", "", "second\nline"]
    let lines = other.map { #"{"text": "\#($0.replacingOccurrences(of: "\n", with: "\\n"))"}"# }.joined(
      separator: "\n\n")
    let folder = try TemporaryFolder([
      "a.txt": Array(text.utf8), "b.jsonl": Array((lines + "\n" + #"{"ids": [5, 6, 7]}"#).utf8),
      "c.txt.gz": Array(try #require(GunzipTests.fixed)),
    ])
    let files = ["a.txt", "b.jsonl", "c.txt.gz"].map { folder.path + "/" + $0 }
    // Documents by hand: each ends with <|endoftext|>, ids stay as they are.
    var expected = tokenizer.encode(text) + [0]
    for document in other { expected += tokenizer.encode(document) + [0] }
    expected += [5, 6, 7] + tokenizer.encode("fixed codes, fixed codes\n") + [0]

    let output = folder.path + "/shards"
    let written = try #require(try TokenShardWriter(tokenizer: tokenizer).write(TextInputs(files), to: output))
    #expect(written.tokenCount == expected.count && written.documentCount == 6 && written.paths.count == 1)
    let source = try TokenSource(shards: output, tokenizer: tokenizer)
    #expect(try ids(of: source) == expected)
    #expect(source.documentStarts(in: 0..<source.tokenCount).count == 6)
    #expect(source.documentStarts(in: 0..<source.tokenCount) == source.documentRanges.map(\.lowerBound))
    #expect(expected[source.documentRanges[1]].count == tokenizer.encode("first").count + 1)
    // In memory it is the same.
    #expect(try ids(of: TokenSource(TextInputs(files), tokenizer: tokenizer)) == expected)
  }

  @Test func theBytesDoNotDependOnThreads() throws {
    let tokenizer = try someTokenizer()
    let folder = try TemporaryFolder(["a.txt": Array(someText(words: 500_000).utf8)])
    let inputs = try TextInputs([folder.path + "/a.txt"], delimiter: "\n\n")
    var writer = TokenShardWriter(tokenizer: tokenizer)
    writer.tokensPerShard = 100_000
    for threads in 1...3 {
      try #require(
        try writer.write(inputs, to: folder.path + "/\(threads)", pool: ThreadPool(threadCount: threads)) != nil)
    }
    let names = try folder.names(in: "1")
    #expect(names.count > 3 && names[0] == "000000.tokens")
    for threads in 2...3 {
      #expect(try folder.names(in: "\(threads)") == names)
      for name in names { #expect(try folder.read("\(threads)/\(name)") == folder.read("1/\(name)"), "\(name)") }
    }
    // Several shards read as one.
    let whole = try TokenSource(inputs, tokenizer: tokenizer)
    let source = try TokenSource(shards: folder.path + "/1", tokenizer: tokenizer)
    #expect(try ids(of: source) == ids(of: whole))
    #expect(source.documentRanges == whole.documentRanges)
    // A missing one is noticed, the last too.
    try FileManager.default.removeItem(atPath: folder.path + "/2/\(names[1])")
    #expect(throws: TrainingError.self) { try TokenSource(shards: folder.path + "/2") }
    try FileManager.default.removeItem(atPath: folder.path + "/3/\(names[names.count - 1])")
    #expect(throws: TrainingError.self) { try TokenSource(shards: folder.path + "/3") }
  }

  @Test func stoppingLeavesNothing() throws {
    let folder = try TemporaryFolder(["a.txt": Array(someText(words: 300_000).utf8)])
    var writer = TokenShardWriter(tokenizer: try someTokenizer())
    writer.tokensPerShard = 10_000
    let inputs = try TextInputs([folder.path + "/a.txt"], delimiter: "\n\n")
    #expect(try writer.write(inputs, to: folder.path + "/out") { $0.tokenCount < 300_000 } == nil)
    #expect(try folder.names(in: "out") == [])
    try folder.write(Array("good \u{FF}".utf8.dropLast()) + [0xFF], "bad.txt")
    #expect(throws: TrainingError.self) {
      try writer.write(TextInputs([folder.path + "/a.txt", folder.path + "/bad.txt"]), to: folder.path + "/out")
    }
    #expect(try folder.names(in: "out") == [])
  }

  @Test func anotherTokenizersShardIsRefused() throws {
    let folder = try TemporaryFolder(["a.txt": Array("some text".utf8)])
    let inputs = try TextInputs([folder.path + "/a.txt"])
    _ = try TokenShardWriter(tokenizer: someTokenizer()).write(inputs, to: folder.path + "/out")
    _ = try TokenSource(shards: folder.path + "/out", tokenizer: someTokenizer())
    let error = #expect(throws: TrainingError.self) {
      try TokenSource(shards: folder.path + "/out", tokenizer: someTokenizer(291))
    }
    #expect(error?.message.contains("another tokenizer") == true)
    // A second run does not mix with the first.
    #expect(throws: TrainingError.self) {
      try TokenShardWriter(tokenizer: someTokenizer()).write(inputs, to: folder.path + "/out")
    }
  }

  @Test func everyBrokenHeaderIsRefused() throws {
    let folder = try TemporaryFolder(["a.txt": Array("one\n\ntwo words\n\nthree".utf8)])
    _ = try TokenShardWriter(tokenizer: someTokenizer()).write(
      TextInputs([folder.path + "/a.txt"], delimiter: "\n\n"), to: folder.path + "/out")
    let good = try folder.read("out/000000.tokens")
    #expect(try TokenShard(path: folder.path + "/out/000000.tokens").header.documentCount == 3)
    func expectRefusal(_ bytes: [UInt8], _ what: String) throws {
      let path = try folder.write(bytes, "bad.tokens")
      #expect(throws: TrainingError.self, "\(what)") { try TokenShard(path: path) }
    }
    for length in 0..<good.count { try expectRefusal(Array(good[..<length]), "cut to \(length)") }
    try expectRefusal(good + [0], "a byte too many")
    // Every bit of the header that has a meaning which can be checked; hashes, the text's size and the shard's number
    // may be anything.
    let free = Array(40..<53) + Array(64..<128)
    for place in 0..<160 where !free.contains(place) {
      for bit in 0..<8 {
        var bytes = good
        bytes[place] ^= 1 << UInt8(bit)
        // A larger vocabulary is no contradiction.
        if (32..<40).contains(place), (try? TokenShard(path: folder.write(bytes, "bad.tokens"))) != nil { continue }
        try expectRefusal(bytes, "byte \(place), bit \(bit)")
      }
    }
    let starts = good.count - 24
    for (place, value) in [(starts, 1), (starts + 8, 0), (starts + 15, 0x80), (starts + 16, 200), (starts + 23, 0x7F)] {
      var bytes = good
      bytes[place] = UInt8(value)
      try expectRefusal(bytes, "start at \(place)")
    }
    // An id outside the vocabulary is found when it is looked at.
    var bytes = good
    bytes[161] = 0xFF
    let source = try TokenSource(shards: folder.write(bytes, "bad.tokens"))
    #expect(throws: TrainingError.self) { try source.ids(0..<1) }
    #expect(try source.ids(1..<3).count == 2)
    #expect(throws: TrainingError.self) { try TokenShard(path: folder.path) }
    #expect(throws: TrainingError.self) { try TokenShard(path: folder.path + "/none") }
  }

  @Test func wideIDsTakeFourBytes() throws {
    var output = TokenShardOutput(
      folder: try TemporaryFolder().path, vocabularySize: 70_000, vocabularyHash: SHA256.hash([]))
    #expect(throws: (any Error).self) { try output.append(.init(ids: [1], starts: [0])) }
    let folder = try TemporaryFolder()
    output = TokenShardOutput(folder: folder.path, vocabularySize: 70_000, vocabularyHash: SHA256.hash([]))
    try output.append(.init(ids: [1, 69_999, 65_536], starts: [0]))
    let path = try #require(try output.finish().first)
    #expect(try TokenShard(path: path).ids(0..<3) == [1, 69_999, 65_536])
  }

  @Test func badInputIsNamed() throws {
    let tokenizer = try someTokenizer()
    let folder = try TemporaryFolder([
      "empty.txt": [], "id.jsonl": Array("{\"ids\": [1, 2]}\n{\"ids\": [1, 290]}".utf8),
      "negative.jsonl": Array(#"{"ids": [-1, 3]}"#.utf8), "text.jsonl": Array("{\"text\": 5}".utf8),
      "broken.jsonl": Array("{\"text\": \"a\"}\n{".utf8), "fake.txt.gz": Array("plain".utf8),
    ])
    func message(_ file: String) -> String {
      let error = #expect(throws: TrainingError.self) {
        try TokenSource(TextInputs([folder.path + "/" + file]), tokenizer: tokenizer)
      }
      return error?.description ?? ""
    }
    #expect(message("empty.txt").contains("no text"))
    #expect(message("id.jsonl").contains("line 2: id 290 is outside the vocabulary of 290"))
    #expect(message("negative.jsonl").contains("id -1"))
    #expect(message("text.jsonl").contains("line 1"))
    #expect(message("broken.jsonl").contains("line 2"))
    #expect(message("fake.txt.gz").contains("gzip"))
    #expect(message("none.txt").contains("does not exist"))
    #expect(throws: TrainingError.self) { try TextInputs([]) }
    #expect(throws: TrainingError.self) { try TextInputs([folder.path]) }
  }
}

@Suite struct TokenizerTrainingTests {
  @Test func filesTeachWhatTheirTextTeaches() throws {
    let text = someText(words: 400_000)
    let folder = try TemporaryFolder(["a.txt": Array(text.utf8)])
    let inputs = try TextInputs([folder.path + "/a.txt"])
    let counts = try #require(try TokenizerTraining.countWords(inputs, .gpt2))
    var whole = WordCounts(.gpt2)
    whole.add(Array(text.utf8))
    let trainer = BytePairTrainer(vocabularySize: 400)
    #expect(try trainer.train(counts).tokenizerJSON() == trainer.train(whole).tokenizerJSON())
    let characters = try #require(try TokenizerTraining.gatherCharacters(inputs)).tokenizer()
    #expect(characters.vocabularySize == Set(text.unicodeScalars).count)
    #expect(try TokenizerTraining.countWords(inputs, .gpt2) { _ in false } == nil)
  }
}
