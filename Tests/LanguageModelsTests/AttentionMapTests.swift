import LanguageModels
import Tensors
import TestSupport
import Testing

/// The maps are what the model computes with: a decoder whose attention is nothing but the maps gives its logits.
@Suite struct AttentionMapTests {
  /// A small decoder of a preset's parts, with a plain feed-forward part.
  static func small(_ preset: Configuration, kvHeadCount: Int, _ change: (inout Configuration) -> Void = { _ in })
    throws -> Configuration
  {
    var size = DecoderSize()
    (size.vocabularySize, size.contextLength, size.hiddenSize, size.layerCount) = (30, 24, 32, 4)
    (size.headCount, size.kvHeadCount) = (4, kvHeadCount)
    var configuration = try preset.resized(to: size)
    configuration.setFeedForward(.plain(.relu, intermediateSize: 24))
    change(&configuration)
    return configuration
  }

  static func configurations() throws -> [(name: String, Configuration)] {
    [
      ("GPT-1", try small(.gpt1, kvHeadCount: 4)),
      ("LLaMA with grouped queries", try small(.llama2With7B, kvHeadCount: 2)),
      (
        "GPT-3 with bands",
        try small(.gpt3Small, kvHeadCount: 4) { $0.setAttentionPatterns([.full, .banded(window: 5)]) }
      ),
      (
        "gpt-oss with sinks",
        try small(.gptOSSWith20B, kvHeadCount: 2) { $0.setAttentionPatterns([.banded(window: 3), .full]) }
      ),
      (
        "Llama 4 with chunks, normalised queries and temperature",
        try small(.llama4Scout, kvHeadCount: 2) {
          $0.attention.temperature = AttentionTemperature(scale: 0.5, floor: 4)
          $0.setAttentionPatterns([.chunked(size: 7), .chunked(size: 7), .chunked(size: 7), .full])
        }
      ),
    ]
  }

  /// A model whose every number matters: with fresh weights, attention would be all but even.
  func model(_ configuration: Configuration) throws -> LanguageModel {
    let model = try LanguageModel(configuration, seed: 1).trainable()
    var random = RandomSource(seed: 7)
    for (_, tensor) in model.parameters {
      let scale = tensor.shape.rank == 1 ? 1 : 2 / Float(tensor.shape.columnCount).squareRoot()
      tensor.withMutableSpan { span in
        for index in span.indices { span[index] = scale * Float(2 * random.nextUnit() - 1) }
      }
    }
    return model
  }

  /// The decoder again, without queries, keys or positions of attention: only the maps say who attends to whom.
  func logits(_ ids: [Int], _ model: LanguageModel, _ maps: [AttentionMap]) throws -> [Float] {
    let configuration = model.configuration
    let tensors = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
    func tensor(_ name: String) throws -> Tensor { try #require(tensors[name], "\(name)") }
    func project(_ x: Tensor, _ name: String) throws -> Tensor {
      linear(x, weight: try tensor(name + ".weight"), layout: .outputMajor, bias: tensors[name + ".bias"])
    }
    func norm(_ x: Tensor, _ name: String) throws -> Tensor {
      let (gain, bias, epsilon) = (
        try tensor(name + ".gain"), tensors[name + ".bias"], configuration.normalization.epsilon
      )
      return configuration.normalization.kind == .layerNorm
        ? layerNorm(x, gain: gain, bias: bias, epsilon: epsilon) : rmsNorm(x, gain: gain, bias: bias, epsilon: epsilon)
    }
    let (heads, size) = (configuration.headCount, configuration.headSize)
    let (kvWidth, group) = (configuration.keyValueWidth, heads / configuration.kvHeadCount)
    var x = embedding(try tensor("tokens.weight"), ids: ids)
    if let positions = tensors["positions.weight"] { x = add(x, positions.rows(0..<ids.count)) }
    for (index, map) in maps.enumerated() {
      let prefix = "layers.\(index)."
      func attended(_ x: Tensor) throws -> Tensor {
        let values =
          configuration.fusesQueryKeyValue
          ? try project(x, prefix + "attention.queryKeyValue")
            .splitColumns([configuration.queryWidth, kvWidth, kvWidth])[2] : try project(x, prefix + "attention.value")
        let v = values.floats()
        var mixed = [Float](repeating: 0, count: ids.count * heads * size)
        for head in 0..<heads {
          for query in ids.indices {
            for key in ids.indices {
              for element in 0..<size {
                mixed[(query * heads + head) * size + element] +=
                  map.weights[head][query][key] * v[key * kvWidth + head / group * size + element]
              }
            }
          }
        }
        return try project(Tensor(mixed, shape: [ids.count, heads * size]), prefix + "attention.output")
      }
      func fed(_ x: Tensor) throws -> Tensor {
        try project(activation(project(x, prefix + "feedForward.up"), .relu), prefix + "feedForward.down")
      }
      switch configuration.normPlacement {
      case .pre:
        x = add(x, try attended(norm(x, prefix + "attentionNorm")))
        x = add(x, try fed(norm(x, prefix + "feedForwardNorm")))
      case .post:
        x = try norm(add(x, attended(x)), prefix + "attentionNorm")
        x = try norm(add(x, fed(x)), prefix + "feedForwardNorm")
      }
    }
    if configuration.hasFinalNorm { x = try norm(x, "finalNorm") }
    let head = try tensor(configuration.tiesEmbeddings ? "tokens.weight" : "head.weight")
    return linear(x, weight: head, layout: .outputMajor, bias: nil).floats()
  }

  @Test(arguments: 0..<5) func areWhatTheModelComputesWith(_ index: Int) throws {
    let (name, configuration) = try Self.configurations()[index]
    let model = try model(configuration)
    let ids = (0..<19).map { ($0 * 11 + 3) % 30 }
    let maps = try model.attentionMaps(ids)
    #expect(maps.map(\.layer) == Array(0..<4) && maps.map(\.pattern) == configuration.layers.map(\.pattern))
    let expected = try model.logits(ids).floats()
    let largest = expected.map(abs).max() ?? 0
    #expect(largestDifference(try logits(ids, model, maps), expected) < 1e-5 * largest, "\(name)")
    var sharpest: Float = 0
    for map in maps {
      #expect(map.weights.count == configuration.headCount)
      for (query, row) in map.weights.flatMap({ $0.enumerated() }) {
        for (key, weight) in row.enumerated() {
          let isVisible =
            switch map.pattern {
            case .full: key <= query
            case .banded(let window): key <= query && key > query - window
            case .chunked(let size): key <= query && key / size == query / size
            }
          #expect(isVisible ? weight >= 0 : weight == 0)
          if query > 0 { sharpest = max(sharpest, weight) }
        }
        let sum = row.reduce(0, +)
        #expect(configuration.attention.hasSinks ? sum < 0.9999 : abs(sum - 1) < 1e-5, "\(name): \(sum)")
      }
    }
    #expect(sharpest > 0.5, "\(name): attention is so even that nothing was tried")
  }

  @Test func idsAreChecked() throws {
    let model = try model(Self.small(.gpt2, kvHeadCount: 4))
    #expect(throws: ModelError.self) { try model.attentionMaps([]) }
    #expect(throws: ModelError.self) { try model.attentionMaps([30]) }
    #expect(throws: ModelError.self) { try model.attentionMaps(Array(repeating: 1, count: 25)) }
    #expect(
      try model.attentionMaps([5]).map(\.weights) == Array(repeating: Array(repeating: [[1]], count: 4), count: 4))
  }
}
