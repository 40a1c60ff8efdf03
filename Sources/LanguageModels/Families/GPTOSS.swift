import JSONParsing
import Tensors

extension Configuration {
  /// gpt-oss: a mixture of SwiGLU experts, attention sinks, layers that alternate a window of 128 with full attention.
  static func gptOSS(layerCount: Int, expertCount: Int) -> Configuration {
    let yarn = YarnScaling(
      factor: 32, originalContextLength: 4096, truncates: false)
    var configuration = Configuration(
      family: .gptOSS, vocabularySize: 201_088, contextLength: 131_072, hiddenSize: 2880, layerCount: layerCount,
      headCount: 64, kvHeadCount: 8, headSize: 64, normalization: .rmsNorm(epsilon: 1e-5),
      position: .rotary(RotaryPosition(theta: 150_000, scaling: .yarn(yarn))),
      feedForward: .mixtureOfExperts(
        MixtureOfExperts(
          expertCount: expertCount, expertsPerToken: 4, intermediateSize: 2880,
          gate: .clampedSwish(alpha: 1.702, limit: 7), routing: .softmaxOverChosen, hasBias: true,
          packing: .interleaved)),
      biases: .all, attention: AttentionOptions(hasSinks: true), tiesEmbeddings: false, bosToken: 199_998,
      eosTokens: [200_002, 199_999, 200_012])
    configuration.setAttentionPatterns([.banded(window: 128), .full])
    return configuration
  }

  /// gpt-oss 20B: 24 layers of 32 experts.
  public static let gptOSSWith20B = gptOSS(layerCount: 24, expertCount: 32)
  /// gpt-oss 120B: 36 layers of 128 experts.
  public static let gptOSSWith120B = gptOSS(layerCount: 36, expertCount: 128)
}

extension FamilyDescription {
  /// gpt-oss as `GptOssForCausalLM` and as llama.cpp's `gpt-oss`.
  static let gptOSS = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["gpt_oss"], architecture: "GptOssForCausalLM",
      names: llamaNames(
        feedForward: "mlp",
        more: [
          "layers.{}.attention.sinks": "@layers.{}.self_attn.sinks",
          "layers.{}.router": "@layers.{}.mlp.router",
          "layers.{}.experts.gateUp.weight": "@layers.{}.mlp.experts.gate_up_proj",
          "layers.{}.experts.gateUp.bias": "@layers.{}.mlp.experts.gate_up_proj_bias",
          "layers.{}.experts.down.weight": "@layers.{}.mlp.experts.down_proj",
          "layers.{}.experts.down.bias": "@layers.{}.mlp.experts.down_proj_bias",
        ],
        transposed: ["layers.{}.experts.gateUp", "layers.{}.experts.down"]),
      decode: { fields throws in
        let hidden = try fields.integer("hidden_size")
        let heads = try fields.integer("num_attention_heads")
        let attentionBias = try fields.flag("attention_bias") ?? true
        let layerCount = try fields.layerCount("num_hidden_layers")
        let mixture = MixtureOfExperts(
          expertCount: try fields.integer("num_local_experts"),
          expertsPerToken: try fields.integer(optional: "num_experts_per_tok", "experts_per_token") ?? 4,
          intermediateSize: try fields.integer("intermediate_size"),
          gate: .clampedSwish(
            alpha: Float(try fields.number(optional: "swiglu_alpha") ?? 1.702),
            limit: Float(try fields.number(optional: "swiglu_limit") ?? 7)),
          routing: .softmaxOverChosen, hasBias: true, packing: .interleaved)
        var configuration = Configuration(
          family: .gptOSS, vocabularySize: try fields.integer("vocab_size"),
          contextLength: try fields.integer("max_position_embeddings"), hiddenSize: hidden, layerCount: layerCount,
          headCount: heads, kvHeadCount: try fields.integer(optional: "num_key_value_heads") ?? heads,
          headSize: try fields.integer(optional: "head_dim")
            ?? fields.headSize(hiddenSize: hidden, headCount: heads, "num_attention_heads"),
          normalization: .rmsNorm(epsilon: Float(try fields.number(optional: "rms_norm_eps") ?? 1e-5)),
          position: .rotary(try fields.rotaryPosition(defaultTheta: 150_000)),
          feedForward: .mixtureOfExperts(mixture),
          biases: Biases(queryKeyValue: attentionBias, attentionOutput: attentionBias, feedForward: true),
          attention: AttentionOptions(hasSinks: true),
          tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? false)
        let window = try fields.integer(optional: "sliding_window") ?? 128
        try configuration.setLayerTypes(
          fields, words: ["sliding_attention": .banded(window: window), "full_attention": .full],
          default: [.banded(window: window), .full])
        return configuration
      },
      encode: { configuration in
        guard case .mixtureOfExperts(let mixture)? = configuration.layers.first?.feedForward else { return [] }
        var fields = configuration.sizesInLlamaWords
        fields += [
          ("num_local_experts", .integer(mixture.expertCount)),
          ("num_experts_per_tok", .integer(mixture.expertsPerToken)),
          ("intermediate_size", .integer(mixture.intermediateSize)), ("hidden_act", .string("silu")),
          ("attention_bias", .bool(configuration.biases.queryKeyValue)),
        ]
        if case .clampedSwish(let alpha, let limit) = mixture.gate {
          fields += [("swiglu_alpha", .number(Double(alpha))), ("swiglu_limit", .number(Double(limit)))]
        }
        return fields + configuration.layerTypeFields + configuration.rotaryFields
      },
      packing: .interleaved),
    gguf: GGUF(
      architecture: "gpt-oss",
      names: TensorNames(
        llamaGGUFNames.entries.merging(["layers.{}.feedForwardNorm": "blk.{}.post_attention_norm"]) { $1 }),
      decode: { fields, tensors throws in
        let mixture = MixtureOfExperts(
          expertCount: try fields.integer("expert_count"), expertsPerToken: try fields.integer("expert_used_count"),
          intermediateSize: try fields.integer("expert_feed_forward_length"),
          gate: .clampedSwish(alpha: 1.702, limit: 7), routing: .softmaxOverChosen, hasBias: true, packing: nil)
        var configuration = try Configuration(
          llamaGGUF: fields, tensors, family: .gptOSS, pairing: .halves, feedForward: .mixtureOfExperts(mixture))
        configuration.attention.hasSinks = true
        configuration.biases.feedForward = true
        configuration.setAttentionPatterns([.banded(window: try fields.integer("attention.sliding_window")), .full])
        return configuration
      },
      encode: { configuration in
        guard case .mixtureOfExperts(let mixture)? = configuration.layers.first?.feedForward else { return [] }
        return configuration.llamaGGUFFields + [
          ("expert_count", .count(mixture.expertCount)), ("expert_used_count", .count(mixture.expertsPerToken)),
          ("expert_feed_forward_length", .count(mixture.intermediateSize)),
          ("attention.sliding_window", .count(configuration.bandWindow ?? 128)),
        ]
      }))
}

extension Configuration {
  /// The window of the first banded layer.
  var bandWindow: Int? {
    for layer in layers { if case .banded(let window) = layer.pattern { return window } }
    return nil
  }

  /// Reads `layer_types`, one word per layer.
  mutating func setLayerTypes(
    _ fields: ConfigurationFields, words: [String: AttentionPattern], default cycle: [AttentionPattern]
  ) throws {
    guard let types = try fields.texts("layer_types") else { return setAttentionPatterns(cycle) }
    guard types.count == layerCount else {
      throw fields.error("layer_types", "names \(types.count) layers of \(layerCount).")
    }
    for (index, word) in types.enumerated() {
      guard let pattern = words[word] else {
        throw fields.error(
          "layer_types", "'\(word)' is not supported; known: \(words.keys.sorted().joined(separator: ", ")).",
          .unsupported)
      }
      layers[index].pattern = pattern
    }
  }

  /// `layer_types`, and the window or chunk that some of them have.
  var layerTypeFields: [(String, JSONValue)] {
    var sizes: [(String, JSONValue)] = []
    let words = layers.map { layer -> JSONValue in
      switch layer.pattern {
      case .full: return .string("full_attention")
      case .banded(let window):
        sizes = [("sliding_window", .integer(window))]
        return .string("sliding_attention")
      case .chunked(let size):
        sizes = [("attention_chunk_size", .integer(size))]
        return .string("chunked_attention")
      }
    }
    return [("layer_types", .array(words))] + sizes
  }
}
