public import Tensors

/// A GPT, a LLaMA, or anything between: a configuration and its weights.
///
///     let model = try LanguageModel.load(from: "Llama-3.2-1B")     // a folder, a .gguf or a llama2.c .bin
///     let cache = model.makeCache()
///     var logits = try model.forward([128_000, 9906], cache: cache)  // [1, vocabularySize]
public final class LanguageModel: Sendable {
  /// The parts it is made of.
  public let configuration: Configuration
  let transformer: Transformer
  let table: ParameterTable
  /// The float32 model of which this one is the rounded copy.
  let master: LanguageModel?

  init(_ configuration: Configuration, from source: some ParameterSource, master: LanguageModel? = nil) throws {
    try configuration.validate()
    self.configuration = configuration
    self.master = master
    table = try ParameterTable(configuration, from: source)
    transformer = try Transformer(configuration, from: table)
  }

  /// Which rows of logits a forward pass computes.
  public enum LogitsRows: Sendable {
    /// One per token.
    case all
    /// That of the last token only.
    case last
  }

  /// An empty cache for one sequence.
  /// - Parameter meter: What counts its memory, and that of its forks.
  public func makeCache(_ types: KVCacheTypes = .f16, meter: MemoryMeter? = nil) -> KVCache {
    KVCache(configuration, types: types, meter: meter)
  }

  /// Reads tokens after those in `cache`, and adds them to it.
  /// - Returns: The scores of every possible next token: [ids.count or 1, vocabularySize].
  /// - Throws: `ModelError` when an id lies outside the vocabulary, the context is full, or the machine's memory is too
  ///   small for more of it; the cache is then unchanged.
  public func forward(_ ids: [Int], cache: KVCache, logits: LogitsRows = .last) throws(ModelError) -> Tensor {
    let (hidden, _) = try hidden(after: [SequenceInput(ids, cache: cache, logits: logits)])
    return transformer.head.forward(logits == .all ? hidden : hidden.rows(ids.count - 1..<ids.count))
  }

  /// The scores of every possible next token after each token of one text: [ids.count, vocabularySize].
  /// - Throws: `ModelError` when an id lies outside the vocabulary or there are more than the context holds.
  public func logits(_ ids: [Int]) throws(ModelError) -> Tensor {
    try check(ids, after: 0)
    let sequences = [SequenceRows(rows: 0..<ids.count, firstPosition: 0, cache: nil)]
    let embedded = transformer.embed(ids, sequences: sequences)  // [ids.count, hiddenSize]
    return transformer.head.forward(transformer.forward(embedded, sequences: sequences))
  }

  func check(_ ids: [Int], after count: Int) throws(ModelError) {
    guard !ids.isEmpty else { throw ModelError(.invalidToken, "no token ids; give at least one.") }
    let (total, overflow) = count.addingReportingOverflow(ids.count)
    guard !overflow, total <= configuration.contextLength else {
      throw ModelError(
        .contextExceeded,
        "\(count) + \(ids.count) tokens exceed the context of \(configuration.contextLength); shorten the text.")
    }
    if let id = ids.first(where: { $0 < 0 || $0 >= configuration.vocabularySize }) {
      throw ModelError(
        .invalidToken,
        "token id \(id) is outside 0..<\(configuration.vocabularySize); use this model's own tokenizer.")
    }
  }
}
