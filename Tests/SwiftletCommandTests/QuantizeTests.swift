import Foundation
import JSONParsing
import Swiftlet
import Testing

@Suite struct QuantizeTests {
  @Test func aQuantisedModelWrites() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/small.gguf"
    let run = try CommandRun(["quantize", "llama", path, "q8_0", "--json"])
    #expect(run.status == 0 && run.error == "")
    let report = try #require(JSONValue(parsing: run.output).object)
    #expect(report["type"]?.string == "Q8_0" && report["file_type"]?.int == 7)
    #expect(report["tensors"]?.object?["blk.0.attn_q.weight"]?.string == "q8_0")
    let size = try #require(report["bytes"]?.int)
    let file = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    #expect(size < file && file < size + 100_000)
    let text = try CommandRun([
      "generate", "--model", path, "--temperature", "0", "--max-tokens", "20", "Once upon a time",
    ])
    let original = try CommandRun(
      ["generate", "--model", "llama", "--temperature", "0", "--max-tokens", "20", "Once upon a time"])
    #expect(text.status == 0 && text.output.prefix(40) == original.output.prefix(40))
  }

  @Test func importanceIsMeasuredAndUsed() throws {
    let folder = try TemporaryFolder()
    let (matrix, text) = (folder.path + "/imatrix.gguf", folder.path + "/text.txt")
    try String(repeating: "Once upon a time there was a little dog. ", count: 60).write(
      toFile: text, atomically: true, encoding: .utf8)
    let run = try CommandRun(
      ["importance", "--model", "llama", "--data", text, "--output", matrix, "--context-length", "64", "--chunks", "4"])
    #expect(run.status == 0 && run.error == "" && run.output.contains("4 pieces"))
    #expect(try ImportanceMatrix(path: matrix).chunkCount == 4)
    let small = folder.path + "/small.gguf"
    #expect(try CommandRun(["quantize", "llama", small, "Q4_0", "--importance", matrix]).status == 0)
    #expect(try GGUFCheckpoint(path: small).metadata.int("quantize.imatrix.chunks_count") == 4)
    let foreign = try CommandRun(["quantize", "gpt", small, "Q4_0", "--importance", matrix])
    #expect(foreign.status == 1 && foreign.error.contains("another model"))
  }

  @Test func mistakesAreTold() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/small.gguf"
    let unknown = try CommandRun(["quantize", "gpt", path, "Q7_K"])
    #expect(unknown.status == 64 && unknown.error.contains("Q4_K_M") && unknown.error.contains("IQ4_NL"))
    #expect(try CommandRun(["quantize", "gpt", folder.path + "/small.bin", "Q4_K_M"]).status == 64)
    #expect(try CommandRun(["quantize", "gpt", path, "Q8_0"]).status == 0)
    let again = try CommandRun(["quantize", path, folder.path + "/again.gguf", "Q4_0"])
    #expect(again.status == 1 && again.error.contains("--requantize"))
    #expect(try CommandRun(["quantize", path, folder.path + "/again.gguf", "Q4_0", "--requantize"]).status == 0)
    #expect(try CommandRun(["quantize", path, path, "Q4_0", "--requantize"]).error.contains("another path"))
    let dry = try CommandRun(["quantize", "gpt", folder.path + "/dry.gguf", "Q4_0", "--dry-run"])
    #expect(dry.status == 0 && dry.output.contains("not written"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/dry.gguf"))
    let folderOut = try CommandRun(["convert", "gpt", folder.path + "/folder", "--type", "q4_k_m"])
    #expect(folderOut.status == 1 && folderOut.error.contains(".gguf"))
    #expect(try CommandRun(["importance", "--model", "gpt", "--data", "/nowhere", "--output", path]).status == 1)
  }
}
