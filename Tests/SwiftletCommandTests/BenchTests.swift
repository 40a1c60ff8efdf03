import Foundation
import JSONParsing
import Swiftlet
import Testing

@Suite struct BenchTests {
  private static let quick = ["--prompt-tokens", "16", "--generate-tokens", "4", "--repetitions", "2"]

  @Test func jsonHoldsEverySample() throws {
    let run = try CommandRun(
      ["bench", "--model", "tiny-gpt", "--model", "tiny-llama", "--depth", "0,32", "--threads", "1", "--json"]
        + Self.quick)
    #expect(run.status == 0 && run.error == "", "\(run.error)")
    let rows = try #require(JSONValue(parsing: run.output).array).compactMap(\.object)
    #expect(
      rows.map { $0["test"]?.string } == [
        "pp16", "tg4", "pp16 @ d32", "tg4 @ d32", "pp16", "tg4", "pp16 @ d32", "tg4 @ d32",
      ])
    #expect(
      rows.map { $0["family"]?.string } == Array(repeating: "gpt2", count: 4) + Array(repeating: "llama", count: 4))
    for row in rows {
      #expect(row["samples"]?.array?.count == 2 && row["samples_seconds"]?.array?.count == 2)
      for key in [
        "tokens_per_second", "share_of_limit", "seconds_per_token", "load_seconds", "first_token_seconds",
        "read_bytes_per_second", "float_operations_per_second",
      ] { #expect((row[key]?.double ?? 0) > 0, "\(key)") }
      #expect(row["type"]?.string == "f16" && row["threads"]?.int == 1)
      #expect((row["memory_bytes"]?.int ?? 0) > row["weight_bytes"]?.int ?? .max)
    }
    #expect(rows[0]["parameters"]?.int == 1_155_456)
  }

  @Test func aTableHasALineForEachTest() throws {
    let run = try CommandRun(["bench", "--model", "tiny-gpt", "--threads", "1,2"] + Self.quick)
    #expect(run.status == 0 && run.error == "")
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.contains("tiny-gpt: gpt2, 1,155,456 parameters, f16, 2.31 MB"))
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(run.output)")
    #expect(lines.count { $0.contains(" pp16 ") } == 2 && lines.count { $0.contains(" tg4 ") } == 2)
    #expect(run.output.contains("GFLOP/s") && run.output.contains("% compute") && run.output.contains("% reading"))
    #expect(run.output.contains("opened in") && run.output.contains("in memory"))
  }

  @Test func textsSideBySideShareTheWeights() throws {
    let flags = ["bench", "--model", "tiny-gpt", "-p", "0", "-n", "4", "-r", "1", "--depth", "128"]
    let run = try CommandRun(flags + ["--sequences", "1,4", "--json"])
    let rows = try #require(JSONValue(parsing: run.output).array).compactMap(\.object)
    #expect(rows.map { $0["test"]?.string } == ["tg4 @ d128", "tg4 ×4 @ d128"])
    #expect(rows.map { $0["sequences"]?.int } == [1, 4])
    let read = rows.compactMap { $0["bytes_read_per_token"]?.int }
    // A quarter of the weights, and keys and values of its own.
    #expect(read.count == 2 && read[1] * 4 > read[0] && read[1] * 2 < read[0])
    #expect(rows[0]["limit"]?.string == "reading")
    let table = try CommandRun(flags + ["--sequences", "100"])
    #expect(table.status == 0 && table.output.contains("tg4 ×100 @ d128"), "\(table.error)")
    #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.output)")
  }

  @Test func aPresetIsMadeInMemory() throws {
    let run = try CommandRun(
      [
        "bench", "--model", "llama-small", "--type", "Q8_0", "--prompt-tokens", "8", "--generate-tokens", "0", "-r",
        "1",
        "--json",
      ])
    let rows = try #require(JSONValue(parsing: run.output).array).compactMap(\.object)
    #expect(rows.count == 1 && rows[0]["type"]?.string == "q8_0" && rows[0]["load_seconds"]?.isNull == true)
  }

  @Test func whatDoesNotFitIsLeftOutWithANote() throws {
    let run = try CommandRun(["bench", "--model", "tiny-gpt", "--depth", "0,4096"] + Self.quick)
    #expect(run.status == 0 && run.error.contains("the context holds 256 tokens, so tg4 @ d4096 is left out"))
    let none = try CommandRun(["bench", "--model", "tiny-gpt", "--depth", "4096"] + Self.quick)
    #expect(none.status == 1 && none.error.contains("no test fits"))
  }

  static let mistakes: [(arguments: [String], status: Int32, message: String)] = [
    (["--prompt-tokens", "x"], 64, "--prompt-tokens"), (["--prompt-tokens", "-1"], 64, "--prompt-tokens"),
    (["--depth", "99999999999999"], 64, "--depth"), (["--threads", "0"], 64, "--threads"),
    (["--sequences", "0"], 64, "--sequences"), (["--sequences", "2000"], 64, "--sequences"),
    (["--repetitions", "0"], 64, "--repetitions"), (["--type", "i64"], 64, "--type"),
    (["--prompt-tokens", "0", "--generate-tokens", "0"], 64, "both 0"),
    (["--model", "/no/such/model"], 1, "/no/such/model"), (["--model", "llama-3.1-405b"], 1, "memory"),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreOneMessageAndANonZeroStatus(_ index: Int) throws {
    let mistake = Self.mistakes[index]
    let run = try CommandRun(["bench", "--json"] + mistake.arguments)
    #expect(run.status == mistake.status && run.output == "")
    #expect(run.error.hasPrefix("Error: ") && run.error.contains(mistake.message), "\(run.error)")
  }

  @Test func controlCEndsWithWhatWasMeasured() throws {
    // Each repetition takes a fifth of a second; the interrupt comes with the first line.
    let run = try CommandRun(["bench", "--model", "tiny-gpt", "--repetitions", "1000"]) {
      Thread.sleep(forTimeInterval: 0.5)
      kill($0.processIdentifier, SIGINT)
    }
    #expect(run.status == 130)
    #expect(run.output.hasSuffix("\n"))
  }

  @Test(.enabled(if: TestFiles.hasStories, "needs ../shared")) func aVerySmallModelIsMeasured() throws {
    let run = try CommandRun(
      ["bench", "--model", TestFiles.stories + "/stories260K.bin", "--json", "--generate-tokens", "64"])
    let rows = try #require(JSONValue(parsing: run.output).array).compactMap(\.object)
    #expect(rows.count == 2 && rows.allSatisfy { ($0["runs_per_sample"]?.int ?? 0) > 1 })
  }
}
