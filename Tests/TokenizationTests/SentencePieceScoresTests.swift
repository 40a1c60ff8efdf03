import Foundation
import JSONParsing
import Testing
import Tokenization

/// A SentencePiece vocabulary written as merges in tokenizer.json goes into GGUF as scores and means the same there.
struct SentencePieceScoresTests {
  static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/sentencepiece-tokenizer.json")

  static let texts = [
    "Once upon a time, there was a shy girl named Rosa.", "  two spaces,   three ", "Größe, 東京 🙂", "line\n\n\tindented",
    "", " ", "<s> is no token here",
  ]

  @Test func scoresJoinWhatMergesJoin() throws {
    let merges = try Tokenizer.load(from: Self.file.path)
    let vocabulary = try merges.embeddedVocabulary
    #expect(vocabulary.model == "llama")
    #expect(vocabulary.types[0] == .unknown && vocabulary.types[1] == .control && vocabulary.types[3] == .byte)
    #expect(vocabulary.addsSpacePrefix == true)
    let scores = try Tokenizer(vocabulary: vocabulary)
    for text in Self.texts {
      let ids = merges.encode(text)
      #expect(scores.encode(text) == ids)
      #expect(try scores.decode(ids) == merges.decode(ids))
    }
  }

  @Test func mergesThatScoresCannotTellAreRefused() throws {
    let whole = try JSONValue(parsing: Array(Data(contentsOf: Self.file)))
    var fields = try #require(whole.object)
    var model = try #require(fields["model"]?.object)
    let merges = try #require(model["merges"]?.array)
    model["merges"] = .array([merges[merges.count - 1]] + merges.dropLast())
    fields["model"] = .object(model)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("tokenizer.json")
    try Data(JSONValue.object(fields).serialized(pretty: false).utf8).write(to: file)
    let tokenizer = try Tokenizer.load(from: file.path)
    #expect(throws: TokenizerError.self) { try tokenizer.embeddedVocabulary }
  }
}
