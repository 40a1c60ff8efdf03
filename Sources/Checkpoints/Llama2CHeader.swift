/// What llama2.c's files say about a model.
public struct Llama2CHeader: Sendable, Hashable {
  /// The width of the residual stream.
  public let hiddenSize: Int
  /// The width of the feed-forward layers.
  public let intermediateSize: Int
  /// The number of layers.
  public let layerCount: Int
  /// The number of query heads.
  public let headCount: Int
  /// The number of key and value heads.
  public let kvHeadCount: Int
  /// The number of tokens in the vocabulary.
  public let vocabularySize: Int
  /// The longest sequence, `seq_len`.
  public let contextLength: Int
  /// Whether the output layer is the token embedding; otherwise it is a tensor of its own.
  public let tiesEmbeddings: Bool

  /// Describes a model; `GGUF` and Hugging Face call these numbers otherwise, and mean the same.
  public init(
    hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int, kvHeadCount: Int, vocabularySize: Int,
    contextLength: Int, tiesEmbeddings: Bool
  ) {
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.kvHeadCount = kvHeadCount
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.tiesEmbeddings = tiesEmbeddings
  }

  /// The size of one head.
  public var headSize: Int { headCount > 0 ? hiddenSize / headCount : 0 }

  /// Makes sure that the numbers are those of a model, each small enough that products of three cannot overflow.
  func check(file: String, failing code: CheckpointError.Code) throws(CheckpointError) {
    func failure(_ field: String, _ message: String) -> CheckpointError {
      CheckpointError(code, file: file, field: field, message)
    }
    for (field, value) in [
      ("dim", hiddenSize), ("hidden_dim", intermediateSize), ("n_layers", layerCount), ("n_heads", headCount),
      ("n_kv_heads", kvHeadCount), ("vocab_size", vocabularySize), ("seq_len", contextLength),
    ] where !(1...1 << 20 ~= value) {
      throw failure(field, "\(value) is not between 1 and 1048576; this may not be a llama2.c file")
    }
    // Bounds what is kept for each tensor by what the file could ever need.
    guard layerCount <= 4096 else { throw failure("n_layers", "\(layerCount) layers are more than 4096") }
    guard hiddenSize % headCount == 0, headSize % 2 == 0 else {
      throw failure("n_heads", "\(hiddenSize) features cannot be divided into \(headCount) heads of even size")
    }
    guard headCount % kvHeadCount == 0 else {
      throw failure("n_kv_heads", "\(headCount) heads cannot share \(kvHeadCount) key and value heads evenly")
    }
  }

  /// One kind of weight, which the files hold for all layers together.
  struct Group {
    let name: String
    let dimensions: [Int]
    /// Whether there is one for each layer.
    let isLayered: Bool

    func name(layer: Int) -> String { isLayered ? "model.layers.\(layer).\(name)" : name }
  }

  private func matrix(_ name: String, _ rows: Int, _ columns: Int) -> Group {
    Group(name: name, dimensions: [rows, columns], isLayered: true)
  }

  /// The weights in the order of the legacy format, or of version 1, which puts the norms first.
  func groups(isLegacy: Bool) -> [Group] {
    let embedding = Group(
      name: "model.embed_tokens.weight", dimensions: [vocabularySize, hiddenSize], isLayered: false)
    let attentionNorm = Group(name: "input_layernorm.weight", dimensions: [hiddenSize], isLayered: true)
    let kvSize = kvHeadCount * headSize
    let attention = [
      matrix("self_attn.q_proj.weight", hiddenSize, hiddenSize), matrix("self_attn.k_proj.weight", kvSize, hiddenSize),
      matrix("self_attn.v_proj.weight", kvSize, hiddenSize), matrix("self_attn.o_proj.weight", hiddenSize, hiddenSize),
    ]
    let feedForwardNorm = Group(name: "post_attention_layernorm.weight", dimensions: [hiddenSize], isLayered: true)
    let feedForward = [
      matrix("mlp.gate_proj.weight", intermediateSize, hiddenSize),
      matrix("mlp.down_proj.weight", hiddenSize, intermediateSize),
      matrix("mlp.up_proj.weight", intermediateSize, hiddenSize),
    ]
    let finalNorm = Group(name: "model.norm.weight", dimensions: [hiddenSize], isLayered: false)
    return isLegacy
      ? [embedding, attentionNorm] + attention + [feedForwardNorm] + feedForward + [finalNorm]
      : [attentionNorm, feedForwardNorm, finalNorm, embedding] + attention + feedForward
  }

  /// The output layer of a model that has its own.
  var outputGroup: Group {
    Group(name: "lm_head.weight", dimensions: [vocabularySize, hiddenSize], isLayered: false)
  }

  /// The numbers in the two rotary tables of the legacy format: cosines and sines.
  var rotaryTableCount: Int { contextLength * (headSize / 2) }
}
