import JSONParsing
import Tensors

extension Configuration {
  /// A LLaMA: pre-norm, RMSNorm, SwiGLU, rotary positions, no biases.
  static func llama(
    vocabularySize: Int, contextLength: Int, hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
    kvHeadCount: Int, headSize: Int? = nil, epsilon: Float = 1e-5, theta: Double = 500_000,
    scaling: RotaryScaling = .none, tiesEmbeddings: Bool = false, bosToken: Int = 128_000, eosTokens: [Int] = [128_001]
  ) -> Configuration {
    Configuration(
      family: .llama, vocabularySize: vocabularySize, contextLength: contextLength, hiddenSize: hiddenSize,
      layerCount: layerCount, headCount: headCount, kvHeadCount: kvHeadCount, headSize: headSize,
      normalization: .rmsNorm(epsilon: epsilon), position: .rotary(RotaryPosition(theta: theta, scaling: scaling)),
      feedForward: .gated(.activation(.silu), intermediateSize: intermediateSize), biases: .none,
      tiesEmbeddings: tiesEmbeddings, bosToken: bosToken, eosTokens: eosTokens)
  }

  /// LLaMA 1 and the LLaMA 2 sizes that share its shapes: 32,000 SentencePiece tokens, as many key heads as query heads.
  static func llama1(
    layerCount: Int, hiddenSize: Int, headCount: Int, kvHeadCount: Int? = nil, intermediateSize: Int,
    contextLength: Int = 2048,
    epsilon: Float = 1e-6
  ) -> Configuration {
    llama(
      vocabularySize: 32000, contextLength: contextLength, hiddenSize: hiddenSize, intermediateSize: intermediateSize,
      layerCount: layerCount, headCount: headCount, kvHeadCount: kvHeadCount ?? headCount, epsilon: epsilon,
      theta: 10_000, bosToken: 1, eosTokens: [2])
  }

  /// LLaMA 3 shapes: 128,256 tokens and eight key heads.
  static func llama3(
    layerCount: Int, hiddenSize: Int, headCount: Int, intermediateSize: Int, contextLength: Int = 131_072,
    factor: Double? = 8, tiesEmbeddings: Bool = false
  ) -> Configuration {
    let scaling: RotaryScaling =
      factor.map {
        .llama3(
          Llama3Scaling(factor: $0, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 8192))
      } ?? .none
    return llama(
      vocabularySize: 128_256, contextLength: contextLength, hiddenSize: hiddenSize,
      intermediateSize: intermediateSize, layerCount: layerCount, headCount: headCount, kvHeadCount: 8,
      scaling: scaling, tiesEmbeddings: tiesEmbeddings)
  }

  /// LLaMA 1 7B (Touvron et al. 2023).
  public static let llama1With7B = llama1(layerCount: 32, hiddenSize: 4096, headCount: 32, intermediateSize: 11008)
  /// LLaMA 1 13B.
  public static let llama1With13B = llama1(layerCount: 40, hiddenSize: 5120, headCount: 40, intermediateSize: 13824)
  /// LLaMA 1 33B.
  public static let llama1With33B = llama1(layerCount: 60, hiddenSize: 6656, headCount: 52, intermediateSize: 17920)
  /// LLaMA 1 65B.
  public static let llama1With65B = llama1(
    layerCount: 80, hiddenSize: 8192, headCount: 64, intermediateSize: 22016, epsilon: 1e-5)
  /// LLaMA 2 7B: LLaMA 1 with twice the context.
  public static let llama2With7B = llama1(
    layerCount: 32, hiddenSize: 4096, headCount: 32, intermediateSize: 11008, contextLength: 4096, epsilon: 1e-5)
  /// LLaMA 2 13B.
  public static let llama2With13B = llama1(
    layerCount: 40, hiddenSize: 5120, headCount: 40, intermediateSize: 13824, contextLength: 4096, epsilon: 1e-5)
  /// LLaMA 2 70B, the first with grouped-query attention.
  public static let llama2With70B = llama1(
    layerCount: 80, hiddenSize: 8192, headCount: 64, kvHeadCount: 8, intermediateSize: 28672, contextLength: 4096,
    epsilon: 1e-5)
  /// LLaMA 3 8B.
  public static let llama3With8B = llama3(
    layerCount: 32, hiddenSize: 4096, headCount: 32, intermediateSize: 14336, contextLength: 8192, factor: nil)
  /// LLaMA 3 70B.
  public static let llama3With70B = llama3(
    layerCount: 80, hiddenSize: 8192, headCount: 64, intermediateSize: 28672, contextLength: 8192, factor: nil)
  /// LLaMA 3.1 8B: a context of 131,072 by scaled rotary frequencies.
  public static let llama31With8B = llama3(layerCount: 32, hiddenSize: 4096, headCount: 32, intermediateSize: 14336)
  /// LLaMA 3.1 70B; 3.3 70B has the same shape.
  public static let llama31With70B = llama3(layerCount: 80, hiddenSize: 8192, headCount: 64, intermediateSize: 28672)
  /// LLaMA 3.1 405B.
  public static let llama31With405B = llama3(
    layerCount: 126, hiddenSize: 16384, headCount: 128, intermediateSize: 53248)
  /// LLaMA 3.2 1B, with a tied head.
  public static let llama32With1B = llama3(
    layerCount: 16, hiddenSize: 2048, headCount: 32, intermediateSize: 8192, factor: 32, tiesEmbeddings: true)
  /// LLaMA 3.2 3B, with a tied head.
  public static let llama32With3B = llama3(
    layerCount: 28, hiddenSize: 3072, headCount: 24, intermediateSize: 8192, factor: 32, tiesEmbeddings: true)
}

extension FamilyDescription {
  /// LLaMA 1 to 3.3 as `LlamaForCausalLM` and as llama.cpp's `llama`.
  static let llama = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["llama"], architecture: "LlamaForCausalLM",
      names: llamaNames(feedForward: "mlp"),
      decode: { fields throws in
        let hidden = try fields.integer("hidden_size")
        let heads = try fields.integer("num_attention_heads")
        let attentionBias = try fields.flag("attention_bias") ?? false
        return Configuration(
          family: .llama, vocabularySize: try fields.integer("vocab_size"),
          contextLength: try fields.integer(optional: "max_position_embeddings") ?? 2048, hiddenSize: hidden,
          layerCount: try fields.layerCount("num_hidden_layers"), headCount: heads,
          kvHeadCount: try fields.integer(optional: "num_key_value_heads") ?? heads,
          headSize: try fields.integer(optional: "head_dim")
            ?? fields.headSize(hiddenSize: hidden, headCount: heads, "num_attention_heads"),
          normalization: .rmsNorm(epsilon: Float(try fields.number(optional: "rms_norm_eps") ?? 1e-6)),
          position: .rotary(try fields.rotaryPosition(defaultTheta: 10_000)),
          feedForward: .gated(
            .activation(try fields.activation("hidden_act", default: "silu")),
            intermediateSize: try fields.integer("intermediate_size")),
          biases: Biases(
            queryKeyValue: attentionBias, attentionOutput: attentionBias,
            feedForward: try fields.flag("mlp_bias") ?? false),
          tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? false)
      },
      encode: { configuration in
        configuration.sizesInLlamaWords + [
          ("intermediate_size", .integer(configuration.denseIntermediateSize ?? 0)),
          ("hidden_act", .string("silu")),
          ("attention_bias", .bool(configuration.biases.queryKeyValue)),
          ("mlp_bias", .bool(configuration.biases.feedForward)),
        ] + configuration.rotaryFields
      }),
    gguf: GGUF(
      architecture: "llama", names: llamaGGUFNames,
      decode: { fields, tensors throws in
        try Configuration(llamaGGUF: fields, tensors, family: .llama, pairing: .adjacent)
      },
      encode: { $0.llamaGGUFFields }, pairing: .adjacent))

  /// The names of LLaMA's tensors in transformers; LLaMA 4 calls the feed-forward part differently.
  static func llamaNames(feedForward: String, more: [String: String] = [:], transposed: Set<String> = []) -> TensorNames
  {
    let entries = [
      "tokens": "@embed_tokens",
      "layers.{}.attentionNorm": "@layers.{}.input_layernorm",
      "layers.{}.attention.query": "@layers.{}.self_attn.q_proj",
      "layers.{}.attention.key": "@layers.{}.self_attn.k_proj",
      "layers.{}.attention.value": "@layers.{}.self_attn.v_proj",
      "layers.{}.attention.output": "@layers.{}.self_attn.o_proj",
      "layers.{}.feedForwardNorm": "@layers.{}.post_attention_layernorm",
      "layers.{}.feedForward.gate": "@layers.{}.\(feedForward).gate_proj",
      "layers.{}.feedForward.up": "@layers.{}.\(feedForward).up_proj",
      "layers.{}.feedForward.down": "@layers.{}.\(feedForward).down_proj",
      "finalNorm": "@norm",
      "head": "lm_head|language_model.lm_head",
    ]
    return TensorNames(
      prefixes: ["model.", "language_model.model.", "model.language_model."], transposed: transposed,
      entries.merging(more) { $1 })
  }

  /// The names of LLaMA's tensors in GGUF, experts included.
  static let llamaGGUFNames = TensorNames([
    "tokens": "token_embd",
    "layers.{}.attentionNorm": "blk.{}.attn_norm",
    "layers.{}.attention.query": "blk.{}.attn_q",
    "layers.{}.attention.key": "blk.{}.attn_k",
    "layers.{}.attention.value": "blk.{}.attn_v",
    "layers.{}.attention.output": "blk.{}.attn_output",
    "layers.{}.attention.sinks": "blk.{}.attn_sinks.weight",
    "layers.{}.feedForwardNorm": "blk.{}.ffn_norm",
    "layers.{}.feedForward.gate": "blk.{}.ffn_gate",
    "layers.{}.feedForward.up": "blk.{}.ffn_up",
    "layers.{}.feedForward.down": "blk.{}.ffn_down",
    "layers.{}.router": "blk.{}.ffn_gate_inp",
    "layers.{}.experts.gate": "blk.{}.ffn_gate_exps",
    "layers.{}.experts.up": "blk.{}.ffn_up_exps",
    "layers.{}.experts.down": "blk.{}.ffn_down_exps",
    "layers.{}.sharedExpert.gate": "blk.{}.ffn_gate_shexp",
    "layers.{}.sharedExpert.up": "blk.{}.ffn_up_shexp",
    "layers.{}.sharedExpert.down": "blk.{}.ffn_down_shexp",
    "finalNorm": "output_norm",
    "head": "output",
  ])
}

extension Configuration {
  /// Sizes under the keys that LLaMA's config.json, and those modelled on it, use.
  var sizesInLlamaWords: [(String, JSONValue)] {
    [
      ("vocab_size", .integer(vocabularySize)), ("max_position_embeddings", .integer(contextLength)),
      ("hidden_size", .integer(hiddenSize)), ("num_hidden_layers", .integer(layerCount)),
      ("num_attention_heads", .integer(headCount)), ("num_key_value_heads", .integer(kvHeadCount)),
      ("head_dim", .integer(headSize)), ("rms_norm_eps", .number(Double(normalization.epsilon))),
      ("tie_word_embeddings", .bool(tiesEmbeddings)), ("attention_dropout", .number(0)),
    ]
  }
}
