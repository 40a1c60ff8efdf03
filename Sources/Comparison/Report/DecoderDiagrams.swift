import Charts
import LanguageModels
import Tensors

extension DecoderDiagram {
  /// A decoder's parts; those that the other one has not are marked.
  init(_ configuration: Configuration, title: String, subtitle: String = "", changedFrom other: Configuration?) {
    self.init(title: title, subtitle: subtitle)
    let boxes = Boxes(configuration)
    let others = other.map(Boxes.init)
    func marked(_ boxes: [Box], _ others: [Box]?) -> [Box] {
      boxes.map { box in
        var box = box
        // Widths follow from the number of parameters; they are not the part that was changed.
        box.isChanged = others.map { !$0.contains { $0.label == box.label && $0.parts == box.parts } } ?? false
        return box
      }
    }
    below = marked(boxes.below, others?.below)
    layers = configuration.layerCount
    let place = configuration.normPlacement
    // A norm that moved is another one, though its words are the same.
    let movesNorm = other.map { $0.normPlacement != place } ?? false
    func norm() -> Box {
      var box = boxes.norm
      box.isChanged = movesNorm || (others.map { $0.norm != boxes.norm } ?? false)
      return box
    }
    for (branch, otherBranch) in [(boxes.attention, others?.attention), (boxes.feedForward, others?.feedForward)] {
      let part = marked([branch], otherBranch.map { [$0] })
      sublayers.append(
        place == .pre ? Sublayer(branch: [norm()] + part) : Sublayer(branch: part, after: [norm()]))
    }
    above = (configuration.hasFinalNorm ? [norm()] : []) + marked([boxes.head], others.map { [$0.head] })
  }

  /// The boxes of a decoder, as words.
  private struct Boxes {
    let below: [Box]
    let norm, attention, feedForward, head: Box

    init(_ configuration: Configuration) {
      let size = "\(NumberText.groups(configuration.vocabularySize)) × \(configuration.hiddenSize)"
      var below = [Box("token embedding", details: [size])]
      if case .learned = configuration.position {
        below.append(Box("+ learned positions", details: [NumberText.groups(configuration.contextLength)]))
      }
      self.below = below
      let normalization = configuration.normalization
      norm = Box(
        normalization.kind == .layerNorm ? "LayerNorm" : "RMSNorm",
        details: [normalization.hasBias ? "gain and offset" : "gain"])
      attention = Box("attention", details: Self.attention(configuration))
      feedForward = Box("feed-forward", details: Self.feedForward(configuration))
      head = Box("head", details: [configuration.tiesEmbeddings ? "the embedding again" : "a matrix of its own"])
    }

    private static func attention(_ configuration: Configuration) -> [String] {
      var details = ["\(configuration.headCount) heads of \(configuration.headSize)"]
      if configuration.kvHeadCount != configuration.headCount {
        details.append("\(configuration.kvHeadCount) key heads")
      }
      if case .rotary = configuration.position { details.append("rotary positions") }
      let bands = configuration.layers.compactMap { layer -> String? in
        switch layer.pattern {
        case .full: nil
        case .banded(let window): "bands of \(window)"
        case .chunked(let size): "chunks of \(size)"
        }
      }
      if let band = bands.first {
        details.append(bands.count == configuration.layerCount ? band : "\(band) in \(bands.count) layers")
      }
      if configuration.attention.hasSinks { details.append("sinks") }
      if configuration.biases.queryKeyValue { details.append("biases") }
      return details
    }

    private static func feedForward(_ configuration: Configuration) -> [String] {
      guard let part = configuration.layers.first?.feedForward else { return [] }
      var details: [String]
      switch part {
      case .plain(let activation, let size): details = [name(activation), "width \(size)"]
      case .gated(let gate, let size):
        if case .activation(let activation) = gate {
          details = [activation == .silu ? "SwiGLU" : "gated \(name(activation))", "width \(size)"]
        } else {
          details = ["clamped SwiGLU", "width \(size)"]
        }
      case .mixtureOfExperts(let mixture):
        details = [
          "\(mixture.expertsPerToken) of \(mixture.expertCount) experts", "width \(mixture.intermediateSize)",
        ]
      }
      if configuration.biases.feedForward { details.append("biases") }
      return details
    }

    private static func name(_ activation: Activation) -> String {
      switch activation {
      case .geluTanh, .geluErf, .quickGELU: "GELU"
      case .silu: "SiLU"
      case .relu: "ReLU"
      }
    }
  }
}

extension DecoderDiagram.Box {
  /// What it is, whatever its width.
  fileprivate var parts: [String] { details.filter { !$0.hasPrefix("width ") } }
}
