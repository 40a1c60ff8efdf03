import Foundation
import Tensors

/// One of a decoder's parts in words.
public struct PartDescription: Sendable, Hashable {
  /// Which part: `normalization`.
  public let name: String
  /// Which one the decoder has: `RMSNorm without offset, before each part, epsilon 1e-05`.
  public let value: String
}

/// A part in which two decoders differ.
public struct PartDifference: Sendable, Hashable {
  /// Which part: `position`.
  public let name: String
  /// What the one has: `learned`.
  public let before: String
  /// What the other has: `rotary, base 10,000`.
  public let after: String
}

extension Configuration {
  /// Everything that the decoder computes with, part by part, for people to read. What only files know is left out:
  /// the order in which weights are stored, and the ids that begin and end a text.
  ///
  ///     for part in Configuration.gpt2.partDescriptions { print(part.name, part.value) }
  public var partDescriptions: [PartDescription] {
    [
      ("vocabulary", vocabularySize.grouped), ("context", contextLength.grouped), ("hidden size", hiddenSize.grouped),
      ("layers", layerCount.grouped), ("attention", attentionText), ("pattern", Self.summary(layers.map(patternText))),
      ("position", position.text), ("normalization", normalizationText),
      ("feed-forward", Self.summary(layers.map(\.feedForward.text))), ("biases", biases.text),
      ("head", tiesEmbeddings ? "tied to the token embedding" : "its own matrix"),
    ].map { PartDescription(name: $0.0, value: $0.1) }
  }

  /// The parts that are others than in `other`, which comes before.
  ///
  ///     Configuration.gpt2Medium.differences(from: .gpt2).map(\.name)
  ///     // ["hidden size", "layers", "attention", "feed-forward"]
  public func differences(from other: Configuration) -> [PartDifference] {
    zip(other.partDescriptions, partDescriptions).compactMap { before, after in
      before == after ? nil : PartDifference(name: after.name, before: before.value, after: after.value)
    }
  }

  private var attentionText: String {
    var words = [
      kvHeadCount == headCount
        ? "\(headCount) heads of \(headSize)"
        : "\(headCount) query heads, \(kvHeadCount) key and value heads of \(headSize)"
    ]
    if let scale = attention.scale { words.append("scores times \(scale)") }
    if attention.hasSinks { words.append("with sinks") }
    if attention.normalizesQueryKey { words.append("queries and keys normalised") }
    if let temperature = attention.temperature {
      words.append("temperature \(temperature.scale) per \(Int(temperature.floor).grouped) tokens")
    }
    return words.joined(separator: ", ")
  }

  private func patternText(_ layer: Layer) -> String {
    let pattern =
      switch layer.pattern {
      case .full: "full"
      case .banded(let window): "band of \(window.grouped)"
      case .chunked(let size): "chunks of \(size.grouped)"
      }
    if case .rotary = position, !layer.usesRotary { return pattern + " without rotation" }
    return pattern
  }

  private var normalizationText: String {
    let kind = normalization.kind == .layerNorm ? "LayerNorm" : "RMSNorm"
    let place = normPlacement == .pre ? "before each part" : "after each part"
    return "\(kind) \(normalization.hasBias ? "with" : "without") offset, \(place), epsilon \(normalization.epsilon)"
  }

  /// What the layers have, shortened to what repeats: "full; band of 128; in turn".
  private static func summary(_ layers: [String]) -> String {
    guard let first = layers.first else { return "none" }
    if layers.allSatisfy({ $0 == first }) { return first }
    for length in 2...6 where length < layers.count && layers.indices.allSatisfy({ layers[$0] == layers[$0 % length] })
    {
      return layers[..<length].joined(separator: "; ") + "; in turn"
    }
    var runs: [(text: String, layers: ClosedRange<Int>)] = []
    for (index, text) in layers.enumerated() {
      if let last = runs.last, last.text == text {
        runs[runs.count - 1].layers = last.layers.lowerBound...index + 1
      } else {
        runs.append((text, index + 1...index + 1))
      }
    }
    return runs.map { run in
      let (from, to) = (run.layers.lowerBound, run.layers.upperBound)
      return run.text + (from == to ? " in layer \(from)" : " in layers \(from) to \(to)")
    }.joined(separator: "; ")
  }
}

extension Position {
  fileprivate var text: String {
    switch self {
    case .learned(let offset): offset == 0 ? "learned" : "learned, from row \(offset)"
    case .none: "none"
    case .rotary(let rotary): "rotary, base \(Int(clamping: rotary.theta).grouped)" + rotary.scaling.text
    }
  }
}

extension RotaryScaling {
  fileprivate var text: String {
    switch self {
    case .none: ""
    case .linear(let factor): ", positions divided by \(factor.short)"
    case .llama3(let scaling):
      ", slow pairs divided by \(scaling.factor.short) beyond \(Int(clamping: scaling.originalContextLength).grouped) tokens"
    case .yarn(let scaling):
      ", YaRN by \(scaling.factor.short) from \(Int(clamping: scaling.originalContextLength).grouped) tokens"
    case .divisors(let divisors): ", frequencies divided by up to \(Double(divisors.max() ?? 1).short)"
    }
  }
}

extension FeedForward {
  fileprivate var text: String {
    switch self {
    case .plain(let activation, let size): "\(activation.text), \(size.grouped)"
    case .gated(let gate, let size): "\(gate.text), \(size.grouped)"
    case .mixtureOfExperts(let mixture):
      "\(mixture.expertsPerToken) of \(mixture.expertCount) experts (\(mixture.gate.text), "
        + "\(mixture.intermediateSize.grouped)\(mixture.hasBias ? ", with biases" : "")), \(mixture.routing.text)"
        + (mixture.sharedIntermediateSize.map { ", and one shared of \($0.grouped)" } ?? "")
    }
  }
}

extension Activation {
  fileprivate var text: String {
    switch self {
    case .geluTanh: "GELU by tanh"
    case .geluErf: "GELU"
    case .quickGELU: "quick GELU"
    case .silu: "SiLU"
    case .relu: "ReLU"
    }
  }
}

extension GateFunction {
  fileprivate var text: String {
    switch self {
    case .activation(.silu): "SwiGLU"
    case .activation(let activation): "gated \(activation.text)"
    case .clampedSwish(let alpha, let limit): "SwiGLU clamped to \(limit), alpha \(alpha)"
    }
  }
}

extension MixtureOfExperts.Routing {
  fileprivate var text: String {
    switch self {
    case .softmaxOverChosen: "weighed by softmax"
    case .sigmoidOnInput: "weighed by sigmoid"
    }
  }
}

extension Biases {
  fileprivate var text: String {
    let places = [
      (queryKeyValue, "query, key, value"), (attentionOutput, "attention output"), (feedForward, "feed-forward"),
    ].filter(\.0).map(\.1)
    return places.isEmpty ? "none" : places.joined(separator: ", ")
  }
}

extension Parameter.Part {
  /// The part in words.
  public var label: String { self == .feedForward ? "feed-forward" : rawValue }
}

extension Int {
  /// With its thousands set apart: 1,234,567.
  fileprivate var grouped: String { formatted(.number.locale(Locale(identifier: "en_US"))) }

  /// The nearest number that there is.
  fileprivate init(clamping value: Double) {
    self = value.isNaN ? 0 : Int(Swift.min(Swift.max(value, -1e18), 1e18))
  }
}

extension Double {
  /// Without a fraction that is none.
  fileprivate var short: String { Int(exactly: self).map(\.grouped) ?? String(self) }
}
