public import Tensors

/// One learned tensor of a decoder: what it is called inside Swiftlet, and its shape.
///
/// Matrices are [output, input]; expert matrices [experts, output, input]. How a file calls it and which way round it
/// stores it is the family's `TensorNames`.
public struct Parameter: Sendable, Hashable {
  /// For example `layers.3.attention.query.weight`.
  public let name: String
  /// The extents, output before input.
  public let shape: Shape
  /// The part of the decoder it belongs to, for summaries.
  public let part: Part
  /// The part of the decoder a parameter belongs to.
  public enum Part: String, Sendable, CaseIterable { case embedding, attention, feedForward, norms, head }
}

extension Configuration {
  /// Every parameter, in the order in which a forward pass meets them. Costs nothing but the list.
  public var parameters: [Parameter] {
    var list: [Parameter] = []
    func add(_ name: String, _ shape: Shape, _ part: Parameter.Part) {
      list.append(Parameter(name: name, shape: shape, part: part))
    }
    func norm(_ name: String) {
      add(name + ".gain", [hiddenSize], .norms)
      if normalization.hasBias { add(name + ".bias", [hiddenSize], .norms) }
    }
    func linear(_ name: String, _ output: Int, _ input: Int, bias: Bool, _ part: Parameter.Part) {
      add(name + ".weight", [output, input], part)
      if bias { add(name + ".bias", [output], part) }
    }

    add("tokens.weight", [vocabularySize, hiddenSize], .embedding)
    if case .learned(let offset) = position {
      add("positions.weight", [contextLength + offset, hiddenSize], .embedding)
    }
    for (index, layer) in layers.enumerated() {
      let prefix = "layers.\(index)."
      norm(prefix + "attentionNorm")
      let attentionName = prefix + "attention."
      if fusesQueryKeyValue {
        linear(
          attentionName + "queryKeyValue", queryWidth + 2 * keyValueWidth, hiddenSize, bias: biases.queryKeyValue,
          .attention)
      } else {
        linear(attentionName + "query", queryWidth, hiddenSize, bias: biases.queryKeyValue, .attention)
        linear(attentionName + "key", keyValueWidth, hiddenSize, bias: biases.queryKeyValue, .attention)
        linear(attentionName + "value", keyValueWidth, hiddenSize, bias: biases.queryKeyValue, .attention)
      }
      if attention.hasSinks { add(attentionName + "sinks", [headCount], .attention) }
      linear(attentionName + "output", hiddenSize, queryWidth, bias: biases.attentionOutput, .attention)
      norm(prefix + "feedForwardNorm")
      switch layer.feedForward {
      case .plain(_, let size):
        linear(prefix + "feedForward.up", size, hiddenSize, bias: biases.feedForward, .feedForward)
        linear(prefix + "feedForward.down", hiddenSize, size, bias: biases.feedForward, .feedForward)
      case .gated(_, let size):
        linear(prefix + "feedForward.gate", size, hiddenSize, bias: biases.feedForward, .feedForward)
        linear(prefix + "feedForward.up", size, hiddenSize, bias: biases.feedForward, .feedForward)
        linear(prefix + "feedForward.down", hiddenSize, size, bias: biases.feedForward, .feedForward)
      case .mixtureOfExperts(let mixture):
        let (experts, size) = (mixture.expertCount, mixture.intermediateSize)
        func expertLinear(_ name: String, _ output: Int, _ input: Int) {
          add(prefix + "experts.\(name).weight", [experts, output, input], .feedForward)
          if mixture.hasBias { add(prefix + "experts.\(name).bias", [experts, output], .feedForward) }
        }
        linear(prefix + "router", experts, hiddenSize, bias: mixture.hasBias, .feedForward)
        if mixture.packing != nil {
          expertLinear("gateUp", 2 * size, hiddenSize)
        } else {
          expertLinear("gate", size, hiddenSize)
          expertLinear("up", size, hiddenSize)
        }
        expertLinear("down", hiddenSize, size)
        if let shared = mixture.sharedIntermediateSize {
          linear(prefix + "sharedExpert.gate", shared, hiddenSize, bias: false, .feedForward)
          linear(prefix + "sharedExpert.up", shared, hiddenSize, bias: false, .feedForward)
          linear(prefix + "sharedExpert.down", hiddenSize, shared, bias: false, .feedForward)
        }
      }
    }
    if hasFinalNorm { norm("finalNorm") }
    if !tiesEmbeddings { add("head.weight", [vocabularySize, hiddenSize], .head) }
    return list
  }

  /// The exact number of parameters.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }
}
