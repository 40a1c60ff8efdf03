import LanguageModels
import Tensors
import Testing

@Suite struct PartDescriptionTests {
  private func value(_ name: String, _ configuration: Configuration) -> String? {
    configuration.partDescriptions.first { $0.name == name }?.value
  }

  @Test func partsAreInWords() {
    #expect(value("vocabulary", .llama31With405B) == "128,256")
    #expect(value("attention", .gpt2) == "12 heads of 64")
    #expect(value("attention", .llama2With70B) == "64 query heads, 8 key and value heads of 128")
    #expect(value("pattern", .gpt3With175B) == "full; band of 256; in turn")
    #expect(value("position", .llama2With7B) == "rotary, base 10,000")
    #expect(value("position", .llama31With8B) == "rotary, base 500,000, slow pairs divided by 8 beyond 8,192 tokens")
    #expect(value("normalization", .gpt1) == "LayerNorm with offset, after each part, epsilon 1e-05")
    #expect(value("feed-forward", .llama2With7B) == "SwiGLU, 11,008")
    #expect(
      value("feed-forward", .llama4Scout)
        == "1 of 16 experts (SwiGLU, 8,192), weighed by sigmoid, and one shared of 8,192")
    #expect(
      value("pattern", .llama4Scout)
        == "chunks of 8,192; chunks of 8,192; chunks of 8,192; full without rotation; in turn")
    var uneven = Configuration.gpt2
    uneven.layers[0].feedForward = .plain(.relu, intermediateSize: 10)
    uneven.layers[5].feedForward = .plain(.relu, intermediateSize: 10)
    #expect(
      value("feed-forward", uneven)
        == "ReLU, 10 in layer 1; GELU by tanh, 3,072 in layers 2 to 5; ReLU, 10 in layer 6; GELU by tanh, 3,072 in layers 7 to 12"
    )
  }

  @Test func differencesNameWhatChanged() {
    #expect(Configuration.gpt2.differences(from: .gpt2).isEmpty)
    var configuration = Configuration.gpt2
    configuration.normalization = .rmsNorm(epsilon: 1e-5)
    let differences = configuration.differences(from: .gpt2)
    #expect(differences.map(\.name) == ["normalization"])
    #expect(differences.first?.before == "LayerNorm with offset, before each part, epsilon 1e-05")
    #expect(differences.first?.after == "RMSNorm without offset, before each part, epsilon 1e-05")
    #expect(
      Configuration.gpt2Medium.differences(from: .gpt2).map(\.name)
        == ["hidden size", "layers", "attention", "feed-forward"])
  }

  /// Whatever makes a decoder compute something else is said.
  @Test func noPartIsLeftOut() {
    let changes: [(String, (inout Configuration) -> Void)] = [
      ("vocabulary", { $0.vocabularySize += 1 }), ("context", { $0.contextLength += 1 }),
      ("hidden size", { $0.hiddenSize += 1 }), ("layers", { $0.layers.removeLast() }),
      ("attention", { $0.headCount += 1 }), ("attention", { $0.kvHeadCount = 1 }), ("attention", { $0.headSize += 2 }),
      ("attention", { $0.attention.scale = 1 }), ("attention", { $0.attention.hasSinks = true }),
      ("attention", { $0.attention.normalizesQueryKey = true }),
      ("attention", { $0.attention.temperature = AttentionTemperature(scale: 0.1, floor: 8192) }),
      ("pattern", { $0.layers[3].pattern = .banded(window: 9) }), ("pattern", { $0.layers[2].usesRotary = false }),
      ("position", { $0.position = .learned() }), ("position", { $0.position = .none }),
      ("position", { $0.position = .rotary(RotaryPosition(theta: 5000)) }),
      ("position", { $0.position = .rotary(RotaryPosition(theta: 10_000, scaling: .linear(factor: 2))) }),
      ("normalization", { $0.normalization.kind = .layerNorm }), ("normalization", { $0.normalization.epsilon = 1e-6 }),
      ("normalization", { $0.normalization.hasBias = true }), ("normalization", { $0.normPlacement = .post }),
      ("feed-forward", { $0.layers[1].feedForward = .gated(.activation(.relu), intermediateSize: 1024) }),
      ("feed-forward", { $0.setFeedForward(.plain(.silu, intermediateSize: 1024)) }),
      ("biases", { $0.biases.queryKeyValue = true }), ("biases", { $0.biases.attentionOutput = true }),
      ("biases", { $0.biases.feedForward = true }), ("head", { $0.tiesEmbeddings = false }),
    ]
    for (index, (name, change)) in changes.enumerated() {
      var configuration = Configuration.llamaSmall
      change(&configuration)
      #expect(configuration.differences(from: .llamaSmall).map(\.name) == [name], "change \(index)")
    }
  }
}
