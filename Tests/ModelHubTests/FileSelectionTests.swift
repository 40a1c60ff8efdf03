import ModelHub
import Testing

/// Which files of a repository are fetched.
@Suite struct FileSelectionTests {
  private func chosen(_ paths: [String], include: [String] = [], exclude: [String] = []) throws -> [String] {
    let checksum = try #require(HubChecksum("git:" + String(repeating: "0", count: 40)))
    let snapshot = try HubSnapshot(
      repository: HubRepository("a/b"), revision: "main", commit: TestHub.commit,
      files: paths.map { try HubFile(path: $0, byteCount: 1_500_000, checksum: checksum) })
    let selection = FileSelection(
      include: try include.map { try GlobPattern($0) }, exclude: try exclude.map { try GlobPattern($0) })
    return try selection.files(of: snapshot).map(\.path)
  }

  @Test func aModelIsFetchedOnce() throws {
    let small = ["chat_template.jinja", "config.json", "merges.txt", "tokenizer.model"]
    let noise = ["README.md", "pytorch_model.bin", "onnx/model.onnx", "fp16/model.safetensors", "model.gguf"]
    #expect(try chosen(small + noise + ["model.safetensors"]) == (small + ["model.safetensors"]).sorted())
    // The original layout lies beside the one that is loaded.
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    let index = "model.safetensors.index.json"
    #expect(
      try chosen(["consolidated.safetensors", index] + shards) == shards + [index])
    #expect(try chosen(["model.safetensors", "model.fp16.safetensors"]) == ["model.safetensors"])
    #expect(try chosen(["weights.safetensors"]) == ["weights.safetensors"])
  }

  @Test func aGGUFIsFetchedWhereThereIsNothingElse() throws {
    #expect(try chosen(["model-Q8_0.gguf", "README.md"]) == ["model-Q8_0.gguf"])
    let parts = ["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]
    #expect(try chosen(parts) == parts)
  }

  @Test func ofSeveralGGUFsOneMustBeNamed() throws {
    let models = ["x-Q4_K_M.gguf", "x-Q8_0.gguf", "big/x-F16-00001-of-00002.gguf", "big/x-F16-00002-of-00002.gguf"]
    let error = #expect(throws: HubError.self) { try chosen(models) }
    #expect(error?.code == .choiceNeeded)
    #expect(error?.message.contains("3 GGUF models") == true)
    #expect(error?.message.contains("x-Q8_0.gguf  1.5 MB") == true)
    #expect(error?.message.contains("--include 'big/x-F16-*-of-00002.gguf'") == true)
    #expect(try chosen(models, include: ["*Q4_K_M*"]) == ["x-Q4_K_M.gguf"])
    #expect(try chosen(models, include: ["big/x-F16-*-of-00002.gguf"]).count == 2)
    #expect(try chosen(models, exclude: ["big/*", "*Q8*"]) == ["x-Q4_K_M.gguf"])
  }

  @Test func whatCannotBeLoadedIsSaid() throws {
    let pickles = #expect(throws: HubError.self) { try chosen(["pytorch_model.bin", "config.json"]) }
    #expect(pickles?.code == .nothingToFetch && pickles?.message.contains("PyTorch") == true)
    let none = #expect(throws: HubError.self) { try chosen(["a.json"], include: ["*.safetensors"]) }
    #expect(none?.code == .nothingToFetch && none?.message.contains("a.json") == true)
    #expect(throws: HubError.self) { try chosen([]) }
    // A repository of a tokenizer alone is fine.
    #expect(try chosen(["tokenizer.json"]) == ["tokenizer.json"])
  }

  @Test(arguments: [
    ("*.json", "a/b.json", true), ("a/*.json", "a/b.json", true), ("*/b.json", "a/b.json", true),
    ("a/*", "a/b/c", false), ("a/**", "a/b/c", true), ("**/c", "a/b/c", true), ("?.json", "b.json", true),
    ("?.json", "bb.json", false), ("b", "b.json", false), ("*b*b*", "abab", true), ("*.JSON", "b.json", false),
    ("*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 200), false),
  ])
  func patternsMatch(pattern: String, path: String, isMatch: Bool) throws {
    let checksum = try #require(HubChecksum("sha256:" + String(repeating: "AB", count: 32)))
    let file = try HubFile(path: path, byteCount: 0, checksum: checksum)
    #expect(try GlobPattern(pattern).matches(file) == isMatch)
  }

  @Test(arguments: ["", "gpt2", "a/b/c", "/b", "a/", "../b", "a/..", "a b/c", "a/b\n", "-x/y", "ä/b"])
  func otherThingsAreNoRepository(text: String) { #expect(throws: HubError.self) { try HubRepository(text) } }
}
