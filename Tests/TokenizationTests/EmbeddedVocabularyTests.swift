import Checkpoints
import Foundation
import JSONParsing
import Testing
import Tokenization

/// Vocabularies inside GGUF files, against llama.cpp's own test vectors, and through every form that they are written in.
@Suite(.enabled(if: Shared.exists, "needs ../shared"))
struct EmbeddedVocabularyTests {
  static func vocabulary(_ name: String) throws -> EmbeddedVocabulary {
    let metadata = try GGUFCheckpoint(path: Shared.path("data/vocab/ggml-vocab-\(name).gguf")).metadata
    var vocabulary = EmbeddedVocabulary(model: try metadata.requiredString("tokenizer.ggml.model"))
    vocabulary.pre = try metadata.string("tokenizer.ggml.pre")
    vocabulary.tokens = Array(try metadata.requiredStrings("tokenizer.ggml.tokens"))
    vocabulary.scores = try metadata.floats("tokenizer.ggml.scores") ?? []
    vocabulary.types = (try metadata.ints("tokenizer.ggml.token_type") ?? []).map {
      .init(rawValue: UInt8($0)) ?? .normal
    }
    vocabulary.merges = (try metadata.strings("tokenizer.ggml.merges")).map { Array($0) } ?? []
    vocabulary.bosID = try metadata.int("tokenizer.ggml.bos_token_id")
    vocabulary.eosID = try metadata.int("tokenizer.ggml.eos_token_id")
    vocabulary.unknownID = try metadata.int("tokenizer.ggml.unknown_token_id")
    return vocabulary
  }

  static func vectors(_ name: String) throws -> [(text: String, ids: [Int])] {
    let base = Shared.path("data/vocab/ggml-vocab-\(name).gguf")
    let input = try Data(contentsOf: URL(fileURLWithPath: base + ".inp"))
    let output = try String(contentsOfFile: base + ".out", encoding: .utf8)
    let texts = String(decoding: input, as: UTF8.self).components(separatedBy: "\n__ggml_vocab_test__\n")
    let ids = output.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.split(separator: " ").compactMap { Int($0) } }
    return zip(texts, ids).map { ($0, $1) }
  }

  @Test(arguments: ["gpt-2", "llama-bpe", "llama-spm"])
  func `llama.cpp's vectors, from the file, and after writing and reading again`(name: String) throws {
    let first = try Tokenizer(vocabulary: Self.vocabulary(name))
    let again = try Tokenizer(vocabulary: first.embeddedVocabulary)
    let folder = try TemporaryFolder(["tokenizer.json": Array(try first.tokenizerJSON().utf8)])
    let fromJSON = try Tokenizer.load(from: folder.path)
    let vectors = try Self.vectors(name)
    #expect(vectors.count > 40)
    for (text, ids) in vectors {
      #expect(first.encode(text) == ids, "\(text.debugDescription)")
      #expect(again.encode(text) == ids, "\(text.debugDescription)")
      #expect(fromJSON.encode(text) == ids, "\(text.debugDescription)")
      #expect(try first.decode(ids) == text)
      #expect(try fromJSON.decode(ids) == text)
    }
  }

  @Test(arguments: [("gpt-2", "gpt2"), ("llama-bpe", "llama3"), ("llama-spm", "llama2")])
  func `the reference's ids from GGUF, and from tokenizer.json written from it`(name: String, golden: String) throws {
    let tokenizer = try Tokenizer(vocabulary: Self.vocabulary(name))
    let folder = try TemporaryFolder(["tokenizer.json": Array(try tokenizer.tokenizerJSON().utf8)])
    let written = try Tokenizer.load(from: folder.path)
    for golden in try Shared.golden(golden) {
      #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
      if !golden.text.contains("<unk>") { #expect(written.encode(golden.text) == golden.ids) }
    }
  }

  @Test func `a tokenizer.json keeps its ids when written to a GGUF vocabulary`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("golden-tokenizers/tokenizers/llama3.json"))
    let embedded = try Tokenizer(vocabulary: tokenizer.embeddedVocabulary)
    for golden in try Shared.golden("llama3") { #expect(embedded.encode(golden.text) == golden.ids) }
    #expect(embedded.vocabularySize == 128_256)
    #expect(embedded.bosID == 128_000)
    #expect(embedded.eosIDs.contains(128_009))
  }

  @Test func `llama2.c's tokenizer`() throws {
    let tokenizer = try Tokenizer.load(from: Shared.path("data/stories260k/tok512.bin"))
    #expect(tokenizer.vocabularySize == 512)
    let ids = tokenizer.encode("Once upon a time", addsSpecialTokens: true)
    #expect(ids == [1, 403, 407, 261, 378])
    let story = try String(contentsOfFile: Shared.path("data/stories260k/expected-greedy.txt"), encoding: .utf8)
    let all = tokenizer.encode(story, addsSpecialTokens: true)
    #expect(try tokenizer.decode(all, skipsSpecialTokens: true) == story)
  }

  @Test func `llama2.c's tokenizer is written as it was, and LLaMA 2's so that it gives the same ids`() throws {
    let path = Shared.path("data/stories260k/tok512.bin")
    let original = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(try Tokenizer.load(from: path).llama2CVocabulary() == original)

    let model = try Tokenizer.load(from: Shared.path("data/vocab/llama2-tokenizer.model"))
    let folder = try TemporaryFolder(["tokenizer.bin": try model.llama2CVocabulary()])
    let written = try Tokenizer.load(from: folder.path)
    for golden in try Shared.golden("llama2") where !golden.text.contains("<") {
      #expect(written.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
    }
  }

  @Test func `llama2.c has no way to say what other vocabularies do`() throws {
    let llama = try Tokenizer.load(from: Shared.path("data/stories260k/tok512.bin")).embeddedVocabulary
    let edits: [(inout EmbeddedVocabulary) -> Void] = [
      { $0.addsSpacePrefix = false }, { $0.removesExtraSpaces = true }, { $0.bosID = 2 }, { $0.eosID = nil },
      { $0.types[300] = .userDefined }, { $0.types[300] = .unused }, { $0.tokens.swapAt(3, 4) },
    ]
    for (index, edit) in edits.enumerated() {
      var vocabulary = llama
      edit(&vocabulary)
      let tokenizer = try Tokenizer(vocabulary: vocabulary)
      let error = #expect(throws: TokenizerError.self, "edit \(index)") { try tokenizer.llama2CVocabulary() }
      #expect(error?.code == .unsupported)
    }
    let gpt2 = try Tokenizer.load(from: Shared.path("golden-tokenizers/tokenizers/gpt2.json"))
    #expect(throws: TokenizerError.self) { try gpt2.llama2CVocabulary() }
  }
}
