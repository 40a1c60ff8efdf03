import JSONParsing
import Tensors

extension Configuration {
  /// GPT-1 (Radford et al. 2018): post-norm, learned positions, biases everywhere. 116,534,784 parameters.
  public static let gpt1 = Configuration(
    family: .gpt1, vocabularySize: 40478, contextLength: 512, hiddenSize: 768, layerCount: 12, headCount: 12,
    normalization: .layerNorm(epsilon: 1e-5), normPlacement: .post, position: .learned(),
    feedForward: .plain(.geluTanh, intermediateSize: 3072), biases: .all, tiesEmbeddings: true,
    fusesQueryKeyValue: true)
}

extension FamilyDescription {
  /// GPT-1 as `OpenAIGPTLMHeadModel`. llama.cpp has no architecture for it.
  static let gpt1 = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["openai-gpt"], architecture: "OpenAIGPTLMHeadModel",
      names: TensorNames(
        prefixes: ["transformer.", ""],
        transposed: [
          "layers.{}.attention.queryKeyValue", "layers.{}.attention.output", "layers.{}.feedForward.up",
          "layers.{}.feedForward.down",
        ],
        [
          "tokens": "@tokens_embed",
          "positions": "@positions_embed",
          "layers.{}.attention.queryKeyValue": "@h.{}.attn.c_attn",
          "layers.{}.attention.output": "@h.{}.attn.c_proj",
          "layers.{}.attentionNorm": "@h.{}.ln_1",
          "layers.{}.feedForward.up": "@h.{}.mlp.c_fc",
          "layers.{}.feedForward.down": "@h.{}.mlp.c_proj",
          "layers.{}.feedForwardNorm": "@h.{}.ln_2",
          "head": "lm_head",
        ]),
      decode: { fields throws in
        let (hidden, heads) = (try fields.integer("n_embd"), try fields.integer("n_head"))
        // transformers' GPT-1 says "gelu" and means the tanh approximation.
        let name = try fields.text(optional: "afn") ?? "gelu"
        guard let activation = name == "gelu" ? .geluTanh : Activation(huggingFaceName: name) else {
          throw fields.error("afn", "activation '\(name)' is not supported; known: gelu, silu, relu.", .unsupported)
        }
        return Configuration(
          family: .gpt1, vocabularySize: try fields.integer("vocab_size"),
          contextLength: try fields.integer("n_positions"), hiddenSize: hidden,
          layerCount: try fields.layerCount("n_layer"), headCount: heads,
          headSize: try fields.headSize(hiddenSize: hidden, headCount: heads, "n_head"),
          normalization: .layerNorm(epsilon: Float(try fields.number(optional: "layer_norm_epsilon") ?? 1e-5)),
          normPlacement: .post, position: .learned(),
          feedForward: .plain(activation, intermediateSize: hidden &* 4), biases: .all,
          tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? true, fusesQueryKeyValue: true)
      },
      encode: { configuration in
        let activation = configuration.plainActivation ?? .geluTanh
        return configuration.sizesInGPTWords + [
          ("afn", .string(activation == .geluTanh ? "gelu" : activation.huggingFaceName)),
          ("layer_norm_epsilon", .number(Double(configuration.normalization.epsilon))),
          ("tie_word_embeddings", .bool(configuration.tiesEmbeddings)),
        ]
      }),
    gguf: nil)
}

extension Configuration {
  /// The activation of plain feed-forward layers, if the first layer is one.
  var plainActivation: Activation? {
    if case .plain(let activation, _) = layers.first?.feedForward { return activation }
    return nil
  }

  /// The inner width of the first layer that is no mixture of experts.
  var denseIntermediateSize: Int? {
    for layer in layers {
      switch layer.feedForward {
      case .plain(_, let size), .gated(_, let size): return size
      case .mixtureOfExperts: continue
      }
    }
    return nil
  }

  /// Sizes under the keys that GPT-1's and GPT-2's config.json use.
  var sizesInGPTWords: [(String, JSONValue)] {
    [
      ("vocab_size", .integer(vocabularySize)), ("n_positions", .integer(contextLength)),
      ("n_embd", .integer(hiddenSize)), ("n_layer", .integer(layerCount)), ("n_head", .integer(headCount)),
    ]
  }
}
