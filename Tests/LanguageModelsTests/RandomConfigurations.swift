import LanguageModels
import Tensors

/// Small decoders of parts drawn at random: every combination that `validate` takes may come.
struct RandomConfigurations {
  private var random: RandomSource

  init(seed: UInt64) { random = RandomSource(seed: seed) }

  private mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
  private mutating func chance() -> Bool { below(2) == 0 }
  private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
  /// A number with all its digits.
  private mutating func number(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + random.nextUnit() * (range.upperBound - range.lowerBound)
  }
  private mutating func float(_ range: ClosedRange<Double>) -> Float { Float(number(range)) }

  mutating func next(family: Family = .hybrid) -> Configuration {
    let (kvHeadCount, group, headSize) = (1 + below(3), 1 + below(3), 2 * (1 + below(4)))
    var configuration = Configuration(
      family: family, vocabularySize: 5 + below(40), contextLength: 8 + below(24), hiddenSize: 1 + below(24),
      layerCount: 1 + below(9), headCount: kvHeadCount * group, kvHeadCount: kvHeadCount, headSize: headSize,
      normalization: Normalization(
        kind: pick(Normalization.Kind.allCases), epsilon: float(1e-6...1e-3), hasBias: chance()),
      normPlacement: pick(NormPlacement.allCases), position: position(headSize: headSize), feedForward: feedForward(),
      biases: Biases(queryKeyValue: chance(), attentionOutput: chance(), feedForward: chance()),
      attention: AttentionOptions(
        scale: chance() ? nil : float(0.1...1), hasSinks: chance(), normalizesQueryKey: chance(),
        temperature: chance() ? nil : AttentionTemperature(scale: float(0...1), floor: float(1...9))),
      tiesEmbeddings: chance(), fusesQueryKeyValue: chance(), bosToken: chance() ? nil : below(5),
      eosTokens: (0..<below(3)).map { $0 })
    // Layers that are all equal, that repeat in turn, that come in runs, or that have no order at all.
    let kinds = (0..<1 + below(3)).map { _ in layer() }
    let order = below(4)
    for index in configuration.layers.indices {
      switch order {
      case 0: configuration.layers[index] = kinds[0]
      case 1: configuration.layers[index] = kinds[index % kinds.count]
      case 2: configuration.layers[index] = kinds[min(index / 3, kinds.count - 1)]
      default: configuration.layers[index] = layer()
      }
    }
    return configuration
  }

  private mutating func layer() -> Layer {
    Layer(
      pattern: pick([.full, .banded(window: 1 + below(9)), .chunked(size: 1 + below(9))]), usesRotary: chance(),
      feedForward: feedForward())
  }

  private mutating func gate() -> GateFunction {
    chance() ? .activation(pick(Activation.allCases)) : .clampedSwish(alpha: float(1...2), limit: float(1...9))
  }

  private mutating func feedForward() -> FeedForward {
    let size = 1 + below(20)
    switch below(3) {
    case 0: return .plain(pick(Activation.allCases), intermediateSize: size)
    case 1: return .gated(gate(), intermediateSize: size)
    default:
      let experts = 1 + below(4)
      return .mixtureOfExperts(
        MixtureOfExperts(
          expertCount: experts, expertsPerToken: 1 + below(experts), intermediateSize: size, gate: gate(),
          routing: pick([.softmaxOverChosen, .sigmoidOnInput]), sharedIntermediateSize: chance() ? nil : 1 + below(9),
          hasBias: chance(), packing: pick([nil, .concatenated, .interleaved])))
    }
  }

  private mutating func position(headSize: Int) -> Position {
    switch below(3) {
    case 0: return .none
    case 1: return .learned(offset: below(3))
    default:
      let (factor, original) = (number(1...8), number(4...64))
      let scaling: RotaryScaling =
        switch below(5) {
        case 0: .none
        case 1: .linear(factor: factor)
        case 2:
          .llama3(
            Llama3Scaling(
              factor: factor, lowFrequencyFactor: number(1...2), highFrequencyFactor: number(3...4),
              originalContextLength: original))
        case 3:
          .yarn(
            YarnScaling(
              factor: factor, betaFast: number(8...32), betaSlow: number(0.5...2), originalContextLength: original,
              truncates: chance(), magnitude: number(1...2)))
        default: .divisors((0..<headSize / 2).map { _ in float(1...8) })
        }
      return .rotary(
        RotaryPosition(theta: number(10...1e6), scaling: scaling, pairing: pick([.halves, .adjacent])))
    }
  }
}
