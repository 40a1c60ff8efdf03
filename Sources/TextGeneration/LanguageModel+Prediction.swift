public import LanguageModels
import Tensors
public import Tokenization

extension LanguageModel: TokenPredictor {
  package var vocabularySize: Int { configuration.vocabularySize }
  package var contextLength: Int { configuration.contextLength }
  package var beginningToken: Int? { configuration.bosToken }
  package var endTokens: [Int] { configuration.eosTokens }
  package func makeSequence() -> any PredictedSequence { CachedSequence(self) }
}

/// A sequence whose keys and values the model's cache holds.
private final class CachedSequence: PredictedSequence {
  private let model: LanguageModel
  private let cache: KVCache

  init(_ model: LanguageModel) {
    self.model = model
    cache = model.makeCache()
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
  public init(model: LanguageModel, tokenizer: Tokenizer) { self.init(predictor: model, coder: tokenizer) }
}
