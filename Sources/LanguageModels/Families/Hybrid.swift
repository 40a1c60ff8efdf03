import JSONParsing
import Tensors

extension FamilyDescription {
  /// Any combination of parts: the properties of `Configuration` under their own names, and tensors under Swiftlet's.
  /// No other program has such an architecture, and the model type keeps them from taking it for one that they have.
  ///
  ///     "normalization": {"kind": "rmsNorm", "epsilon": 1e-05, "hasBias": false},
  ///     "position": {"kind": "learned", "offset": 0},
  ///     "layerCount": 12,
  ///     "layers": [{"pattern": {"kind": "full"}, "feedForward": {"kind": "gated", …}}]
  ///
  /// `layers` holds what repeats: `layerCount` layers are made of its entries in turn, beginning again after the last,
  /// and an entry with a `count` stands for as many equal layers in a row.
  static let hybrid = FamilyDescription(
    huggingFace: HuggingFace(
      modelTypes: [Family.hybrid.rawValue], architecture: "SwiftletForCausalLM", names: .native,
      decode: { fields throws in try Configuration(hybrid: fields) },
      encode: { $0.hybridFields }, saysStorage: true),
    gguf: nil)
}

extension Configuration {
  /// Every part under its own name; token ids come with what all families share.
  fileprivate var hybridFields: [(String, JSONValue)] {
    [
      ("vocabularySize", .integer(vocabularySize)), ("contextLength", .integer(contextLength)),
      ("hiddenSize", .integer(hiddenSize)), ("headCount", .integer(headCount)), ("kvHeadCount", .integer(kvHeadCount)),
      ("headSize", .integer(headSize)),
      (
        "normalization",
        [
          "kind": .string(normalization.kind.rawValue), "epsilon": .number(shortest: normalization.epsilon),
          "hasBias": .bool(normalization.hasBias),
        ]
      ),
      ("normPlacement", .string(normPlacement.rawValue)), ("position", position.fields),
      (
        "biases",
        [
          "queryKeyValue": .bool(biases.queryKeyValue), "attentionOutput": .bool(biases.attentionOutput),
          "feedForward": .bool(biases.feedForward),
        ]
      ),
      ("attention", attention.fields), ("tiesEmbeddings", .bool(tiesEmbeddings)),
      ("fusesQueryKeyValue", .bool(fusesQueryKeyValue)), ("layerCount", .integer(layerCount)),
      ("layers", .array(layers.shortestCycle.map { $0.layer.fields(count: $0.count) })),
    ]
  }
}

extension [Layer] {
  /// What repeats from the first layer on, equal neighbours taken together.
  fileprivate var shortestCycle: [(layer: Layer, count: Int)] {
    let period = (1..<Swift.max(count, 2)).first { period in indices.allSatisfy { self[$0] == self[$0 % period] } }
    var runs: [(layer: Layer, count: Int)] = []
    for layer in prefix(period ?? count) {
      if let last = runs.last, last.layer == layer {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((layer, 1))
      }
    }
    return runs
  }
}

extension Layer {
  fileprivate func fields(count: Int) -> JSONValue {
    var fields: JSONObject = [:]
    if count > 1 { fields["count"] = .integer(count) }
    fields["pattern"] =
      switch pattern {
      case .full: ["kind": "full"]
      case .banded(let window): ["kind": "banded", "window": .integer(window)]
      case .chunked(let size): ["kind": "chunked", "size": .integer(size)]
      }
    if !usesRotary { fields["usesRotary"] = false }
    fields["feedForward"] = feedForward.fields
    return .object(fields)
  }
}

extension FeedForward {
  fileprivate var fields: JSONValue {
    switch self {
    case .plain(let activation, let size):
      return ["kind": "plain", "activation": .string(activation.rawValue), "intermediateSize": .integer(size)]
    case .gated(let gate, let size):
      return ["kind": "gated", "gate": gate.fields, "intermediateSize": .integer(size)]
    case .mixtureOfExperts(let mixture):
      var fields: JSONObject = [
        "kind": "mixtureOfExperts", "expertCount": .integer(mixture.expertCount),
        "expertsPerToken": .integer(mixture.expertsPerToken), "intermediateSize": .integer(mixture.intermediateSize),
        "gate": mixture.gate.fields, "routing": .string(mixture.routing.rawValue), "hasBias": .bool(mixture.hasBias),
      ]
      if let size = mixture.sharedIntermediateSize { fields["sharedIntermediateSize"] = .integer(size) }
      if let packing = mixture.packing { fields["packing"] = .string(packing.rawValue) }
      return .object(fields)
    }
  }
}

extension GateFunction {
  fileprivate var fields: JSONValue {
    switch self {
    case .activation(let activation): ["kind": .string(activation.rawValue)]
    case .clampedSwish(let alpha, let limit):
      ["kind": "clampedSwish", "alpha": .number(shortest: alpha), "limit": .number(shortest: limit)]
    }
  }
}

extension AttentionOptions {
  fileprivate var fields: JSONValue {
    var fields: JSONObject = ["hasSinks": .bool(hasSinks), "normalizesQueryKey": .bool(normalizesQueryKey)]
    if let scale { fields["scale"] = .number(shortest: scale) }
    if let temperature {
      fields["temperature"] = [
        "scale": .number(shortest: temperature.scale), "floor": .number(shortest: temperature.floor),
      ]
    }
    return .object(fields)
  }
}

extension Position {
  fileprivate var fields: JSONValue {
    switch self {
    case .none: return ["kind": "none"]
    case .learned(let offset): return ["kind": "learned", "offset": .integer(offset)]
    case .rotary(let rotary):
      var fields: JSONObject = [
        "kind": "rotary", "theta": .number(rotary.theta), "pairing": .string(rotary.pairing.rawValue),
      ]
      fields["scaling"] = rotary.scaling.fields
      return .object(fields)
    }
  }
}

extension RotaryScaling {
  /// Nil where frequencies are not bent.
  fileprivate var fields: JSONValue? {
    switch self {
    case .none: nil
    case .linear(let factor): ["kind": "linear", "factor": .number(factor)]
    case .llama3(let scaling):
      [
        "kind": "llama3", "factor": .number(scaling.factor), "lowFrequencyFactor": .number(scaling.lowFrequencyFactor),
        "highFrequencyFactor": .number(scaling.highFrequencyFactor),
        "originalContextLength": .number(scaling.originalContextLength),
      ]
    case .yarn(let scaling):
      [
        "kind": "yarn", "factor": .number(scaling.factor), "betaFast": .number(scaling.betaFast),
        "betaSlow": .number(scaling.betaSlow), "originalContextLength": .number(scaling.originalContextLength),
        "truncates": .bool(scaling.truncates), "magnitude": .number(scaling.magnitude),
      ]
    case .divisors(let divisors): ["kind": "divisors", "divisors": .array(divisors.map { .number(shortest: $0) })]
    }
  }
}

extension JSONValue {
  /// A float in as few digits as it takes to read it again: 1e-05 rather than 9.999999747378752e-06.
  fileprivate static func number(shortest value: Float) -> JSONValue {
    let short = Double(value.description) ?? Double(value)
    return .number(Float(short) == value ? short : Double(value))
  }
}
