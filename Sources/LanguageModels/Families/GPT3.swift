import JSONParsing
import Tensors

extension Configuration {
  /// GPT-3 in a size of the paper (Brown et al. 2020, Table 2.1): GPT-2 with a context of 2048 and layers that
  /// alternate dense and locally banded attention.
  ///
  /// The paper publishes neither the bandwidth nor which layers are dense. These presets begin with a dense layer and
  /// use a band of 256, as GPT-Neo does. Where the paper's head counts contradict its widths (1.3B: 24 heads of 128
  /// are not 2048; 13B: 40 heads of 128 are not 5140) they take 16 heads and a width of 5120, which agree with the
  /// stated parameter counts.
  static func gpt3(layerCount: Int, hiddenSize: Int, headCount: Int) -> Configuration {
    var configuration = gpt2(layerCount: layerCount, hiddenSize: hiddenSize, headCount: headCount)
    configuration.family = .gpt3
    configuration.contextLength = 2048
    configuration.setAttentionPatterns([.full, .banded(window: 256)])
    return configuration
  }

  /// GPT-3 Small.
  public static let gpt3Small = gpt3(layerCount: 12, hiddenSize: 768, headCount: 12)
  /// GPT-3 Medium, 350M.
  public static let gpt3Medium = gpt3(layerCount: 24, hiddenSize: 1024, headCount: 16)
  /// GPT-3 Large, 760M.
  public static let gpt3Large = gpt3(layerCount: 24, hiddenSize: 1536, headCount: 16)
  /// GPT-3 XL, 1.3B.
  public static let gpt3XL = gpt3(layerCount: 24, hiddenSize: 2048, headCount: 16)
  /// GPT-3 2.7B.
  public static let gpt3With2_7B = gpt3(layerCount: 32, hiddenSize: 2560, headCount: 32)
  /// GPT-3 6.7B.
  public static let gpt3With6_7B = gpt3(layerCount: 32, hiddenSize: 4096, headCount: 32)
  /// GPT-3 13B.
  public static let gpt3With13B = gpt3(layerCount: 40, hiddenSize: 5120, headCount: 40)
  /// GPT-3 175B.
  public static let gpt3With175B = gpt3(layerCount: 96, hiddenSize: 12288, headCount: 96)
}

extension FamilyDescription {
  /// GPT-3 in GPT-2's words plus the attention pattern. Neither transformers nor llama.cpp has this architecture, and
  /// the model type keeps them from opening it as a GPT-2 whose bands they would ignore.
  static let gpt3 = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["gpt3"], architecture: "GPT3LMHeadModel", names: gpt2Names,
      decode: { fields throws in
        var configuration = try decodeGPT2(fields)
        configuration.family = .gpt3
        try configuration.setAttentionPatterns(fields, window: "window_size", global: "global", local: "local")
        return configuration
      },
      encode: { $0.gpt2Fields + $0.attentionPatternFields }),
    gguf: nil)

  /// GPT-Neo, the open GPT-3 with real weights: alternating global and local attention, scores not scaled, no bias on
  /// query, key and value. llama.cpp has no architecture for it.
  static let gptNeo = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["gpt_neo"], architecture: "GPTNeoForCausalLM",
      names: TensorNames(
        prefixes: ["transformer.", ""],
        [
          "tokens": "@wte",
          "positions": "@wpe",
          "layers.{}.attentionNorm": "@h.{}.ln_1",
          "layers.{}.attention.query": "@h.{}.attn.attention.q_proj",
          "layers.{}.attention.key": "@h.{}.attn.attention.k_proj",
          "layers.{}.attention.value": "@h.{}.attn.attention.v_proj",
          "layers.{}.attention.output": "@h.{}.attn.attention.out_proj",
          "layers.{}.feedForwardNorm": "@h.{}.ln_2",
          "layers.{}.feedForward.up": "@h.{}.mlp.c_fc",
          "layers.{}.feedForward.down": "@h.{}.mlp.c_proj",
          "finalNorm": "@ln_f",
          "head": "lm_head",
        ]),
      decode: { fields throws in
        let (hidden, heads) = (try fields.integer("hidden_size"), try fields.integer("num_heads"))
        var configuration = Configuration(
          family: .gptNeo, vocabularySize: try fields.integer("vocab_size"),
          contextLength: try fields.integer("max_position_embeddings"), hiddenSize: hidden,
          layerCount: try fields.layerCount("num_layers"), headCount: heads,
          headSize: try fields.headSize(hiddenSize: hidden, headCount: heads, "num_heads"),
          normalization: .layerNorm(epsilon: Float(try fields.number(optional: "layer_norm_epsilon") ?? 1e-5)),
          position: .learned(),
          feedForward: .plain(
            try fields.activation("activation_function", default: "gelu_new"),
            intermediateSize: try fields.integer(optional: "intermediate_size") ?? hidden &* 4),
          biases: Biases(queryKeyValue: false, attentionOutput: true, feedForward: true),
          attention: AttentionOptions(scale: 1), tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? true)
        try configuration.setAttentionPatterns(fields, window: "window_size", global: "global", local: "local")
        return configuration
      },
      encode: { configuration in
        [
          ("vocab_size", .integer(configuration.vocabularySize)),
          ("max_position_embeddings", .integer(configuration.contextLength)),
          ("hidden_size", .integer(configuration.hiddenSize)),
          ("num_layers", .integer(configuration.layerCount)), ("num_heads", .integer(configuration.headCount)),
          ("intermediate_size", configuration.denseIntermediateSize.map { .integer($0) } ?? .null),
          ("activation_function", .string((configuration.plainActivation ?? .geluTanh).huggingFaceName)),
          ("layer_norm_epsilon", .number(Double(configuration.normalization.epsilon))),
          ("tie_word_embeddings", .bool(configuration.tiesEmbeddings)),
          ("attention_types", configuration.attentionTypes),
          ("attention_dropout", .number(0)), ("embed_dropout", .number(0)), ("resid_dropout", .number(0)),
        ] + configuration.attentionPatternFields
      }),
    gguf: nil)

  /// OPT, GPT-3's shape with ReLU and open weights. Its position table begins with two unused rows. llama.cpp has no
  /// architecture for it.
  static let opt = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["opt"], architecture: "OPTForCausalLM",
      names: TensorNames(
        prefixes: ["model.decoder.", "decoder."],
        [
          "tokens": "@embed_tokens",
          "positions": "@embed_positions",
          "layers.{}.attentionNorm": "@layers.{}.self_attn_layer_norm",
          "layers.{}.attention.query": "@layers.{}.self_attn.q_proj",
          "layers.{}.attention.key": "@layers.{}.self_attn.k_proj",
          "layers.{}.attention.value": "@layers.{}.self_attn.v_proj",
          "layers.{}.attention.output": "@layers.{}.self_attn.out_proj",
          "layers.{}.feedForwardNorm": "@layers.{}.final_layer_norm",
          "layers.{}.feedForward.up": "@layers.{}.fc1",
          "layers.{}.feedForward.down": "@layers.{}.fc2",
          "finalNorm": "@final_layer_norm",
          "head": "lm_head",
        ]),
      decode: { fields throws in
        let (hidden, heads) = (try fields.integer("hidden_size"), try fields.integer("num_attention_heads"))
        try fields.refuse("word_embed_proj_dim", unless: .integer(hidden))
        try fields.refuse("_remove_final_layer_norm", unless: .bool(false))
        try fields.refuse("layer_norm_elementwise_affine", unless: .bool(true))
        let hasBias = try fields.flag("enable_bias") ?? true
        return Configuration(
          family: .opt, vocabularySize: try fields.integer("vocab_size"),
          contextLength: try fields.integer("max_position_embeddings"), hiddenSize: hidden,
          layerCount: try fields.layerCount("num_hidden_layers"), headCount: heads,
          headSize: try fields.headSize(hiddenSize: hidden, headCount: heads, "num_attention_heads"),
          normalization: .layerNorm(epsilon: 1e-5),
          normPlacement: try fields.flag("do_layer_norm_before") ?? true ? .pre : .post, position: .learned(offset: 2),
          feedForward: .plain(
            try fields.activation("activation_function", default: "relu"),
            intermediateSize: try fields.integer("ffn_dim")),
          biases: hasBias ? .all : .none, tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? true)
      },
      encode: { configuration in
        [
          ("vocab_size", .integer(configuration.vocabularySize)),
          ("max_position_embeddings", .integer(configuration.contextLength)),
          ("hidden_size", .integer(configuration.hiddenSize)),
          ("word_embed_proj_dim", .integer(configuration.hiddenSize)),
          ("num_hidden_layers", .integer(configuration.layerCount)),
          ("num_attention_heads", .integer(configuration.headCount)),
          ("ffn_dim", .integer(configuration.denseIntermediateSize ?? 0)),
          ("activation_function", .string((configuration.plainActivation ?? .relu).huggingFaceName)),
          ("do_layer_norm_before", .bool(configuration.normPlacement == .pre)),
          ("enable_bias", .bool(configuration.biases == .all)),
          ("tie_word_embeddings", .bool(configuration.tiesEmbeddings)),
          ("dropout", .number(0)), ("attention_dropout", .number(0)),
        ]
      }),
    gguf: nil)
}

extension Configuration {
  /// Reads `attention_layers` (one word per layer), or `attention_types` (`[[["global", "local"], 6]]`).
  mutating func setAttentionPatterns(
    _ fields: ConfigurationFields, window: String, global: String, local: String
  ) throws {
    var words = try fields.texts("attention_layers")
    if words == nil, let groups = fields["attention_types"]?.array {
      words = groups.flatMap { group -> [String] in
        guard let pair = group.array, pair.count == 2, let names = pair[0].array?.compactMap(\.string),
          let times = pair[1].int, (0...layerCount).contains(times)
        else { return [] }
        return Array(repeating: names, count: times).flatMap { $0 }
      }
    }
    guard let words else { return }
    guard words.count == layerCount else {
      throw fields.error("attention_layers", "names \(words.count) layers of \(layerCount).")
    }
    for (index, word) in words.enumerated() {
      switch word {
      case global: layers[index].pattern = .full
      case local: layers[index].pattern = .banded(window: try fields.integer(window))
      default: throw fields.error("attention_layers", "'\(word)' should be '\(global)' or '\(local)'.", .unsupported)
      }
    }
  }

  /// `attention_layers` and `window_size`.
  var attentionPatternFields: [(String, JSONValue)] {
    var window = 256
    let words = layers.map { layer -> JSONValue in
      guard case .banded(let size) = layer.pattern else { return .string("global") }
      window = size
      return .string("local")
    }
    return [("attention_layers", .array(words)), ("window_size", .integer(window))]
  }

  /// `attention_types`: each layer's word as a group of its own, which transformers expands to `attention_layers`.
  var attentionTypes: JSONValue {
    .array(
      layers.map { layer in
        let word = if case .banded = layer.pattern { "local" } else { "global" }
        return .array([.array([.string(word)]), .integer(1)])
      })
  }
}
