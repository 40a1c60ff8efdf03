import JSONParsing
import Tensors

extension Configuration {
  /// GPT-2 in a size of the paper (Radford et al. 2019): pre-norm, learned positions, tied head.
  static func gpt2(layerCount: Int, hiddenSize: Int, headCount: Int) -> Configuration {
    Configuration(
      family: .gpt2, vocabularySize: 50257, contextLength: 1024, hiddenSize: hiddenSize, layerCount: layerCount,
      headCount: headCount, normalization: .layerNorm(epsilon: 1e-5), position: .learned(),
      feedForward: .plain(.geluTanh, intermediateSize: 4 * hiddenSize), biases: .all, tiesEmbeddings: true,
      fusesQueryKeyValue: true, bosToken: 50256, eosTokens: [50256])
  }

  /// GPT-2, the smallest of four: 124,439,808 parameters.
  public static let gpt2 = gpt2(layerCount: 12, hiddenSize: 768, headCount: 12)
  /// GPT-2 medium: 354,823,168 parameters.
  public static let gpt2Medium = gpt2(layerCount: 24, hiddenSize: 1024, headCount: 16)
  /// GPT-2 large: 774,030,080 parameters.
  public static let gpt2Large = gpt2(layerCount: 36, hiddenSize: 1280, headCount: 20)
  /// GPT-2 XL: 1,557,611,200 parameters.
  public static let gpt2XL = gpt2(layerCount: 48, hiddenSize: 1600, headCount: 25)
}

extension FamilyDescription {
  /// GPT-2 as `GPT2LMHeadModel` and as llama.cpp's `gpt2`.
  static let gpt2 = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["gpt2"], architecture: "GPT2LMHeadModel", names: gpt2Names,
      decode: { fields throws in try decodeGPT2(fields) },
      encode: { $0.gpt2Fields }),
    gguf: GGUF(
      architecture: "gpt2",
      names: TensorNames([
        "tokens": "token_embd",
        "positions": "position_embd",
        "layers.{}.attentionNorm": "blk.{}.attn_norm",
        "layers.{}.attention.queryKeyValue": "blk.{}.attn_qkv",
        "layers.{}.attention.output": "blk.{}.attn_output",
        "layers.{}.feedForwardNorm": "blk.{}.ffn_norm",
        "layers.{}.feedForward.up": "blk.{}.ffn_up",
        "layers.{}.feedForward.down": "blk.{}.ffn_down",
        "finalNorm": "output_norm",
        "head": "output",
      ]),
      decode: { fields, tensors throws in
        let (hidden, heads) = (try fields.integer("embedding_length"), try fields.integer("attention.head_count"))
        guard let vocabulary = tensors.shape("token_embd.weight"), vocabulary.rank == 2 else {
          throw fields.error(
            "token_embd.weight", "is missing or not a matrix; the file holds no model.", .mismatchedTensor)
        }
        return Configuration(
          family: .gpt2, vocabularySize: vocabulary[0], contextLength: try fields.integer("context_length"),
          hiddenSize: hidden, layerCount: try fields.layerCount("block_count"), headCount: heads,
          headSize: try fields.headSize(hiddenSize: hidden, headCount: heads, "attention.head_count"),
          normalization: .layerNorm(epsilon: Float(try fields.number("attention.layer_norm_epsilon"))),
          position: .learned(),
          feedForward: .plain(.geluTanh, intermediateSize: try fields.integer("feed_forward_length")), biases: .all,
          tiesEmbeddings: !tensors.has("output.weight"), fusesQueryKeyValue: true)
      },
      encode: { configuration in
        [
          ("block_count", .count(configuration.layerCount)),
          ("context_length", .count(configuration.contextLength)),
          ("embedding_length", .count(configuration.hiddenSize)),
          ("feed_forward_length", .count(configuration.denseIntermediateSize ?? 0)),
          ("attention.head_count", .count(configuration.headCount)),
          ("attention.layer_norm_epsilon", .number(Double(configuration.normalization.epsilon))),
        ]
      }))

  static let gpt2Names = TensorNames(
    prefixes: ["transformer.", ""],
    transposed: [
      "layers.{}.attention.queryKeyValue", "layers.{}.attention.output", "layers.{}.feedForward.up",
      "layers.{}.feedForward.down",
    ],
    [
      "tokens": "@wte",
      "positions": "@wpe",
      "layers.{}.attentionNorm": "@h.{}.ln_1",
      "layers.{}.attention.queryKeyValue": "@h.{}.attn.c_attn",
      "layers.{}.attention.output": "@h.{}.attn.c_proj",
      "layers.{}.feedForwardNorm": "@h.{}.ln_2",
      "layers.{}.feedForward.up": "@h.{}.mlp.c_fc",
      "layers.{}.feedForward.down": "@h.{}.mlp.c_proj",
      "finalNorm": "@ln_f",
      "head": "lm_head",
    ])

  static func decodeGPT2(_ fields: ConfigurationFields) throws -> Configuration {
    let (hidden, heads) = (try fields.integer("n_embd"), try fields.integer("n_head"))
    try fields.refuse("add_cross_attention", unless: .bool(false))
    try fields.refuse("scale_attn_by_inverse_layer_idx", unless: .bool(false))
    let scalesAttention = try fields.flag("scale_attn_weights") ?? true
    return Configuration(
      family: .gpt2, vocabularySize: try fields.integer("vocab_size"),
      contextLength: try fields.integer("n_positions"), hiddenSize: hidden,
      layerCount: try fields.layerCount("n_layer"), headCount: heads,
      headSize: try fields.headSize(hiddenSize: hidden, headCount: heads, "n_head"),
      normalization: .layerNorm(epsilon: Float(try fields.number(optional: "layer_norm_epsilon") ?? 1e-5)),
      position: .learned(),
      feedForward: .plain(
        try fields.activation("activation_function", default: "gelu_new"),
        intermediateSize: try fields.integer(optional: "n_inner") ?? hidden &* 4),
      biases: .all, attention: AttentionOptions(scale: scalesAttention ? nil : 1),
      tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? true, fusesQueryKeyValue: true)
  }
}

extension Configuration {
  /// The keys of GPT-2's config.json.
  var gpt2Fields: [(String, JSONValue)] {
    sizesInGPTWords + [
      ("n_inner", denseIntermediateSize.map { .integer($0) } ?? .null),
      ("activation_function", .string((plainActivation ?? .geluTanh).huggingFaceName)),
      ("layer_norm_epsilon", .number(Double(normalization.epsilon))),
      ("scale_attn_weights", .bool(attention.scale == nil)),
      ("tie_word_embeddings", .bool(tiesEmbeddings)),
      ("attn_pdrop", .number(0)), ("embd_pdrop", .number(0)), ("resid_pdrop", .number(0)),
    ]
  }
}
