public import LanguageModels
import Tensors
public import Tokenization

extension LanguageModel: TokenPredictor {
  package var vocabularySize: Int { configuration.vocabularySize }
  package var contextLength: Int { configuration.contextLength }
  package var beginningToken: Int? { configuration.bosToken }
  package var endTokens: [Int] { configuration.eosTokens }
  package func makeSequence() -> any PredictedSequence { CachedSequence(self, .f16) }
}

/// A model whose sequences keep keys and values in types of one's choice.
package struct CachingModel: TokenPredictor {
  let model: LanguageModel
  let types: KVCacheTypes

  package init(_ model: LanguageModel, _ types: KVCacheTypes) { (self.model, self.types) = (model, types) }

  package var vocabularySize: Int { model.vocabularySize }
  package var contextLength: Int { model.contextLength }
  package var beginningToken: Int? { model.beginningToken }
  package var endTokens: [Int] { model.endTokens }
  package func makeSequence() -> any PredictedSequence { CachedSequence(model, types) }
}

/// A sequence whose keys and values the model's cache holds.
private final class CachedSequence: PredictedSequence {
  private let model: LanguageModel
  private let cache: KVCache

  init(_ model: LanguageModel, _ types: KVCacheTypes) {
    self.model = model
    cache = model.makeCache(types)
  }

  var count: Int { cache.count }
  func read(_ ids: [Int]) throws -> [Float] { try model.forward(ids, cache: cache, logits: .last).floats() }
  func readAll(_ ids: [Int]) throws -> [[Float]] {
    let scores = try model.forward(ids, cache: cache, logits: .all)  // [ids.count, vocabularySize]
    return ids.indices.map { scores.rows($0..<$0 + 1).floats() }
  }
  func truncate(to count: Int) { cache.truncate(to: count) }
}

extension Tokenizer: TextCoder {
  package func encode(_ text: String, isWhole: Bool) -> [Int] { encode(text, addsSpecialTokens: isWhole) }
  package func encodeControl(_ text: String) -> [Int] { encode(text, parsesSpecialTokens: true) }
  package func id(ofControl piece: String) -> Int? { id(of: piece) }
  package func makeStreamDecoder() -> any TextStreamDecoder {
    streamDecoder(skipsSpecialTokens: true)
  }
}

extension StreamDecoder: TextStreamDecoder {}

extension Generator {
  /// A generator of a model and its tokenizer.
  /// - Parameter cacheTypes: How keys and values of the tokens that were read are kept.
  public init(model: LanguageModel, tokenizer: Tokenizer, cacheTypes: KVCacheTypes = .f16) {
    self.init(predictor: CachingModel(model, cacheTypes), coder: tokenizer)
  }
}
