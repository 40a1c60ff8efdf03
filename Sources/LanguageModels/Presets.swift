/// The published models whose shapes Swiftlet knows by name.
public struct Preset: Sendable {
  /// What the command line calls it.
  public let name: String
  /// Its shape.
  public let configuration: Configuration

  /// Every preset, GPT before LLaMA, small before large.
  public static let all: [Preset] = table.map { Preset(name: $0.0, configuration: $0.1) }

  /// The preset of this name, if there is one.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name.lowercased() } }

  private static let table: [(String, Configuration)] = [
    ("gpt-1", .gpt1),
    ("gpt2", .gpt2), ("gpt2-medium", .gpt2Medium), ("gpt2-large", .gpt2Large), ("gpt2-xl", .gpt2XL),
    ("gpt-3-125m", .gpt3Small), ("gpt-3-350m", .gpt3Medium), ("gpt-3-760m", .gpt3Large), ("gpt-3-1.3b", .gpt3XL),
    ("gpt-3-2.7b", .gpt3With2_7B), ("gpt-3-6.7b", .gpt3With6_7B), ("gpt-3-13b", .gpt3With13B),
    ("gpt-3-175b", .gpt3With175B),
    ("gpt-oss-20b", .gptOSSWith20B), ("gpt-oss-120b", .gptOSSWith120B),
    ("llama-1-7b", .llama1With7B), ("llama-1-13b", .llama1With13B), ("llama-1-33b", .llama1With33B),
    ("llama-1-65b", .llama1With65B),
    ("llama-2-7b", .llama2With7B), ("llama-2-13b", .llama2With13B), ("llama-2-70b", .llama2With70B),
    ("llama-3-8b", .llama3With8B), ("llama-3-70b", .llama3With70B),
    ("llama-3.1-8b", .llama31With8B), ("llama-3.1-70b", .llama31With70B), ("llama-3.1-405b", .llama31With405B),
    ("llama-3.2-1b", .llama32With1B), ("llama-3.2-3b", .llama32With3B), ("llama-3.3-70b", .llama31With70B),
    ("llama-4-scout", .llama4Scout), ("llama-4-maverick", .llama4Maverick),
    ("gpt-small", .gptSmall), ("llama-small", .llamaSmall),
  ]
}

extension Configuration {
  /// A GPT-2 that a laptop trains in minutes: 6 layers of 384, byte-pair tokens as GPT-2.
  public static let gptSmall: Configuration = {
    var configuration = gpt2(layerCount: 6, hiddenSize: 384, headCount: 6)
    configuration.contextLength = 256
    return configuration
  }()

  /// A LLaMA of about the same size: SwiGLU at 8/3 of the width, rotary positions, two query heads per key head.
  public static let llamaSmall = llama(
    vocabularySize: 32000, contextLength: 256, hiddenSize: 384, intermediateSize: 1024, layerCount: 6, headCount: 6,
    kvHeadCount: 3, theta: 10_000, tiesEmbeddings: true, bosToken: 1, eosTokens: [2])
}
