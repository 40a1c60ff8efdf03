import Foundation
import JSONParsing
import Testing

@Suite struct CompareTests {
  private let folder: TemporaryFolder
  private var output: String { folder.path + "/compare" }

  init() throws { folder = try TemporaryFolder() }

  /// An experiment that takes a moment.
  private func run(_ arms: [String], _ more: [String] = []) throws -> CommandRun {
    let size = ["--layers", "1", "--heads", "2", "--hidden-size", "16", "--steps", "10", "--seeds", "2"]
    return try CommandRun(
      ["compare"] + arms + size + ["--learning-rates", "0.01", "--output", output] + more)
  }

  @Test func armsAreComparedAndFoundAgain() throws {
    let first = try run(["gpt2", "gpt2+rotary"], ["--json"])
    #expect(first.status == 0, "\(first.error)")
    let arms = try #require(try JSONValue(parsing: Array(first.output.utf8))["arms"]?.array)
    #expect(arms.map { $0["arm"]?.string } == ["gpt2", "gpt2+rotary"])
    #expect(arms[1]["against"]?.string == "gpt2")
    for name in ["report.html", "report.md", "report.csv", "runs.csv"] {
      #expect(FileManager.default.fileExists(atPath: output + "/" + name))
    }
    let again = try run(["gpt2", "gpt2+rotary"], ["--json"])
    #expect(again.error.contains("4 of them are in"))
    let (before, after) = (arms[1]["difference"], try JSONValue(parsing: Array(again.output.utf8))["arms"]?.array?[1])
    #expect(after?["difference"] == before)
  }

  @Test func theCostIsToldBeforeAnythingIsDone() throws {
    let run = try CommandRun(["compare", "--full", "--dry-run", "--output", output])
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.error.contains("17 arms"))
    #expect(run.error.contains("FLOP: about"))
    #expect(!FileManager.default.fileExists(atPath: output + "/report.html"))
  }

  @Test func textOfOnesOwnIsCompared() throws {
    let text = (0..<4000).map { "Line \($0) of a story about a hen and \($0 * 7 % 13) eggs.\n" }.joined()
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/a.txt"))
    let run = try run(["gpt2", "gpt2+swiglu"], ["--data", folder.path + "/a.txt", "--context-length", "32"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("gpt2+swiglu against gpt2"))
    // Other text under the same name is not what was learned from.
    try Data(text.replacing("hen", with: "fox").utf8).write(to: URL(fileURLWithPath: folder.path + "/a.txt"))
    let other = try self.run(["gpt2", "gpt2+swiglu"], ["--data", folder.path + "/a.txt", "--context-length", "32"])
    #expect(other.status == 0)
    #expect(!other.error.contains("already"))
  }

  @Test func hybridsFromAFileAreCompared() throws {
    let first = try run(["gpt2", "gpt2+rmsnorm"])
    #expect(first.status == 0, "\(first.error)")
    let runs = try FileManager.default.contentsOfDirectory(atPath: output + "/runs").filter { !$0.hasPrefix(".") }
    let hybrid = try #require(
      runs.map { output + "/runs/\($0)/config.json" }.first { path in
        (try? String(contentsOfFile: path, encoding: .utf8))?.contains("\"swiftlet\"") == true
      })
    let run = try run(["gpt2", "mine=\(hybrid)"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("mine against gpt2"))
  }

  @Test func trainedModelsAreMeasured() throws {
    let run = try CommandRun(["compare", "tiny-gpt", "tiny-llama", "--json", "--output", output])
    #expect(run.status == 0, "\(run.error)")
    let models = try JSONValue(parsing: Array(run.output.utf8))["models"]?.array
    #expect(models?.count == 2)
    #expect(FileManager.default.fileExists(atPath: output + "/report.html"))
  }

  @Test func modelsAreExplainedWithoutTraining() throws {
    let run = try CommandRun(["compare", "--explain", "gpt-3-175b", "llama-2-70b"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("174,604,259,328"))
    #expect(run.output.contains("327.7 KB"))
    #expect(try CommandRun(["compare", "--explain", "gpt2", "gpt-4"]).error.contains("not published"))
  }

  @Test(
    arguments: [
      (["gpt2"], "one arm is no comparison"), (["gpt2", "gpt2"], "two arms are called gpt2"),
      (["gpt2", "gpt2+rotory"], "is no part"), (["gpt2", "nosuch"], "no such file, folder or preset"),
      (["gpt2", "gpt-oss-20b"], "cannot have"), (["gpt2", "tiny-gpt"], "tiny-gpt is trained"),
      (["tiny-gpt", "tiny-llama+rotary"], "cannot be changed"), (["--explain", "gpt2"], "two or more"),
      (["--quick", "--full"], "either --quick or --full"), (["--jobs", "0"], "--jobs is 0"),
      (["--learning-rates", "fast"], "learning-rates"), (["--learning-rates", "1e-3,-1"], "learning-rates"),
      (["--seeds", "0"], "0 seeds"), (["--heads", "3"], "evenly"), (["--validation", "x.txt"], "belongs to --data"),
      (["--data", "nosuch.txt"], "nosuch.txt"), (["--steps", "9223372036854775807"], "steps"),
      (["--tokenizer", "nosuch"], "nosuch"),
    ] as [([String], String)])
  func whatCannotBeComparedIsSaid(arguments: [String], message: String) throws {
    let run = try CommandRun(["compare", "--output", output] + arguments)
    #expect(run.status != 0)
    #expect(run.error.contains(message), "\(run.error)")
    #expect(run.output.isEmpty)
  }
}
