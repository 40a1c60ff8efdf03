import Foundation
import LanguageModels
import Tensors
import TextGeneration
import Tokenization
import Testing

/// What a cache's type costs in quality: the loss of a model that was trained.
@Suite struct CacheTypeTests {
  /// The mean loss of a text that is read token by token, each token's keys and values rounded as in generation.
  func loss(_ model: LanguageModel, _ texts: [[Int]], _ types: KVCacheTypes) throws -> Double {
    var (sum, count) = (0.0, 0)
    for ids in texts {
      let cache = model.makeCache(types)
      for (id, target) in zip(ids, ids.dropFirst()) {
        let scores = try model.forward([id], cache: cache).floats().map(Double.init)
        let largest = scores.max() ?? 0
        sum += log(scores.reduce(0) { $0 + exp($1 - largest) }) + largest - scores[target]
        count += 1
      }
    }
    return sum / Double(count)
  }

  @Test(arguments: BuiltInModel.allCases) func perplexityByType(_ builtIn: BuiltInModel) throws {
    let folder = try builtIn.folder()
    let model = try LanguageModel.load(from: folder)
    let tokenizer = try Tokenizer.load(from: folder)
    let generator = Generator(model: model, tokenizer: tokenizer, cacheTypes: .f32)
    // Stories of the model's own: what it is sure of shows every rounding.
    let texts = try (1...4).map { seed in
      var options = GenerationOptions(maxTokens: 150)
      options.sampling.seed = UInt64(seed)
      return Array(tokenizer.encode(try generator.text(after: "Once upon a time", options: options)).prefix(200))
    }
    let exact = try exp(loss(model, texts, .f32))
    func increase(_ keys: ElementType, _ values: ElementType) throws -> Double {
      let types = try #require(KVCacheTypes(keys: keys, values: values))
      return try exp(loss(model, texts, types)) / exact - 1
    }
    let found = try [ElementType.f16, .bf16, .q8_0, .q4_0].map { ($0, try increase($0, $0)) }
    print("\(builtIn.name), head size \(model.configuration.headSize): perplexity \(exact), by cache type: \(found)")
    for (type, most) in [(ElementType.f16, 1e-4), (.bf16, 1e-3), (.q8_0, 1e-3), (.q4_0, 1e-2)] {
      let increase = found.first { $0.0 == type }?.1 ?? .infinity
      #expect(abs(increase) < most, "\(builtIn.name) \(type)")
    }
  }
}
