public import Tensors

extension LanguageModel {
  /// Every parameter by its name in `Configuration.parameters`, in that order; a tied head is not a second one.
  ///
  /// A matrix may be stored [input, output], as GPT-2's files have it.
  public var parameters: [(name: String, tensor: Tensor)] {
    configuration.parameters.compactMap { parameter in
      (try? table.tensor(parameter.name, shape: parameter.shape)).map { (parameter.name, $0.tensor) }
    }
  }

  /// A copy that can be trained: each parameter in memory of its own, which may be written.
  ///
  ///     let model = try LanguageModel.load(from: "gpt2").trainable()
  ///     let tape = Tape()
  ///     for parameter in model.parameters { tape.watch(parameter.tensor) }
  ///     tape.backward(from: try model.loss([[464, 3290]], targets: [[3290, 318]], tape: tape).loss)
  /// - Parameter precision: With `.bfloat16`, matrices take half of the memory; `masterWeights` are then what to move.
  public func trainable(precision: TrainingPrecision = .float32) throws -> LanguageModel {
    try Room.checkMemory(configuration.floatByteCounts.total, for: "a float32 copy of the weights")
    let master = try LanguageModel(configuration, from: CopiedParameters(source: table))
    switch precision {
    case .float32: return master
    case .bfloat16:
      return try LanguageModel(
        configuration, from: RoundedParameters(source: master.table, elementType: .bf16), master: master)
    }
  }

  /// What an optimizer moves to train this model, which `trainable` has made.
  public var masterWeights: MasterWeights { MasterWeights(of: self) }

  /// How well the model predicts the tokens of some texts, which do not see each other.
  /// - Parameters:
  ///   - texts: Token ids. The texts may differ in length.
  ///   - targets: For every token, the one that should come next; negative where it does not count.
  ///   - weights: What each token's loss is multiplied by in the sum, text after text. By default the mean.
  ///   - tape: Records the computation, and says what is left out at random.
  ///   - checkpointsBlocks: Whether `backward` computes each block once more instead of keeping what it computed:
  ///     far less memory for about a third more time.
  /// - Returns: The loss, and every token's own, text after text.
  /// - Throws: `ModelError` when an id or a target lies outside the vocabulary, a text is longer than the context, or
  ///   the counts differ.
  public func loss(
    _ texts: [[Int]], targets: [[Int]], weights: [Float]? = nil, tape: Tape? = nil, checkpointsBlocks: Bool = false
  ) throws(ModelError) -> CrossEntropy {
    let ids = Array(texts.joined())
    let flatTargets = Array(targets.joined())
    guard texts.map(\.count) == targets.map(\.count), weights.map({ $0.count == ids.count }) ?? true else {
      throw ModelError(.invalidToken, "every token needs one target and at most one weight; the counts differ.")
    }
    if let target = flatTargets.first(where: { $0 >= configuration.vocabularySize }) {
      throw ModelError(
        .invalidToken,
        "target \(target) is outside 0..<\(configuration.vocabularySize); use this model's own tokenizer.")
    }
    guard !texts.isEmpty else { throw ModelError(.invalidToken, "no texts; give at least one.") }
    var sequences: [SequenceRows] = []
    for text in texts {
      try check(text, after: 0)
      let first = sequences.last?.rows.upperBound ?? 0
      sequences.append(SequenceRows(rows: first..<first + text.count, firstPosition: 0, cache: nil))
    }
    let embedded = transformer.embed(ids, sequences: sequences, tape: tape)  // [ids.count, hiddenSize]
    let hidden = transformer.forward(
      embedded, sequences: sequences, tape: tape, checkpointsBlocks: checkpointsBlocks)
    return softmaxCrossEntropy(
      hidden, head: transformer.head.weight, layout: transformer.head.layout, targets: flatTargets, weights: weights,
      tape: tape)
  }
}
