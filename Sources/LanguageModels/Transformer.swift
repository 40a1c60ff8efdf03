import Tensors

/// Which rows of a batch belong to one sequence, and what came before them.
struct SequenceRows {
  /// The rows of the batch, one per token.
  let rows: Range<Int>
  /// The position of the first of them: how many tokens the cache holds.
  let firstPosition: Int
  /// Where this sequence's keys and values are kept; nil when nothing comes before or after.
  let cache: KVCache?
}

/// The one decoder: token vectors, blocks, a head. GPT and LLaMA differ in what the blocks are made of.
struct Transformer: Sendable {
  let tokens: Tensor  // [vocabularySize, hiddenSize]
  let positions: (table: Tensor, offset: Int)?  // [contextLength + offset, hiddenSize]
  let blocks: [Block]
  let finalNorm: Norm?
  let head: Linear

  init(_ configuration: Configuration, from source: some ParameterSource) throws {
    let shape: Shape = [configuration.vocabularySize, configuration.hiddenSize]
    let embedding = try source.tensor("tokens.weight", shape: shape)
    tokens = embedding.tensor
    if case .learned(let offset) = configuration.position {
      let table = try source.tensor(
        "positions.weight", shape: [configuration.contextLength + offset, configuration.hiddenSize])
      positions = (table.tensor, offset)
    } else {
      positions = nil
    }
    let angles: RotaryAngles? =
      if case .rotary(let position) = configuration.position {
        position.angles(headSize: configuration.headSize)
      } else {
        nil
      }
    blocks = try configuration.layers.indices.map { try Block(index: $0, configuration, angles: angles, from: source) }
    finalNorm = configuration.hasFinalNorm ? try source.norm("finalNorm", configuration) : nil
    if configuration.tiesEmbeddings {
      head = Linear(weight: tokens, layout: .outputMajor, bias: nil).kept
    } else {
      head = try source.linear(
        "head", output: configuration.vocabularySize, input: configuration.hiddenSize, bias: false)
    }
  }

  /// What each token becomes before the first block: ids and positions that the caller has checked.
  func embed(_ ids: [Int], sequences: [SequenceRows], tape: Tape? = nil) -> Tensor {
    let x = embedding(tokens, ids: ids, tape: tape)  // [ids.count, hiddenSize]
    guard let positions else { return dropout(x, tape?.dropout, tape: tape) }
    let rows = sequences.flatMap { sequence in
      sequence.rows.indices.map { sequence.firstPosition + $0 - sequence.rows.lowerBound + positions.offset }
    }
    let sum = add(x, embedding(positions.table, ids: rows, tape: tape), tape: tape)
    return dropout(sum, tape?.dropout, tape: tape)
  }

  /// Runs the blocks and the final norm over embedded tokens, or over vectors that stand in for tokens.
  /// - Parameters:
  ///   - x: [rows, hiddenSize]
  ///   - beforeBlock: Told each block, and what goes into it. Where it throws, the caches hold what they held.
  /// - Returns: [rows, hiddenSize], what the head reads.
  func forward<Failure: Error>(
    _ x: Tensor, sequences: [SequenceRows], tape: Tape? = nil, checkpointsBlocks: Bool = false,
    beforeBlock: (Block, Tensor) throws(Failure) -> Void
  ) throws(Failure) -> Tensor {
    for sequence in sequences { sequence.cache?.reserve(sequence.rows.count) }
    var x = x
    for (index, block) in blocks.enumerated() {
      func forward(_ x: Tensor, _ tape: Tape?) -> Tensor {
        block.forward(x, layer: index, sequences: sequences, tape: tape)
      }
      try beforeBlock(block, x)
      x = checkpointsBlocks ? tape?.checkpointed(x, forward) ?? forward(x, nil) : forward(x, tape)
    }
    for sequence in sequences { sequence.cache?.commit(sequence.rows.count) }
    return finalNorm?.forward(x, tape: tape) ?? x
  }

  /// The same with nobody told.
  func forward(
    _ x: Tensor, sequences: [SequenceRows], tape: Tape? = nil, checkpointsBlocks: Bool = false
  ) -> Tensor {
    forward(x, sequences: sequences, tape: tape, checkpointsBlocks: checkpointsBlocks, beforeBlock: { _, _ in })
  }
}
