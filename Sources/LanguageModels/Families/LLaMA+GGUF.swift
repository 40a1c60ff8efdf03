import JSONParsing
import Tensors

extension Configuration {
  /// Reads the metadata that llama.cpp's `llama`, and the architectures modelled on it, have in common.
  init(
    llamaGGUF fields: ConfigurationFields, _ tensors: GGUFTensorFacts, family: Family, pairing: RotaryPairing,
    feedForward: FeedForward? = nil
  ) throws {
    let hidden = try fields.integer("embedding_length")
    let heads = try fields.integer("attention.head_count")
    guard let vocabulary = tensors.shape("token_embd.weight"), vocabulary.rank == 2 else {
      throw fields.error("token_embd.weight", "is missing or not a matrix; the file holds no model.", .mismatchedTensor)
    }
    let headSize =
      try fields.integer(optional: "attention.key_length")
      ?? fields.headSize(hiddenSize: hidden, headCount: heads, "attention.head_count")
    if let rotated = try fields.integer(optional: "rope.dimension_count"), rotated != headSize {
      throw fields.error(
        "rope.dimension_count", "\(rotated) of \(headSize) rotated is not supported, only whole heads.", .unsupported)
    }
    if let valueSize = try fields.integer(optional: "attention.value_length"), valueSize != headSize {
      throw fields.error("attention.value_length", "\(valueSize) differs from the keys' \(headSize).", .unsupported)
    }
    let dense: FeedForward
    if let feedForward {
      dense = feedForward
    } else {
      if let experts = try fields.integer(optional: "expert_count"), experts > 0 {
        throw fields.error(
          "expert_count", "mixtures of experts under this architecture are not supported.", .unsupported)
      }
      dense = .gated(.activation(.silu), intermediateSize: try fields.integer("feed_forward_length"))
    }
    var scaling = RotaryScaling.none
    switch try fields.text(optional: "rope.scaling.type") ?? "none" {
    case "none": break
    case "linear": scaling = .linear(factor: try fields.number("rope.scaling.factor"))
    case "yarn":
      let factor = try fields.number("rope.scaling.factor")
      scaling = .yarn(
        YarnScaling(
          factor: factor, betaFast: try fields.number(optional: "rope.scaling.yarn_beta_fast") ?? 32,
          betaSlow: try fields.number(optional: "rope.scaling.yarn_beta_slow") ?? 1,
          originalContextLength: try fields.number("rope.scaling.original_context_length"),
          truncates: family != .gptOSS))
    case let type:
      throw fields.error("rope.scaling.type", "'\(type)' is not supported; known: none, linear, yarn.", .unsupported)
    }
    if let divisors = tensors.ropeDivisors { scaling = .divisors(divisors) }
    self.init(
      family: family, vocabularySize: vocabulary[0], contextLength: try fields.integer("context_length"),
      hiddenSize: hidden, layerCount: try fields.layerCount("block_count"), headCount: heads,
      kvHeadCount: try fields.integer(optional: "attention.head_count_kv") ?? heads, headSize: headSize,
      normalization: .rmsNorm(epsilon: Float(try fields.number("attention.layer_norm_rms_epsilon"))),
      position: .rotary(
        RotaryPosition(
          theta: try fields.number(optional: "rope.freq_base") ?? 10_000, scaling: scaling, pairing: pairing)),
      feedForward: dense,
      biases: Biases(
        queryKeyValue: tensors.has("blk.0.attn_q.bias"), attentionOutput: tensors.has("blk.0.attn_output.bias"),
        feedForward: tensors.has("blk.0.ffn_up.bias")),
      tiesEmbeddings: !tensors.has("output.weight"))
  }

  /// The metadata that llama.cpp's `llama`, and the architectures modelled on it, have in common.
  var llamaGGUFFields: [(String, GGUFField)] {
    var fields: [(String, GGUFField)] = [
      ("block_count", .count(layerCount)), ("context_length", .count(contextLength)),
      ("embedding_length", .count(hiddenSize)),
      ("attention.head_count", .count(headCount)), ("attention.head_count_kv", .count(kvHeadCount)),
      ("attention.key_length", .count(headSize)), ("attention.value_length", .count(headSize)),
      ("attention.layer_norm_rms_epsilon", .number(Double(normalization.epsilon))),
      ("vocab_size", .count(vocabularySize)), ("rope.dimension_count", .count(headSize)),
    ]
    if let size = denseIntermediateSize { fields.append(("feed_forward_length", .count(size))) }
    guard case .rotary(let rotary) = position else { return fields }
    fields.append(("rope.freq_base", .number(rotary.theta)))
    switch rotary.scaling {
    case .none, .llama3, .divisors: break  // Those two travel as the tensor rope_freqs.weight.
    case .linear(let factor):
      fields += [("rope.scaling.type", .text("linear")), ("rope.scaling.factor", .number(factor))]
    case .yarn(let yarn):
      fields += [
        ("rope.scaling.type", .text("yarn")), ("rope.scaling.factor", .number(yarn.factor)),
        ("rope.scaling.original_context_length", .count(Int(yarn.originalContextLength))),
        ("rope.scaling.yarn_beta_fast", .number(yarn.betaFast)),
        ("rope.scaling.yarn_beta_slow", .number(yarn.betaSlow)),
      ]
    }
    return fields
  }

  /// What `rope_freqs.weight` holds for this configuration, if its scaling travels that way.
  var ropeDivisors: [Float]? {
    guard case .rotary(let rotary) = position else { return nil }
    switch rotary.scaling {
    case .llama3(let constants): return constants.divisors(theta: rotary.theta, headSize: headSize)
    case .divisors(let divisors): return divisors
    case .none, .linear, .yarn: return nil
    }
  }
}
