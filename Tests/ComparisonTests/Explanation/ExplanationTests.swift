import Comparison
import JSONParsing
import LanguageModels
import Tensors
import Testing

@Suite struct ExplanationTests {
  private func explanation(_ names: String...) throws -> Explanation {
    try Explanation(of: names.map { ($0, try #require(Preset.named($0)).configuration) })
  }

  private func report(_ explanation: Explanation) throws -> [JSONObject] {
    try #require(JSONValue(parsing: explanation.json)["models"]?.array).map { try #require($0.object) }
  }

  @Test func numbersAreThoseOfTheModels() throws {
    let models = try report(explanation("gpt-3-175b", "llama-2-70b", "llama-4-scout"))
    // 96 layers of 12 · 12,288² and their biases and gains, two embeddings, the last norm.
    let layer = 12 * 12_288 * 12_288 + 13 * 12_288
    #expect(models[0]["parameters"]?.int == 96 * layer + (50_257 + 2048) * 12_288 + 2 * 12_288)
    #expect(models[0]["active_parameters"] == models[0]["parameters"])
    #expect(models[1]["kv_cache_bytes_per_token"]?.int == 2 * 80 * 8 * 128 * 2)
    #expect(models[2]["active_parameters"]?.int ?? 0 < 18_000_000_000)
    #expect(models[1]["weight_bytes"]?["f32"]?.int == 4 * 68_976_648_192)
    // All lengths up to the longest context, and nothing beyond a model's own.
    let caches = try models.map { try #require($0["kv_cache"]?.array) }
    #expect(caches[0].compactMap { $0["length"]?.int } == (10...23).map { 1 << $0 } + [10_485_760])
    #expect(caches[0].map { $0["bytes"]?.int != nil } == [true, true] + Array(repeating: false, count: 13))
    #expect(caches[1][2]["bytes"]?.int == 4096 * 327_680)
    // Half of the layers see 256 tokens, and some may be forgotten again: two pages of 256.
    #expect(caches[0][1]["bytes"]?.int == 2 * 48 * (2048 + 2 * 256) * 12_288 * 2)
    // Meta counted 3.8e25 operations for the largest Llama 3.1, OpenAI 3.14e23 without attention for GPT-3.
    let training = try report(explanation("gpt-3-175b", "llama-3.1-405b")).map { $0["training_flops"]?.double ?? 0 }
    #expect(abs(training[0] / 3.14e23 - 1) < 0.05 && abs(training[1] / 3.8e25 - 1) < 0.05, "\(training)")
    #expect(try report(explanation("gpt2", "llama-2-7b"))[0]["training_flops"] == .null)
  }

  @Test func whatDiffersIsMarked() throws {
    let explanation = try explanation("gpt2", "gpt2-medium")
    #expect(explanation.differingParts == ["hidden size", "layers", "attention", "feed-forward"])
    let lines = explanation.terminalText().split(separator: "\n")
    // Lines break between words.
    let words = Set(lines.flatMap { $0.split(separator: " ") })
    for part in explanation.models.flatMap(\.configuration.partDescriptions) {
      #expect(part.value.split(separator: " ").allSatisfy(words.contains), "\(part.value)")
    }
    #expect(lines.contains { $0.hasPrefix("≠ hidden size") && $0.contains("768") && $0.contains("1,024") })
    #expect(lines.contains { $0.hasPrefix("position") && $0.hasSuffix("learned") })
    #expect(lines.contains { $0.hasPrefix("training tokens") && $0.contains("not published (2)") })
  }

  @Test(arguments: [["gpt2", "llama-2-7b"], ["gpt-3-175b", "llama-2-70b", "llama-4-scout"], Preset.all.map(\.name)])
  func textFitsTheTerminal(_ names: [String]) throws {
    let models = try names.map { ($0, try #require(Preset.named($0)).configuration) }
    let explanation = try Explanation(of: models)
    for width in [100, 60] {
      let lines = explanation.terminalText(width: width).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.allSatisfy { $0.count <= width }, "\(lines.max { $0.count < $1.count } ?? "")")
      // Every model has its column, and none is cut.
      for name in names { #expect(lines.contains { $0.split(separator: " ").contains(Substring(name)) }, "\(name)") }
    }
  }

  @Test func markdownHoldsTheTables() throws {
    let markdown = try explanation("gpt-3-175b", "llama-2-70b").markdown
    #expect(markdown.hasPrefix("# gpt-3-175b and llama-2-70b\n"))
    for heading in ["Parts", "Parameters", "Weights in memory", "KV cache in f16", "Published, not computed"] {
      #expect(markdown.contains("\n## \(heading)\n"))
    }
    #expect(markdown.contains("| one more token | 4.72 MB | 327.7 KB |"))
    #expect(markdown.contains("| training tokens | 300B (1) | 2.0T (2) |"))
    #expect(markdown.contains("(2) Touvron et al. 2023, arXiv 2307.09288"))
    let columns = markdown.split(separator: "\n").filter { $0.hasPrefix("|") }.map { $0.split(separator: "|").count }
    #expect(Set(columns).isSubset(of: [2, 3]))
  }

  @Test func modelsOfOnesOwnHaveNoPublishedFacts() throws {
    let explanation = try Explanation(of: [("mine/config.json", .gptSmall), ("gpt2", .gpt2)])
    let models = try report(explanation)
    #expect(models[0]["published"] == .null && models[1]["published"]?["facts"]?.array?.isEmpty == false)
  }

  @Test func oneModelAndImpossibleOnesAreRefused() {
    #expect(throws: ComparisonError.self) { try explanation("gpt2") }
    var wrong = Configuration.gpt2
    wrong.headCount = 0
    let error = #expect(throws: ModelError.self) { try Explanation(of: [("mine", wrong), ("gpt2", .gpt2)]) }
    #expect(error?.file == "mine" && error?.field == "headCount")
    #expect(Explanation.reasonWithoutConfiguration("GPT-4o")?.contains("arXiv 2303.08774") == true)
    #expect(Explanation.reasonWithoutConfiguration("gpt2") == nil)
  }
}
