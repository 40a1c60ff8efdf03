public import LanguageModels
package import Tensors
public import Tokenization

/// A model whose sequences keep keys and values in types of one's choice.
package struct CachingModel: TokenPredictor {
  let model: LanguageModel
  let types: KVCacheTypes
  /// What counts the memory of its sequences.
  package let meter: MemoryMeter?

  package init(_ model: LanguageModel, _ types: KVCacheTypes = .f16, meter: MemoryMeter? = nil) {
    (self.model, self.types, self.meter) = (model, types, meter)
  }

  package var vocabularySize: Int { model.configuration.vocabularySize }
  package var contextLength: Int { model.configuration.contextLength }
  package var beginningToken: Int? { model.configuration.bosToken }
  package var endTokens: [Int] { model.configuration.eosTokens }
  package func makeSequence() -> any PredictedSequence {
    CachedSequence(model, model.makeCache(types, meter: meter))
  }
  package func cacheBytes(of tokens: Int) -> Int { model.makeCache(types).bytes(adding: tokens) }

  package func read(_ batch: [BatchInput], isCancelled: () -> Bool) throws -> [[ScoreRow]] {
    let inputs = try batch.map { input in
      guard let sequence = input.sequence as? CachedSequence else {
        throw GenerationError(.invalidOption, "a sequence of another model; give one that this model made.")
      }
      let rows: LanguageModel.LogitsRows? =
        switch input.rows {
        case .none: nil
        case .last: .last
        case .all: .all
        }
      return SequenceInput(input.ids, cache: sequence.cache, logits: rows)
    }
    return try model.forward(inputs, isCancelled: isCancelled).map { scores in
      scores.map { Self.rows($0).map(ScoreRow.tensor) } ?? []
    }
  }

  /// The rows of a tensor [rows, vocabularySize], [1, vocabularySize] each.
  fileprivate static func rows(_ scores: Tensor) -> [Tensor] {
    (0..<scores.shape.rowCount).map { scores.rows($0..<$0 + 1) }
  }
}

/// A sequence whose keys and values the model's cache holds.
private final class CachedSequence: PredictedSequence {
  private let model: LanguageModel
  let cache: KVCache

  init(_ model: LanguageModel, _ cache: KVCache) { (self.model, self.cache) = (model, cache) }

  var count: Int { cache.count }
  func read(_ ids: [Int]) throws -> [Float] { try model.forward(ids, cache: cache, logits: .last).floats() }
  func readAll(_ ids: [Int]) throws -> [[Float]] {
    CachingModel.rows(try model.forward(ids, cache: cache, logits: .all)).map { $0.floats() }
  }
  func truncate(to count: Int) { cache.truncate(to: count) }
  func fork(first count: Int) -> (any PredictedSequence)? {
    cache.fork(first: count).map { CachedSequence(model, $0) }
  }
  var bytes: Int { cache.allocatedBytes }
  func newBytes(adding added: Int) -> Int { cache.newBytes(adding: added) }
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
