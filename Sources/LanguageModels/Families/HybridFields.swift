import JSONParsing
import Tensors

extension Configuration {
  /// Reads every part under its own name. What is optional in `Configuration` may be missing, and nothing else; a key
  /// that means nothing here is refused, for it may mean something to whoever wrote it.
  init(hybrid fields: ConfigurationFields) throws {
    let biases = try fields.part("biases")
    self.init(
      family: .hybrid, vocabularySize: try fields.integer("vocabularySize"),
      contextLength: try fields.integer("contextLength"), hiddenSize: try fields.integer("hiddenSize"), layerCount: 0,
      headCount: try fields.integer("headCount"), kvHeadCount: try fields.integer("kvHeadCount"),
      headSize: try fields.integer("headSize"), normalization: try Normalization(fields.part("normalization")),
      normPlacement: try fields.word("normPlacement"), position: try Position(fields.part("position")),
      feedForward: .plain(.relu, intermediateSize: 0),
      biases: Biases(
        queryKeyValue: try biases.boolean("queryKeyValue"), attentionOutput: try biases.boolean("attentionOutput"),
        feedForward: try biases.boolean("feedForward")),
      attention: try AttentionOptions(fields.part("attention")), tiesEmbeddings: try fields.boolean("tiesEmbeddings"),
      fusesQueryKeyValue: try fields.boolean("fusesQueryKeyValue"))
    layers = try Self.layers(fields)
    try fields.refuseUnread(besides: [
      "model_type", "architectures", "bos_token_id", "eos_token_id", "pad_token_id", "torch_dtype", "dtype",
      "transformers_version", "_name_or_path",
    ])
  }

  private static func layers(_ fields: ConfigurationFields) throws -> [Layer] {
    let count = try fields.layerCount("layerCount")
    var cycle: [Layer] = []
    for entry in try fields.parts("layers") {
      let layer = Layer(
        pattern: try AttentionPattern(entry.part("pattern")), usesRotary: try entry.flag("usesRotary") ?? true,
        feedForward: try FeedForward(entry.part("feedForward")))
      let times = try entry.integer(optional: "count") ?? 1
      guard times >= 1, times <= count - cycle.count else {
        throw entry.error("count", "\(times) more layers after \(cycle.count) are not from 1 up to \(count) in all.")
      }
      cycle += Array(repeating: layer, count: times)
    }
    guard !cycle.isEmpty else { throw fields.error("layers", "is empty; describe at least one layer.") }
    return (0..<count).map { cycle[$0 % cycle.count] }
  }
}

extension Normalization {
  fileprivate init(_ fields: ConfigurationFields) throws {
    self.init(
      kind: try fields.word("kind"), epsilon: Float(try fields.number("epsilon")),
      hasBias: try fields.boolean("hasBias"))
  }
}

extension AttentionOptions {
  fileprivate init(_ fields: ConfigurationFields) throws {
    let temperature = try fields.nested("temperature").map {
      AttentionTemperature(scale: Float(try $0.number("scale")), floor: Float(try $0.number("floor")))
    }
    self.init(
      scale: try fields.number(optional: "scale").map { Float($0) }, hasSinks: try fields.boolean("hasSinks"),
      normalizesQueryKey: try fields.boolean("normalizesQueryKey"), temperature: temperature)
  }
}

extension AttentionPattern {
  fileprivate init(_ fields: ConfigurationFields) throws {
    switch try fields.text("kind") {
    case "full":
      self = .full
    case "banded":
      self = .banded(window: try fields.integer("window"))
    case "chunked":
      self = .chunked(size: try fields.integer("size"))
    case let kind: throw fields.unknown("kind", kind, known: ["full", "banded", "chunked"])
    }
  }
}

extension FeedForward {
  fileprivate init(_ fields: ConfigurationFields) throws {
    switch try fields.text("kind") {
    case "plain":
      self = .plain(try fields.word("activation"), intermediateSize: try fields.integer("intermediateSize"))
    case "gated":
      self = .gated(try GateFunction(fields.part("gate")), intermediateSize: try fields.integer("intermediateSize"))
    case "mixtureOfExperts":
      self = .mixtureOfExperts(
        MixtureOfExperts(
          expertCount: try fields.integer("expertCount"), expertsPerToken: try fields.integer("expertsPerToken"),
          intermediateSize: try fields.integer("intermediateSize"), gate: try GateFunction(fields.part("gate")),
          routing: try fields.word("routing"),
          sharedIntermediateSize: try fields.integer(optional: "sharedIntermediateSize"),
          hasBias: try fields.boolean("hasBias"), packing: try fields.word(optional: "packing")))
    case let kind: throw fields.unknown("kind", kind, known: ["plain", "gated", "mixtureOfExperts"])
    }
  }
}

extension GateFunction {
  fileprivate init(_ fields: ConfigurationFields) throws {
    let kind = try fields.text("kind")
    if kind == "clampedSwish" {
      self = .clampedSwish(alpha: Float(try fields.number("alpha")), limit: Float(try fields.number("limit")))
    } else if let activation = Activation(rawValue: kind) {
      self = .activation(activation)
    } else {
      throw fields.unknown("kind", kind, known: Activation.allCases.map(\.rawValue) + ["clampedSwish"])
    }
  }
}

extension Position {
  fileprivate init(_ fields: ConfigurationFields) throws {
    switch try fields.text("kind") {
    case "none":
      self = .none
    case "learned":
      self = .learned(offset: try fields.integer("offset"))
    case "rotary":
      self = .rotary(
        RotaryPosition(
          theta: try fields.number("theta"), scaling: try fields.nested("scaling").map(RotaryScaling.init) ?? .none,
          pairing: try fields.word("pairing")))
    case let kind: throw fields.unknown("kind", kind, known: ["none", "learned", "rotary"])
    }
  }
}

extension RotaryScaling {
  fileprivate init(_ fields: ConfigurationFields) throws {
    switch try fields.text("kind") {
    case "linear":
      self = .linear(factor: try fields.number("factor"))
    case "llama3":
      self = .llama3(
        Llama3Scaling(
          factor: try fields.number("factor"), lowFrequencyFactor: try fields.number("lowFrequencyFactor"),
          highFrequencyFactor: try fields.number("highFrequencyFactor"),
          originalContextLength: try fields.number("originalContextLength")))
    case "yarn":
      self = .yarn(
        YarnScaling(
          factor: try fields.number("factor"), betaFast: try fields.number("betaFast"),
          betaSlow: try fields.number("betaSlow"), originalContextLength: try fields.number("originalContextLength"),
          truncates: try fields.boolean("truncates"), magnitude: try fields.number("magnitude")))
    case "divisors":
      self = .divisors(try fields.numbers("divisors").map { Float($0) })
    case let kind: throw fields.unknown("kind", kind, known: ["linear", "llama3", "yarn", "divisors"])
    }
  }
}
