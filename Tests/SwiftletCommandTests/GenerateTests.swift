import Foundation
import JSONParsing
import Swiftlet
import Testing

@Suite struct GenerateTests {
  @Test func continuesAPromptOnStandardOutputAlone() throws {
    let run = try CommandRun([
      "generate", "--model", "gpt", "--temperature", "0", "--max-tokens", "12", "Once upon a time",
    ])
    #expect(run.status == 0)
    #expect(run.error == "")
    let model = try LanguageModel.load(from: BuiltInModel.gpt.folder())
    let tokenizer = try Tokenizer.load(forModel: BuiltInModel.gpt.folder())
    var text = ""
    try Generator(model: model, tokenizer: tokenizer).generate(
      "Once upon a time", options: GenerationOptions(sampling: .greedy, maxTokens: 12)
    ) {
      text += $0.text
      return true
    }
    #expect(!text.isEmpty)
    #expect(run.output == text + "\n")
  }

  @Test func theCacheIsOfTheTypesAskedFor() throws {
    let folder = try BuiltInModel.gpt.folder()
    let generator = try Generator(
      model: LanguageModel.load(from: folder), tokenizer: Tokenizer.load(forModel: folder),
      cacheTypes: #require(KVCacheTypes(keys: .q4_0, values: .q8_0)))
    let text = try generator.text(
      after: "Once upon a time", options: GenerationOptions(sampling: .greedy, maxTokens: 40))
    let flags = [
      "generate", "--model", "gpt", "--temperature", "0", "--max-tokens", "40", "--echo", "Once upon a time",
    ]
    let run = try CommandRun(flags + ["--cache-type", "q8_0", "--cache-type-k", "Q4_0"])
    #expect(run.status == 0 && run.output == text + "\n")
    let wrong = try CommandRun(flags + ["--cache-type", "q4_K"])
    #expect(wrong.status != 0 && wrong.error.contains("cache-type") && wrong.error.contains("bf16"))
  }

  @Test func withoutAModelAllBuiltInOnesWrite() throws {
    let run = try CommandRun(["generate", "--seed", "3", "--max-tokens", "8", "Once upon a time"])
    #expect(run.status == 0)
    #expect(run.output.components(separatedBy: "Once upon a time").count == BuiltInModel.allCases.count + 1)
    for model in BuiltInModel.allCases { #expect(run.error.contains("\(model.name) (")) }
    #expect(run.error.contains("parameters)") && run.error.contains("tokens/s"))
  }

  @Test func sameSeedSameText() throws {
    func text(_ seed: Int) throws -> String {
      try CommandRun(["generate", "--model", "gpt", "--seed", "\(seed)", "--max-tokens", "20", "The"]).output
    }
    #expect(try text(7) == text(7))
    #expect(try text(7) != text(8))
  }

  @Test func jsonTellsEverything() throws {
    let run = try CommandRun(["generate", "--model", "gpt", "--json", "--seed", "9", "--max-tokens", "4", "Once"])
    let report = try #require(JSONValue(parsing: run.output).object)
    #expect(report["model"]?.string == "gpt")
    #expect(report["tokens"]?.array?.count == 4)
    #expect(report["generated_tokens"]?.int == 4)
    #expect(report["reason"]?.string == "length")
    #expect(report["seed"]?.int == 9)
  }

  @Test(arguments: [["--temperature", "0"], ["--seed", "5", "--repetition-penalty", "1.2"]])
  func guessesLeaveTheTextAsItIs(_ sampling: [String]) throws {
    let options = ["generate", "--model", "gpt", "--json", "--max-tokens", "60", "--ignore-end-of-text"] + sampling
    func report(_ more: [String]) throws -> JSONObject {
      try #require(JSONValue(parsing: CommandRun(options + more + ["Once upon a time"]).output).object)
    }
    let plain = try report([])
    #expect(plain["drafted_tokens"]?.int == 0)
    let guesses = [
      ["--speculate", "lookup"], ["--draft-model", "gpt"], ["--draft-model", "gpt", "--draft-tokens", "2"],
    ]
    for guesses in guesses {
      let report = try report(guesses)
      #expect(report["tokens"] == plain["tokens"] && report["text"] == plain["text"])
      let (drafted, accepted) = (report["drafted_tokens"]?.int ?? 0, report["accepted_tokens"]?.int ?? 0)
      if guesses.contains("gpt") { #expect(drafted > 30 && accepted == drafted) }
    }
    let told = try CommandRun(
      ["generate", "--model", "gpt", "--verbose", "--draft-model", "gpt", "--max-tokens", "9", "Once"] + sampling)
    #expect(told.error.contains("(100%)"), "\(told.error)")
  }

  @Test func promptsComeFromFilesAndStandardInput() throws {
    let options = ["--model", "gpt", "--temperature", "0", "--max-tokens", "6"]
    let direct = try CommandRun(["generate"] + options + ["Once upon a time"])
    #expect(try CommandRun(["generate"] + options + ["-"], input: "Once upon a time\n").output == direct.output)
    let folder = try TemporaryFolder()
    try Data("Once upon a time".utf8).write(to: URL(fileURLWithPath: folder.path + "/prompt"))
    #expect(
      try CommandRun(["generate"] + options + ["--prompt-file", folder.path + "/prompt"]).output == direct.output)
    #expect(
      try CommandRun(["generate"] + options + ["--echo", "Once upon a time"]).output == "Once upon a time"
        + direct.output)
  }

  @Test func stopStringsEndTheText() throws {
    let options = ["generate", "--model", "gpt", "--temperature", "0", "--max-tokens", "40", "Once upon a time"]
    let whole = try CommandRun(options).output
    let stop = String(whole.dropFirst(10).prefix(4))
    let cut = try CommandRun(options + ["--stop", stop]).output
    #expect(whole.hasPrefix(cut.dropLast()) && !cut.contains(stop) && cut.count < whole.count)
  }

  static let mistakes: [(arguments: [String], status: Int32, message: String)] = [
    (["--temperature", "nan", "x"], 64, "temperature"), (["--top-p", "2", "x"], 64, "top-p"),
    (["--threads", "0", "x"], 64, "--threads"), (["--logit-bias", "5", "x"], 64, "--logit-bias"),
    (["--stop", "", "x"], 64, "stop string"), (["--prompt-file", "a", "x"], 64, "not both"),
    (["--model", "/no/such/model", "x"], 1, "/no/such/model"),
    (["--prompt-file", "/no/such/file"], 1, "/no/such/file"),
    (["--speculate", "magic", "x"], 64, "--speculate"), (["--draft-tokens", "8", "x"], 64, "from 1 to 7"),
    (["--speculate", "lookup", "--draft-model", "gpt", "x"], 64, "not both"),
    (["--model", "gpt", "--draft-model", "/no/such/model", "x"], 1, "/no/such/model"),
    (["--model", "gpt", "--draft-model", "llama", "x"], 1, "same vocabulary"),
    (["--model", "gpt", "--logit-bias", "999999=1", "x"], 1, "999999"),
    (["--model", "gpt", String(repeating: "word ", count: 2_000)], 1, "context holds 256"),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreOneMessageAndANonZeroStatus(_ index: Int) throws {
    let mistake = Self.mistakes[index]
    let run = try CommandRun(["generate"] + mistake.arguments)
    #expect(run.status == mistake.status)
    #expect(run.output == "")
    #expect(run.error.hasPrefix("Error: ") && run.error.contains(mistake.message), "\(run.error)")
  }

  @Test func controlCEndsCleanlyWithStatus130() throws {
    let endless = ["--model", "gpt", "--max-tokens", "100000000", "--ignore-end-of-text", "Once upon a time"]
    // The context ends even such a text; the interrupt comes long before.
    let run = try CommandRun(["generate"] + endless) { kill($0.processIdentifier, SIGINT) }
    #expect(run.status == 130)
    #expect(run.output.hasSuffix("\n"))
  }

  @Test(.enabled(if: TestFiles.hasStories, "needs ../shared")) func greedyTextIsThatOfLlama2C() throws {
    let expected = try String(contentsOfFile: TestFiles.stories + "/expected-greedy.txt", encoding: .utf8)
    let tokenizer = ["--tokenizer", TestFiles.stories + "/tok512.bin"]
    let greedy = ["generate", "--temperature", "0", "--model"]
    #expect(try CommandRun(greedy + [TestFiles.stories + "/stories260K.bin"] + tokenizer).output == expected)
    // Through every other format and back.
    let folder = try TemporaryFolder()
    let stages = ["folder", "model.gguf", "again.bin"].map { folder.path + "/" + $0 }
    for (source, target) in zip([TestFiles.stories + "/stories260K.bin"] + stages, stages) {
      let run = try CommandRun(["convert", source, target] + tokenizer)
      #expect(run.status == 0, "\(run.error)")
      let own = target.hasSuffix(".bin") ? tokenizer : []
      #expect(try CommandRun(greedy + [target] + own).output == expected, "\(target)")
    }
  }
}
