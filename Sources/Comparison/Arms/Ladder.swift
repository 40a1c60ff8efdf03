public import LanguageModels

/// The way from one decoder to another, one part at a time.
///
///     let arms = try Ladder.gptToLLaMA.arms(of: size)      // GPT-1, GPT-2, …, LLaMA
public struct Ladder: Sendable, Hashable {
  /// One arm of a ladder, by what it changes in an earlier one.
  struct Rung: Sendable, Hashable {
    let name: String
    let title: String
    /// The arm that is changed; nil for GPT-2.
    var from: String?
    var parts: [Part] = []
    var hasWarmup = true
  }

  let rungs: [Rung]

  /// From GPT-1 through GPT-2 to LLaMA.
  ///
  /// Positions come first of what distinguishes LLaMA: a small model with learned ones spends most of a short run
  /// finding out which word came before which, and how fast chance lets it do so would drown every other part.
  public static let gptToLLaMA = Ladder(rungs: [
    Rung(name: "gpt-1", title: "GPT-1: normalisation after each sum", parts: [.postNorm]),
    Rung(name: "gpt-2", title: "normalisation before each sublayer", from: "gpt-1", parts: [.preNorm]),
    Rung(name: "rotary", title: "learned → rotary positions", from: "gpt-2", parts: [.rotary]),
    Rung(
      name: "rmsnorm-offset", title: "LayerNorm → RMSNorm, offset kept", from: "rotary", parts: [.rmsNormWithOffset]),
    Rung(name: "rmsnorm", title: "RMSNorm without offset", from: "rmsnorm-offset", parts: [.rmsNorm]),
    Rung(name: "swiglu", title: "GELU → SwiGLU", from: "rmsnorm", parts: [.swiglu]),
    Rung(name: "no-biases", title: "no biases", from: "swiglu", parts: [.noBiases]),
    Rung(name: "grouped-query", title: "two query heads share a key head", from: "no-biases", parts: [.groupedQuery]),
    Rung(name: "llama", title: "LLaMA: a head of its own", from: "grouped-query", parts: [.untied]),
  ])

  /// From LLaMA back to GPT-2: the same parts in the opposite order of company, each put back where all others are
  /// still LLaMA's. What a part is worth depends on that.
  public static let llamaToGPT = Ladder(rungs: [
    Rung(name: "llama", title: "LLaMA", parts: [.rotary, .rmsNorm, .swiglu, .noBiases, .groupedQuery, .untied]),
    Rung(name: "back-layernorm", title: "RMSNorm → LayerNorm", from: "llama", parts: [.layerNorm]),
    Rung(name: "back-gelu", title: "SwiGLU → GELU", from: "back-layernorm", parts: [.gelu]),
    Rung(name: "back-biases", title: "biases", from: "back-gelu", parts: [.biases]),
    Rung(name: "back-multi-head", title: "a key head per query head", from: "back-biases", parts: [.multiHead]),
    Rung(name: "back-tied", title: "the embedding as head", from: "back-multi-head", parts: [.tied]),
    Rung(name: "gpt-2", title: "GPT-2: rotary → learned positions", from: "back-tied", parts: [.learned]),
  ])

  /// What GPT-3 changed in GPT-2.
  public static let gpt3 = Ladder(rungs: [
    Rung(name: "gpt-2", title: "GPT-2"),
    Rung(name: "gpt-3", title: "every other layer banded", from: "gpt-2", parts: [.banded]),
  ])

  /// What warmup is to normalisation after and before the sums (Xiong et al. 2020).
  public static let warmup = Ladder(rungs: [
    Rung(name: "gpt-1", title: "GPT-1", parts: [.postNorm]),
    Rung(name: "gpt-1-cold", title: "GPT-1 without warmup", from: "gpt-1", hasWarmup: false),
    Rung(name: "gpt-2", title: "GPT-2"),
    Rung(name: "gpt-2-cold", title: "GPT-2 without warmup", from: "gpt-2", hasWarmup: false),
  ])

  /// Whether each arm changes the one before it.
  var isOneWay: Bool { zip(rungs, rungs.dropFirst()).allSatisfy { $1.from == $0.name } }

  /// The names of its arms, in order.
  public var names: [String] { rungs.map(\.name) }

  /// Its arms in some size, all with as many parameters as a GPT-2 of that size.
  /// - Parameter tolerance: By which share an arm may miss them.
  /// - Throws: `ComparisonError` where an arm cannot have as many.
  public func arms(of size: DecoderSize, tolerance: Double = 0.01) throws -> [Arm] {
    var base = try Configuration.gpt2.resized(to: size)
    base.fusesQueryKeyValue = false
    let target = base.parameterCount
    var arms: [Arm] = []
    for rung in rungs {
      var configuration = arms.first { $0.name == rung.from }?.configuration ?? base
      for part in rung.parts { try part.apply(to: &configuration) }
      configuration = try configuration.matched(toParameters: target, tolerance: tolerance, name: rung.name)
      arms.append(
        Arm(
          name: rung.name, title: rung.title, configuration: configuration.inPublishedFamily, hasWarmup: rung.hasWarmup,
          baseline: rung.from))
    }
    return arms
  }

  /// The arms of several ladders, each once.
  public static func arms(of ladders: [Ladder], size: DecoderSize, tolerance: Double = 0.01) throws -> [Arm] {
    var arms: [Arm] = []
    for arm in try ladders.flatMap({ try $0.arms(of: size, tolerance: tolerance) })
    where !arms.contains(where: { $0.name == arm.name }) { arms.append(arm) }
    return arms
  }
}
