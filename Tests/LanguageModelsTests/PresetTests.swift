import LanguageModels
import Tensors
import Testing

@Suite struct PresetTests {
  /// Counts that the papers' shapes give, computed independently from the published code.
  static let exact: [(String, Int)] = [
    ("gpt-1", 116_534_784), ("gpt2", 124_439_808), ("gpt2-medium", 354_823_168), ("gpt2-large", 774_030_080),
    ("gpt2-xl", 1_557_611_200), ("llama-3-8b", 8_030_261_248), ("llama-2-7b", 6_738_415_616),
    ("llama-3.2-1b", 1_235_814_400), ("llama-3.2-3b", 3_212_749_824), ("llama-3.1-405b", 405_853_388_800),
  ]
  /// In billions, to the three decimals that the tables give.
  static let rounded: [(String, Double)] = [
    ("llama-1-7b", 6.738), ("llama-1-13b", 13.016), ("llama-1-33b", 32.529), ("llama-1-65b", 65.286),
    ("llama-2-70b", 68.977), ("llama-3-70b", 70.554), ("llama-3.3-70b", 70.554),
  ]

  @Test(arguments: exact) func parameterCount(_ name: String, _ count: Int) throws {
    #expect(try #require(Preset.named(name)).configuration.parameterCount == count)
  }

  @Test(arguments: rounded) func parameterCountInBillions(_ name: String, _ billions: Double) throws {
    let count = try #require(Preset.named(name)).configuration.parameterCount
    #expect((Double(count) / 1e6).rounded() / 1e3 == billions)
  }

  @Test func everyPresetIsValid() throws {
    for preset in Preset.all { try preset.configuration.validate() }
    #expect(Set(Preset.all.map(\.name)).count == Preset.all.count)
  }

  @Test func activeParametersOfMixtures() throws {
    let scout = ModelInspection(try #require(Preset.named("llama-4-scout")).configuration)
    #expect(scout.parameterCount > 105_000_000_000 && scout.parameterCount < 112_000_000_000)
    #expect(scout.activeParameterCount > 16_000_000_000 && scout.activeParameterCount < 18_500_000_000)
    let oss = ModelInspection(try #require(Preset.named("gpt-oss-20b")).configuration)
    #expect(oss.parameterCount == 20_914_757_184)
  }

  @Test func costsOfOneToken() throws {
    let inspection = ModelInspection(try #require(Preset.named("llama-2-70b")).configuration)
    // 80 layers, keys and values of 8 heads of 128, two bytes each.
    #expect(inspection.kvCacheBytesPerToken(.f16) == 2 * 80 * 8 * 128 * 2)
    // Two operations per parameter of every matrix but the embedding, and four per head element for the token itself.
    let matrices = 68_976_648_192 - 32000 * 8192
    #expect(inspection.floatingPointOperationsPerToken() == 2 * matrices + 4 * 80 * 8192)
    // Ten tokens attend to 10, within a band of 4 to 4, within chunks of 6 to the last 4.
    for (pattern, attended) in [(AttentionPattern.full, 10), (.banded(window: 4), 4), (.chunked(size: 6), 4)] {
      var configuration = inspection.configuration
      configuration.setAttentionPatterns([pattern])
      let operations = ModelInspection(configuration).floatingPointOperationsPerToken(depth: 9)
      #expect(operations == 2 * matrices + 4 * 80 * 8192 * attended, "\(pattern)")
    }
    #expect(inspection.weightBytes(.f16) > 2 * 68_976_000_000)
  }

  @Test func aCacheKeepsNoMoreThanWindows() {
    let llama = ModelInspection(.llama2With70B)
    #expect(llama.kvCacheBytesPerToken() == 327_680)
    #expect(llama.kvCacheBytes(at: 4096) == 4096 * 327_680)
    #expect(llama.kvCacheBytes(at: 4096, .q8_0) == 4096 * 327_680 / 2 * 34 / 32)
    // 48 of 96 layers see 256 tokens only, and keep 64 more, in pages of 256.
    let gpt3 = ModelInspection(.gpt3With175B)
    #expect(gpt3.kvCacheBytes(at: 2048) == 2 * 48 * (2048 + 512) * 12_288 * 2)
    #expect(gpt3.kvCacheBytes(at: 100) == 256 * gpt3.kvCacheBytesPerToken())
    let scout = ModelInspection(.llama4Scout)
    let full = 1_000_192  // 1 000 000 tokens
    let chunk = full - 999_424  // from the last multiple of 8192 on
    #expect(scout.kvCacheBytes(at: 1_000_000) == 2 * (12 * full + 36 * chunk) * 1024 * 2)
  }

  /// Three times what going forward costs, on average over every place of a text.
  @Test func trainingCostsThreeTimesTheMeanForwardPass() throws {
    for pattern in [AttentionPattern.full, .banded(window: 5), .banded(window: 99), .chunked(size: 7)] {
      var configuration = Configuration.gptSmall
      configuration.setAttentionPatterns([pattern])
      let inspection = ModelInspection(configuration)
      for length in [1, 7, 30] {
        let forward = (0..<length).reduce(0) { $0 + inspection.floatingPointOperationsPerToken(depth: $1) }
        let training = inspection.trainingFloatingPointOperations(tokens: Double(length), contextLength: length)
        #expect(abs(training / Double(3 * forward) - 1) < 1e-12, "\(pattern), \(length)")
      }
    }
    // The paper's own estimate, 3.14e23 (Table D.1), leaves attention out.
    let gpt3 = ModelInspection(.gpt3With175B).trainingFloatingPointOperations(tokens: 300e9)
    #expect(gpt3 > 3.14e23 && gpt3 < 3.3e23)
  }
}
