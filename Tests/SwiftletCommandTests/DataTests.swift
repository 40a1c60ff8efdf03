import Foundation
import Swiftlet
import Testing

@Suite struct DataTests {
  private static let text = (0..<400).map { "Line \($0) of a story about a hen and \($0 * 7 % 13) eggs.\n" }.joined()

  private func folder(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name)) }
    return folder
  }

  @Test func aTokenizerAndItsShards() throws {
    let folder = try folder(["a.txt": Self.text])
    let (tokenizer, shards) = (folder.path + "/tokenizer", folder.path + "/shards")
    let train = try CommandRun(
      ["data", "tokenizer", "--vocabulary-size", "300", folder.path + "/a.txt", "--output", tokenizer])
    #expect(train.status == 0 && train.output.isEmpty, "\(train.error)")
    let loaded = try Tokenizer.load(from: tokenizer)
    #expect(loaded.vocabularySize == 300 && loaded.eosIDs == [0])
    let count = loaded.encode(Self.text).count + 1
    for run in [
      try CommandRun(["data", "shards", "--tokenizer", tokenizer, folder.path + "/a.txt", "--output", shards]),
      try CommandRun(["data", "shards", "--tokenizer", tokenizer, "-", "--output", shards + "2"], input: Self.text),
    ] {
      #expect(run.status == 0 && run.output == "\(count / 1000),\(count % 1000) tokens of 1 documents in 1 shards\n")
    }
    #expect(try TokenSource(shards: shards, tokenizer: loaded).tokenCount == count)
    let lines = try CommandRun(
      ["data", "shards", "--tokenizer", tokenizer, "-", "--delimiter", #"\n"#, "--output", shards + "3"],
      input: Self.text)
    #expect(lines.output.contains("of 400 documents"))
  }

  @Test func charactersAreTokens() throws {
    let folder = try folder(["a.txt": "hello world"])
    let file = folder.path + "/characters.json"
    let run = try CommandRun(["data", "tokenizer", "--characters", folder.path + "/a.txt", "--output", file])
    #expect(run.status == 0, "\(run.error)")
    #expect(try Tokenizer.load(from: file).encode("he d") == [3, 2, 0, 1])
  }

  @Test func badInputFailsBeforeAnythingIsWritten() throws {
    let folder = try folder(["a.txt": "text", "empty.txt": ""])
    let output = folder.path + "/out"
    func error(_ arguments: [String]) throws -> String {
      let run = try CommandRun(["data"] + arguments + ["--output", output])
      #expect(run.status != 0 && !FileManager.default.fileExists(atPath: output + "/tokenizer.json"))
      return run.error
    }
    #expect(try error(["tokenizer", "-n", "300", folder.path + "/none.txt"]).contains("none.txt: does not exist"))
    #expect(try error(["tokenizer", "-n", "300", folder.path + "/empty.txt"]).contains("no text"))
    #expect(try error(["tokenizer", "-n", "200", folder.path + "/a.txt"]).contains("at least 257"))
    #expect(try error(["tokenizer", folder.path + "/a.txt"]).contains("--vocabulary-size or --characters"))
    #expect(try error(["tokenizer", "-n", "300"]).contains("file"))
    #expect(try error(["shards", "--tokenizer", output, folder.path + "/a.txt"]).contains("does not exist"))
  }
}
