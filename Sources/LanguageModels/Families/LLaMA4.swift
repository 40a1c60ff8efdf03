import JSONParsing
import Tensors

extension Configuration {
  /// Llama 4's text decoder: one routed and one shared expert per token; three of four layers rotate and attend within
  /// chunks of 8192, the fourth has no positions and attends to everything.
  static func llama4(
    expertCount: Int, expertStep: Int, normalizesQueryKey: Bool, scaling: RotaryScaling, contextLength: Int
  )
    -> Configuration
  {
    var configuration = Configuration(
      family: .llama4, vocabularySize: 202_048, contextLength: contextLength, hiddenSize: 5120, layerCount: 48,
      headCount: 40, kvHeadCount: 8, headSize: 128, normalization: .rmsNorm(epsilon: 1e-5),
      position: .rotary(RotaryPosition(theta: 500_000, scaling: scaling, pairing: .adjacent)),
      feedForward: .gated(.activation(.silu), intermediateSize: 16384), biases: .none,
      attention: AttentionOptions(
        normalizesQueryKey: normalizesQueryKey, temperature: AttentionTemperature(scale: 0.1, floor: 8192)),
      tiesEmbeddings: false, bosToken: 200_000, eosTokens: [200_001, 200_007, 200_008])
    let mixture = MixtureOfExperts(
      expertCount: expertCount, expertsPerToken: 1, intermediateSize: 8192, gate: .activation(.silu),
      routing: .sigmoidOnInput, sharedIntermediateSize: 8192, hasBias: false, packing: .concatenated)
    configuration.interleaveLlama4(
      mixture, expertLayers: { ($0 + 1) % expertStep == 0 }, rotaryLayers: { ($0 + 1) % 4 != 0 }, chunk: 8192)
    return configuration
  }

  /// Llama 4 Scout: 16 experts in every layer, 109B parameters of which 17B work on a token.
  public static let llama4Scout = llama4(
    expertCount: 16, expertStep: 1, normalizesQueryKey: true,
    scaling: .llama3(
      Llama3Scaling(factor: 16, lowFrequencyFactor: 1, highFrequencyFactor: 1, originalContextLength: 8192)),
    contextLength: 10_485_760)
  /// Llama 4 Maverick: 128 experts in every second layer, 400B parameters of which 17B work on a token.
  public static let llama4Maverick = llama4(
    expertCount: 128, expertStep: 2, normalizesQueryKey: false, scaling: .none, contextLength: 1_048_576)

  /// Gives some layers experts instead of their dense part, and all but some rotation within chunks.
  mutating func interleaveLlama4(
    _ mixture: MixtureOfExperts, expertLayers: (Int) -> Bool, rotaryLayers: (Int) -> Bool, chunk: Int
  ) {
    for index in layers.indices {
      if expertLayers(index) { layers[index].feedForward = .mixtureOfExperts(mixture) }
      layers[index].usesRotary = rotaryLayers(index)
      layers[index].pattern = rotaryLayers(index) ? .chunked(size: chunk) : .full
    }
  }
}

extension FamilyDescription {
  /// Llama 4's text decoder as `Llama4ForCausalLM` (or inside the model with images) and as llama.cpp's `llama4`.
  static let llama4 = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: ["llama4_text", "llama4"], architecture: "Llama4ForCausalLM",
      names: llamaNames(
        feedForward: "feed_forward",
        more: [
          "layers.{}.router": "@layers.{}.feed_forward.router",
          "layers.{}.experts.gateUp.weight": "@layers.{}.feed_forward.experts.gate_up_proj",
          "layers.{}.experts.down.weight": "@layers.{}.feed_forward.experts.down_proj",
          "layers.{}.sharedExpert.gate": "@layers.{}.feed_forward.shared_expert.gate_proj",
          "layers.{}.sharedExpert.up": "@layers.{}.feed_forward.shared_expert.up_proj",
          "layers.{}.sharedExpert.down": "@layers.{}.feed_forward.shared_expert.down_proj",
        ],
        transposed: ["layers.{}.experts.gateUp", "layers.{}.experts.down"]),
      decode: { fields throws in try decodeLlama4(fields.nested("text_config") ?? fields) },
      encode: { $0.llama4Fields }, pairing: .adjacent, packing: .concatenated),
    gguf: GGUF(
      architecture: "llama4", names: llamaGGUFNames,
      decode: { fields, tensors throws in
        let expertSize = try fields.integer("expert_feed_forward_length")
        let mixture = MixtureOfExperts(
          expertCount: try fields.integer("expert_count"), expertsPerToken: try fields.integer("expert_used_count"),
          intermediateSize: expertSize, gate: .activation(.silu), routing: .sigmoidOnInput,
          sharedIntermediateSize: expertSize, hasBias: false, packing: nil)
        let dense = try fields.integer(optional: "feed_forward_length") ?? expertSize
        var configuration = try Configuration(
          llamaGGUF: fields, tensors, family: .llama4, pairing: .adjacent,
          feedForward: .gated(.activation(.silu), intermediateSize: dense))
        // llama.cpp decides both by the model's size: Maverick, with 128 experts, does not normalise.
        configuration.attention.normalizesQueryKey = mixture.expertCount != 128
        configuration.attention.temperature = AttentionTemperature(scale: 0.1, floor: 8192)
        configuration.interleaveLlama4(
          mixture, expertLayers: { tensors.has("blk.\($0).ffn_gate_inp.weight") }, rotaryLayers: { ($0 + 1) % 4 != 0 },
          chunk: try fields.integer(optional: "attention.chunk_size") ?? 8192)
        return configuration
      },
      encode: { configuration in
        guard let mixture = configuration.firstMixture else { return configuration.llamaGGUFFields }
        let step = (configuration.layers.firstIndex { $0.isMixture } ?? 0) + 1
        var chunk = 8192
        for layer in configuration.layers { if case .chunked(let size) = layer.pattern { chunk = size } }
        var fields = configuration.llamaGGUFFields
        if configuration.denseIntermediateSize == nil {
          fields.append(("feed_forward_length", .count(configuration.unusedDenseSize)))
        }
        return fields + [
          ("expert_count", .count(mixture.expertCount)), ("expert_used_count", .count(mixture.expertsPerToken)),
          ("expert_feed_forward_length", .count(mixture.intermediateSize)), ("interleave_moe_layer_step", .count(step)),
          ("attention.chunk_size", .count(chunk)),
        ]
      }, pairing: .adjacent))

  private static func decodeLlama4(_ fields: ConfigurationFields) throws -> Configuration {
    let hidden = try fields.integer("hidden_size")
    let heads = try fields.integer("num_attention_heads")
    let layerCount = try fields.layerCount("num_hidden_layers")
    let attentionBias = try fields.flag("attention_bias") ?? false
    let expertSize = try fields.integer("intermediate_size")
    // Older files say 4 for true.
    let tunesTemperature = fields["attn_temperature_tuning"].map { $0.bool ?? ($0.int != 0) } ?? true
    let temperature = AttentionTemperature(
      scale: Float(try fields.number(optional: "attn_scale") ?? 0.1),
      floor: Float(try fields.number(optional: "floor_scale") ?? 8192))
    var configuration = Configuration(
      family: .llama4, vocabularySize: try fields.integer("vocab_size"),
      contextLength: try fields.integer("max_position_embeddings"), hiddenSize: hidden, layerCount: layerCount,
      headCount: heads, kvHeadCount: try fields.integer(optional: "num_key_value_heads") ?? heads,
      headSize: try fields.integer(optional: "head_dim")
        ?? fields.headSize(hiddenSize: hidden, headCount: heads, "num_attention_heads"),
      normalization: .rmsNorm(epsilon: Float(try fields.number(optional: "rms_norm_eps") ?? 1e-5)),
      position: .rotary(try fields.rotaryPosition(defaultTheta: 500_000, pairing: .adjacent)),
      feedForward: .gated(
        .activation(try fields.activation("hidden_act", default: "silu")),
        intermediateSize: try fields.integer("intermediate_size_mlp")),
      biases: Biases(queryKeyValue: attentionBias, attentionOutput: attentionBias, feedForward: false),
      attention: AttentionOptions(
        normalizesQueryKey: try fields.flag("use_qk_norm") ?? true, temperature: tunesTemperature ? temperature : nil),
      tiesEmbeddings: try fields.flag("tie_word_embeddings") ?? false)
    let mixture = MixtureOfExperts(
      expertCount: try fields.integer("num_local_experts"), expertsPerToken: try fields.integer("num_experts_per_tok"),
      intermediateSize: expertSize, gate: .activation(.silu), routing: .sigmoidOnInput,
      sharedIntermediateSize: expertSize, hasBias: false, packing: .concatenated)
    let step = max(1, try fields.integer(optional: "interleave_moe_layer_step") ?? 1)
    let experts = try fields.integers("moe_layers").map(Set.init)
    let rotary = try fields.integers("no_rope_layers") ?? []
    guard rotary.isEmpty || rotary.count == layerCount else {
      throw fields.error("no_rope_layers", "names \(rotary.count) layers of \(layerCount).")
    }
    let interval = max(1, try fields.integer(optional: "no_rope_layer_interval") ?? 4)
    configuration.interleaveLlama4(
      mixture, expertLayers: { experts?.contains($0) ?? (($0 + 1) % step == 0) },
      // Despite its name, `no_rope_layers` holds 1 where a layer rotates.
      rotaryLayers: { rotary.isEmpty ? ($0 + 1) % interval != 0 : rotary[$0] != 0 },
      chunk: try fields.integer(optional: "attention_chunk_size") ?? 8192)
    return configuration
  }
}

extension Configuration {
  /// Refuses a Llama 4 that GGUF has no keys for: llama.cpp takes these of its details as given.
  func requireGGUF() throws(ModelError) {
    guard family == .llama4 else { return }
    func check(_ holds: Bool, _ what: String) throws(ModelError) {
      guard holds else {
        throw ModelError(
          .unsupported, "GGUF's llama4 always has \(what), this model has not; write a Hugging Face folder instead.")
      }
    }
    try check(
      attention.temperature == AttentionTemperature(scale: 0.1, floor: 8192), "an attention temperature of 0.1 and 8192"
    )
    try check(
      layers.indices.allSatisfy { layers[$0].usesRotary == (($0 + 1) % 4 != 0) }, "rotation in three of four layers")
    try check(
      attention.normalizesQueryKey == (firstMixture?.expertCount != 128),
      "normalised queries and keys, unless it has 128 experts")
  }
}

extension Layer {
  /// Whether the feed-forward part is a mixture of experts.
  var isMixture: Bool { if case .mixtureOfExperts = feedForward { true } else { false } }
}

extension Configuration {
  /// The experts of the first layer that has some.
  var firstMixture: MixtureOfExperts? {
    for layer in layers { if case .mixtureOfExperts(let mixture) = layer.feedForward { return mixture } }
    return nil
  }

  /// What files say for the width of dense layers when every layer has experts.
  fileprivate var unusedDenseSize: Int { 2 * (firstMixture?.intermediateSize ?? 0) }

  fileprivate var llama4Fields: [(String, JSONValue)] {
    guard let mixture = firstMixture else { return [] }
    var fields = sizesInLlamaWords
    fields += [
      ("intermediate_size", .integer(mixture.intermediateSize)),
      ("intermediate_size_mlp", .integer(denseIntermediateSize ?? unusedDenseSize)), ("hidden_act", .string("silu")),
      ("num_local_experts", .integer(mixture.expertCount)), ("num_experts_per_tok", .integer(mixture.expertsPerToken)),
      ("moe_layers", .array(layers.indices.filter { layers[$0].isMixture }.map { .integer($0) })),
      ("interleave_moe_layer_step", .integer((layers.firstIndex { $0.isMixture } ?? 0) + 1)),
      ("no_rope_layers", .array(layers.map { .integer($0.usesRotary ? 1 : 0) })),
      ("use_qk_norm", .bool(attention.normalizesQueryKey)),
      ("attn_temperature_tuning", .bool(attention.temperature != nil)),
      ("attention_bias", .bool(biases.queryKeyValue)),
    ]
    if let temperature = attention.temperature {
      fields += [
        ("attn_scale", .number(Double(temperature.scale))), ("floor_scale", .integer(Int(temperature.floor))),
      ]
    }
    return fields + layerTypeFields + rotaryFields
  }
}
