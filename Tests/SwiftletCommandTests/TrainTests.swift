import Foundation
import JSONParsing
import Swiftlet
import Testing

@Suite struct TrainTests {
  private static let text = (0..<600).map { "Line \($0) of a story about a hen and \($0 * 7 % 13) eggs.\n" }.joined()
  private let folder: TemporaryFolder
  private var output: String { folder.path + "/run" }

  init() throws {
    folder = try TemporaryFolder()
    try write(Self.text, "a.txt")
  }

  @discardableResult private func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path + "/" + name))
    return folder.path + "/" + name
  }

  private func file(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
  }

  private func tokenizer() throws -> String {
    let path = folder.path + "/tokenizer"
    let run = try CommandRun(["data", "tokenizer", "--characters", folder.path + "/a.txt", "--output", path])
    #expect(run.status == 0, "\(run.error)")
    return path
  }

  /// A run that takes a moment, but not long.
  private func arguments(_ more: [String] = [], output: String? = nil) throws -> [String] {
    let size = ["--layers", "2", "--heads", "2", "--hidden-size", "32", "--context-length", "32", "--batch-size", "4"]
    return try ["train", "--model", "llama-small", "--tokenizer", tokenizer(), "--data", folder.path + "/a.txt"] + size
      + ["--output", output ?? self.output] + more
  }

  @Test func aModelLearnsAndOpens() throws {
    let run = try CommandRun(
      arguments([
        "--steps", "60", "--learning-rate", "1e-2", "--validation-fraction", "0.1", "--floor", "0.1", "--json",
      ]))
    #expect(run.status == 0, "\(run.error)")
    let result = try JSONValue(parsing: Array(run.output.utf8))
    let loss = try #require(result["validation_loss"]?.double)
    // The characters alone have 3.4 nats, their pairs fewer than 2.
    #expect(loss < 2 && result["complete"]?.bool == true && result["steps"]?.int == 60)
    #expect(try #require(result["validation_bits_per_byte"]?.double) > loss / 0.6931472 * 0.9)
    let written = try CommandRun(["generate", "--model", output, "--temperature", "0", "--max-tokens", "5", "Line "])
    #expect(written.status == 0 && written.output.count > 1, "\(written.error)")
    let rows = String(decoding: try file("run/metrics.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 61 && rows[0] == "step,loss,validation_loss,learning_rate,gradient_norm,tokens_per_second")
    // Every twentieth of the run, and at its end.
    #expect(
      rows.dropFirst().filter { !$0.split(separator: ",", omittingEmptySubsequences: false)[2].isEmpty }.count == 20)
    #expect(String(decoding: try file("run/loss.html"), as: UTF8.self).contains("<svg"))
  }

  /// `kill -9` at some moment, then `--resume` with nothing else: as if nothing had happened.
  @Test func aKilledRunGoesOn() throws {
    let more = ["--steps", "40", "--checkpoint-every", "3", "--dropout", "0.1", "--seed", "7"]
    let straight = try CommandRun(arguments(more, output: folder.path + "/straight"))
    #expect(straight.status == 0, "\(straight.error)")
    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = try arguments(more)
    try process.run()
    let reached = output + "/checkpoints/step-00000009"
    while process.isRunning, !FileManager.default.fileExists(atPath: reached) { Thread.sleep(forTimeInterval: 0.002) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal, "it ended before it could be killed")
    let resumed = try CommandRun(["train", "--resume", "--output", output])
    #expect(resumed.status == 0 && resumed.error.contains("going on after step"), "\(resumed.error)")
    for name in ["model.safetensors", "checkpoints/step-00000040/optimizer.safetensors"] {
      #expect(try file("run/" + name) == file("straight/" + name), "\(name)")
    }
  }

  @Test func aSignalSavesAndStops() throws {
    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = try arguments(["--steps", "100000"])
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    while process.isRunning, (try? file("run/metrics.csv").count) ?? 0 < 200 { Thread.sleep(forTimeInterval: 0.005) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let rows = String(decoding: try file("run/metrics.csv"), as: UTF8.self).split(separator: "\n").count - 1
    let newest = try TrainingCheckpoint.newest(in: output) { _ in }
    #expect(newest.completedSteps == rows && rows > 0)
  }

  @Test func aRunIsNeitherRepeatedNorBent() throws {
    #expect(try CommandRun(arguments(["--steps", "4"])).status == 0)
    let again = try CommandRun(arguments(["--steps", "4"]))
    #expect(again.status != 0 && again.error.contains("holds a run that has taken 4 steps; add --resume"))
    let bent = try CommandRun(["train", "--output", output, "--resume", "--learning-rate", "0.5"])
    #expect(bent.status != 0 && bent.error.contains("learningRate was 0.0006, not 0.5"))
    let longer = try CommandRun(["train", "--output", output, "--resume", "--steps", "6"])
    #expect(longer.status == 0 && longer.error.contains("the schedule now ends at step 6"))
    try write(Self.text + "More.", "a.txt")
    let other = try CommandRun(["train", "--output", output, "--resume", "--steps", "8"])
    #expect(other.status != 0 && other.error.contains("the run began with other data"))
  }

  @Test func aFullDiskLeavesTheLastCheckpoint() throws {
    let run = try CommandRun(arguments(["--steps", "4"]))
    #expect(run.status == 0)
    let before = try file("run/model.safetensors")
    // Files cannot grow beyond 8 or 16 kB (blocks of 512 or 1024 bytes), as on a disk that is full.
    let command =
      "trap '' XFSZ; ulimit -f 16; exec \(CommandRun.executable.path) train --resume --steps 9 --output \(output)"
    let process = Process()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardError = errors
    try process.run()
    let message = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(
      process.terminationStatus == 1 && message.contains("File too large") && message.contains("--resume"), "\(message)"
    )
    #expect(try file("run/model.safetensors") == before)
    #expect(try TrainingCheckpoint.newest(in: output) { _ in }.completedSteps == 4)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: output + "/checkpoints").allSatisfy {
        !$0.contains("partial")
      })
  }

  @Test func whatCannotBeTrainedIsSaidAtOnce() throws {
    let ids = try write(#"{"ids": [1, 2, 3]}"# + "\n" + #"{"ids": [1, 999999]}"# + "\n", "ids.jsonl")
    let empty = try write("", "empty.txt")
    let text = folder.path + "/a.txt"
    let small = ["--layers", "1", "--heads", "2", "--hidden-size", "32"]
    for (arguments, message) in [
      (["--data", text], "give --model"),
      (["--model", "nothing-like-it", "--data", text], "no such file or folder"),
      (["--model", "llama-small"] + small, "give --data"),
      (["--model", "llama-small", "--data", text] + small, "no tokenizer"),
      (["--model", "gpt", "--data", folder.path + "/missing.txt"], "missing.txt"),
      (["--model", "gpt", "--data", empty], "holds no text"),
      (["--model", "gpt", "--data", ids, "--batch-size", "2"], "ids up to 999999"),
      (["--model", "gpt", "--data", text, "--context-length", "5000"], "context of 5000"),
      (["--model", "gpt", "--data", text, "--layers", "3"], "has its size already"),
      (["--model", "gpt", "--data", text, "--batch-size", "4096"], "fewer than one batch of 4096"),
      (["--model", "gpt", "--data", text, "--steps", "10", "--warmup", "11"], "do not fit"),
      (["--model", "gpt", "--data", text, "--learning-rate", "-1"], "learning rate"),
      (["--model", "gpt", "--data", text, "--data-weight", "1", "2"], "give one for each"),
      (["--model", "gpt", "--data", text, "--validation", text, "--validation-fraction", "0.1"], "give either"),
      (["--model", "gpt", "--data", text, "--validation-fraction", "1.5"], "between 0 and 1"),
      (["--model", "llama-small", "--heads", "7", "--hidden-size", "32", "--data", ids], "evenly"),
      (["--model", "llama-small", "--layers", "1000000000", "--data", ids], "1000000000 layers"),
      (["--model", "llama-small", "--context-length", "0", "--data", ids], "a size of 0"),
      (["--resume"], "holds no checkpoint"),
    ] {
      let run = try CommandRun(["train", "--output", output] + arguments)
      #expect(run.status != 0 && run.error.contains(message), "\(arguments): \(run.error)")
      #expect(run.output.isEmpty && !FileManager.default.fileExists(atPath: output + "/checkpoints/step-00000000"))
    }
  }
}
