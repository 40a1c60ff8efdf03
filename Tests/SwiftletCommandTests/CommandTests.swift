import Foundation
import JSONParsing
import Swiftlet
import Testing

@Suite struct CommandTests {
  static let commands = [
    "generate", "chat", "logits", "tokenize", "inspect", "init", "convert", "quantize", "importance", "data",
  ]

  @Test(arguments: commands) func helpHasAnExample(_ command: String) throws {
    let run = try CommandRun([command, "--help"])
    #expect(run.status == 0)
    #expect(run.output.contains("Example") && run.output.contains("swiftlet \(command) "))
  }

  @Test func theBuiltInModelsGoWhereTheProgramGoes() throws {
    let folder = try TemporaryFolder()
    let program = folder.path + "/swiftlet"
    try FileManager.default.copyItem(atPath: CommandRun.executable.path, toPath: program)
    let alone = try CommandRun(["inspect", "gpt"], executable: program)
    #expect(alone.status == 1 && alone.error.contains("tiny-gpt") && alone.error.contains(folder.path))
    let resources = try BuiltInModel.gpt.folder().components(separatedBy: "/BuiltIn/")[0]
    let name = try #require(resources.components(separatedBy: "/").last { $0.hasPrefix("swiftlet_") })
    try FileManager.default.copyItem(
      atPath: CommandRun.executable.deletingLastPathComponent().path + "/" + name, toPath: folder.path + "/" + name)
    #expect(try CommandRun(["inspect", "gpt"], executable: program).status == 0)
  }

  @Test func versionAndUnknownCommand() throws {
    #expect(try CommandRun(["--version"]).output == "0.1.0\n")
    #expect(try CommandRun(["fly"]).status == 64)
  }
}

@Suite struct TokenizeTests {
  @Test func printsIDsAsAJSONArray() throws {
    let tokenizer = try Tokenizer.load(forModel: BuiltInModel.gpt.folder())
    let ids = tokenizer.encode("Once upon a time")
    let text = "[" + ids.map(String.init).joined(separator: ", ") + "]\n"
    #expect(try CommandRun(["tokenize", "--model", "gpt", "Once upon a time"]).output == text)
    #expect(try CommandRun(["tokenize", "--model", "gpt"], input: "Once upon a time").output == text)
    let file = try BuiltInModel.gpt.folder() + "/tokenizer.json"
    #expect(try CommandRun(["tokenize", "--tokenizer", file, "Once upon a time"]).output == text)
  }

  @Test func specialTokensOnlyWhereAskedFor() throws {
    let text = "a<|endoftext|>"
    let plain = try #require(JSONValue(parsing: CommandRun(["tokenize", "--model", "gpt", text]).output).array)
    let special = try #require(
      JSONValue(parsing: CommandRun(["tokenize", "--model", "gpt", "--special", text]).output).array)
    #expect(special.count == 2 && plain.count > 2)
  }

  @Test func linesOfJSON() throws {
    let lines = #"{"text": "Hello, wörld 😀"}"# + "\n\n" + #"{"text": ""}"# + "\n"
    let run = try CommandRun(["tokenize", "--model", "gpt", "--jsonl"], input: lines)
    let answers = try run.output.split(separator: "\n").map { try #require(JSONValue(parsing: String($0)).object) }
    #expect(answers.count == 2)
    #expect(answers.first?["decoded"]?.string == "Hello, wörld 😀")
    #expect(answers.last?["ids"]?.array?.isEmpty == true)
  }

  @Test func badLinesAreNamed() throws {
    for bad in ["{", #"{"ids": 1}"#, #"{"text": 1}"#] {
      let run = try CommandRun(["tokenize", "--model", "gpt", "--jsonl"], input: #"{"text": "a"}"# + "\n" + bad)
      #expect(run.status == 1 && run.error.contains("line 2"), "\(bad): \(run.error)")
    }
    #expect(try CommandRun(["tokenize", "x"]).status == 64)
  }
}

@Suite struct LogitsTests {
  @Test func writesOneRowPerBatchAndToken() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/logits.safetensors"
    let run = try CommandRun(["logits", "--model", "gpt", "--ids", "1,2,3", "--ids", "30, 20, 10", "--output", file])
    #expect(run.status == 0 && run.output == "" && run.error == "")
    let logits = try SafetensorsCheckpoint(path: file).tensor(named: "logits")
    let model = try LanguageModel.load(from: BuiltInModel.gpt.folder())
    #expect(logits.shape == [2, 3, model.configuration.vocabularySize])
    #expect(logits.elementType == .f32)
    #expect(try logits[0].floats() == model.logits([1, 2, 3]).floats())
    #expect(try logits[1].floats() == model.logits([30, 20, 10]).floats())
  }

  static let mistakes: [(ids: [String], status: Int32, message: String)] = [
    (["1,2", "1"], 64, "equal length"), (["1,x"], 64, "1,x"), ([""], 64, "--ids"), (["1,99999"], 1, "99999"),
    (["-1"], 64, "--ids"),
  ]

  @Test(arguments: mistakes.indices) func mistakesAreToldAndNothingIsWritten(_ index: Int) throws {
    let (mistake, folder) = (Self.mistakes[index], try TemporaryFolder())
    let file = folder.path + "/logits.safetensors"
    let run = try CommandRun(["logits", "--model", "gpt", "--output", file] + mistake.ids.flatMap { ["--ids", $0] })
    #expect(run.status == mistake.status && run.error.contains(mistake.message), "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: file))
  }
}

@Suite struct InspectTests {
  @Test(arguments: [("gpt2", 124_439_808), ("llama-3.1-405b", 405_853_388_800)])
  func presetsHaveExactCounts(_ preset: String, count: Int) throws {
    let report = try #require(JSONValue(parsing: CommandRun(["inspect", preset, "--json"]).output).object)
    #expect(report["parameters"]?.int == count)
    let table = try CommandRun(["inspect", preset]).output
    #expect(table.contains("KV cache per token") && table.contains("FLOPs per token"))
  }

  @Test func everyPresetOfTheHelpIsKnown() throws {
    for preset in Preset.all { #expect(try CommandRun(["inspect", preset.name]).status == 0, "\(preset.name)") }
  }

  @Test func unknownNamesListThePresets() throws {
    let run = try CommandRun(["inspect", "gpt-9"])
    #expect(run.status == 1 && run.error.contains("gpt-9") && run.error.contains("llama-3.1-405b"))
  }
}

@Suite struct InitTests {
  @Test func theSameSeedWritesTheSameModel() throws {
    let folder = try TemporaryFolder()
    func weights(_ name: String, seed: Int) throws -> Data? {
      let output = folder.path + "/" + name
      let config = try BuiltInModel.gpt.folder() + "/config.json"
      let run = try CommandRun(["init", config, "--output", output, "--seed", "\(seed)"])
      #expect(run.status == 0, "\(run.error)")
      return FileManager.default.contents(atPath: output + "/model.safetensors")
    }
    let first = try #require(try weights("a", seed: 1))
    #expect(try weights("b", seed: 1) == first)
    #expect(try weights("c", seed: 2) != first)
    // What was written is a model that writes, with the tokenizer from beside the config.json.
    #expect(try CommandRun(["generate", "--model", folder.path + "/a", "--max-tokens", "3", "Once"]).status == 0)
  }
}

@Suite struct ConvertTests {
  @Test func aGPTWritesTheSameAsGGUF() throws {
    let folder = try TemporaryFolder()
    let file = folder.path + "/gpt.gguf"
    #expect(try CommandRun(["convert", "gpt", file]).status == 0)
    func text(_ model: String) throws -> String {
      try CommandRun(["generate", "--model", model, "--temperature", "0", "--max-tokens", "20", "Once upon a time"])
        .output
    }
    #expect(try text(file) == text("gpt"))
  }

  @Test func theTypeIsTheOneAskedFor() throws {
    let folder = try TemporaryFolder()
    let config = try BuiltInModel.gpt.folder() + "/config.json"
    #expect(try CommandRun(["convert", "gpt", folder.path + "/gpt.gguf", "--type", "f32"]).status == 0)
    #expect(try CommandRun(["convert", "gpt", folder.path + "/half.gguf", "--type", "f16"]).status == 0)
    #expect(try CommandRun(["init", config, "--output", folder.path + "/fresh", "--type", "bf16"]).status == 0)
    for (name, tensor, type) in [
      ("gpt.gguf", "token_embd.weight", ElementType.f32), ("half.gguf", "token_embd.weight", .f16),
      ("fresh", "transformer.wte.weight", .bf16),
    ] {
      let model = try ModelCheckpoint.open(folder.path + "/" + name)
      #expect(model.checkpoint.description(of: tensor)?.elementType == type, "\(name)")
    }
  }

  @Test func aFoldersTokenizerFilesAreCopied() throws {
    let (source, folder) = (try BuiltInModel.llama.folder(), try TemporaryFolder())
    #expect(try CommandRun(["convert", "llama", folder.path + "/llama"]).status == 0)
    for name in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"] {
      let copy = FileManager.default.contents(atPath: folder.path + "/llama/" + name)
      #expect(copy == FileManager.default.contents(atPath: source + "/" + name), "\(name)")
    }
  }

  @Test func aModelIsNotWrittenOverItself() throws {
    let folder = try BuiltInModel.gpt.folder()
    let run = try CommandRun(["convert", folder, folder + "/../gpt"])
    #expect(run.status == 1 && run.error.contains("another path"))
  }

  @Test func llama2CHoldsNoGPT() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["convert", "gpt", folder.path + "/gpt.bin"])
    #expect(run.status == 1 && run.error.contains("llama2.c"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/gpt.bin"))
  }

  @Test(.enabled(if: TestFiles.hasStories, "needs ../shared"))
  func llama2CsTokenizerGoesAlong() throws {
    let folder = try TemporaryFolder()
    let (model, tokenizer) = (folder.path + "/model.bin", folder.path + "/tokenizer.bin")
    let arguments = ["convert", TestFiles.stories + "/stories260K.bin", model, "--tokenizer"]
    let run = try CommandRun(arguments + [TestFiles.stories + "/tok512.bin"])
    #expect(run.status == 0 && run.error == "")
    let original = try Data(contentsOf: URL(fileURLWithPath: TestFiles.stories + "/tok512.bin"))
    #expect(FileManager.default.contents(atPath: tokenizer) == original)
    // Another tokenizer that is already there stays.
    try Data("mine".utf8).write(to: URL(fileURLWithPath: tokenizer))
    let kept = try CommandRun(arguments + [TestFiles.stories + "/tok512.bin"])
    #expect(kept.status == 0 && kept.error.contains("was kept"))
    #expect(FileManager.default.contents(atPath: tokenizer) == Data("mine".utf8))
    // One that belongs to another model is refused, and so is a model of the tokenizer's name.
    #expect(try CommandRun(arguments + [BuiltInModel.llama.folder()]).error.contains("512"))
    #expect(try CommandRun(["convert", TestFiles.stories + "/stories260K.bin", tokenizer]).status == 1)
  }
}

@Suite struct ChatTests {
  @Test func everyLineGetsAReply() throws {
    let run = try CommandRun(
      ["chat", "--model", "gpt", "--temperature", "0", "--max-tokens", "6"],
      input: "Hello\n\n/clear\nHello\n/exit\nnot read\n")
    #expect(run.status == 0 && run.error == "")
    let replies = run.output.split(separator: "\n", omittingEmptySubsequences: true)
    #expect(!replies.isEmpty)
    #expect(String(run.output.prefix(run.output.count / 2)) == String(run.output.suffix(run.output.count / 2)))
  }

  @Test func aConversationThatOutgrowsTheContextIsToldSo() throws {
    let run = try CommandRun(["chat", "--model", "gpt"], input: String(repeating: "word ", count: 2_000) + "\n")
    #expect(run.status == 1 && run.error.contains("context holds"))
  }
}
