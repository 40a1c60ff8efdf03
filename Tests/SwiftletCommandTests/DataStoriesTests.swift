import Foundation
import JSONParsing
import Swiftlet
import Testing

@Suite struct DataStoriesTests {
  private func stories(_ arguments: [String]) throws -> CommandRun { try CommandRun(["data", "stories"] + arguments) }

  @Test func helpHasAnExample() throws {
    let run = try stories(["--help"])
    #expect(run.status == 0 && run.output.contains("Example") && run.output.contains("swiftlet data stories "))
  }

  @Test func writesTextOrLinesThatHoldTheSameStories() throws {
    let folder = try TemporaryFolder()
    let (lines, plain) = (folder.path + "/s.jsonl", folder.path + "/s.txt")
    let expected = Array(try StoryGrammar.standard().stories(seed: 7).prefix(50))
    #expect(try stories(["--documents", "50", "--seed", "7", "--output", lines]).status == 0)
    let read = try String(contentsOfFile: lines, encoding: .utf8).split(separator: "\n")
      .map { try #require(JSONValue(parsing: String($0)).object) }
    #expect(read.map { $0["text"]?.string } == expected.map(\.text))
    #expect(read.map { $0["bits"]?.double } == expected.map(\.bits))
    #expect(try stories(["--documents", "50", "--seed", "7", "--output", plain]).status == 0)
    let text = expected.map { $0.text + "\n" }.joined(separator: "\n")
    #expect(try String(contentsOfFile: plain, encoding: .utf8) == text)
    #expect(try stories(["--documents", "50", "--seed", "7"]).output == text)
    #expect(try stories(["--documents", "50", "--seed", "8"]).output != text)
  }

  /// The expected tokens come from the grammar alone, the written ones from encoding whole stories.
  @Test(arguments: ["gpt", "llama"]) func countsTokensAsTheTokenizerDoes(_ model: String) throws {
    let folder = try TemporaryFolder()
    let run = try stories(
      ["--documents", "4000", "--seed", "3", "--tokenizer", model, "--json", "--output", folder.path + "/s.txt"])
    let report = try #require(JSONValue(parsing: run.output).object)
    func value(_ side: String, _ key: String) throws -> Double {
      try #require(report[side]?.object?[key]?.double)
    }
    // A story's tokens spread by less than 30, so the mean of 4000 by less than 0.5.
    let (expected, written) = try (value("expected", "tokens_per_document"), value("written", "tokens_per_document"))
    #expect(abs(expected - written) < 1.5, "\(expected) expected, \(written) written")
    let nats = try value("expected", "bits_per_document") * log(2) / expected
    #expect(try abs(value("expected", "nats_per_token") - nats) < 1e-12)
  }

  @Test func badFlagsAreRefused() throws {
    #expect(try stories([]).status == 64)
    #expect(try stories(["--documents", "-1"]).status == 64)
    #expect(try stories(["--documents", "1", "--output", "s.csv"]).status == 64)
    #expect(try stories(["--documents", "1", "--output", "/nowhere/s.txt"]).status == 1)
    #expect(try stories(["--documents", "0"]).output == "")
  }
}
