import Tensors

/// Several gated experts of which each token uses a few, chosen by a router, and perhaps one that every token uses.
struct ExpertMixture: Sendable {
  /// An expert's two inner projections, as one tensor or two.
  enum Inner: Sendable {
    case packed([Linear], GatePacking)
    case separate(gate: [Linear], up: [Linear])
  }

  let mixture: MixtureOfExperts
  let router: Linear
  let inner: Inner
  let down: [Linear]
  let shared: GatedFeedForward?

  init(_ prefix: String, _ mixture: MixtureOfExperts, hiddenSize: Int, from source: some ParameterSource) throws {
    self.mixture = mixture
    func experts(_ name: String, _ output: Int, _ input: Int) throws -> [Linear] {
      try source.expertLinears(
        prefix + "experts.\(name)", count: mixture.expertCount, output: output, input: input, bias: mixture.hasBias)
    }
    router = try source.linear(
      prefix + "router", output: mixture.expertCount, input: hiddenSize, bias: mixture.hasBias)
    if let packing = mixture.packing {
      inner = .packed(try experts("gateUp", 2 * mixture.intermediateSize, hiddenSize), packing)
    } else {
      inner = .separate(
        gate: try experts("gate", mixture.intermediateSize, hiddenSize),
        up: try experts("up", mixture.intermediateSize, hiddenSize))
    }
    down = try experts("down", hiddenSize, mixture.intermediateSize)
    shared = try mixture.sharedIntermediateSize.map {
      try GatedFeedForward(
        prefix + "sharedExpert", mixture.gate, hiddenSize: hiddenSize, intermediateSize: $0, bias: false, from: source)
    }
  }

  /// - Parameter x: [rows, hiddenSize]
  func forward(_ x: Tensor, tape: Tape? = nil) -> Tensor {
    let logits = router.forward(x, tape: tape)  // [rows, expertCount]
    let count = mixture.expertsPerToken
    let chosen = logits.largestColumns(count)
    let weights: Tensor =
      switch mixture.routing {
      case .softmaxOverChosen: softmax(logits.gatherColumns(chosen, tape: tape), tape: tape)
      case .sigmoidOnInput: sigmoid(logits.gatherColumns(chosen, tape: tape), tape: tape)
      }  // [rows, expertsPerToken]
    // The choices of each expert: where it stands among all rows' choices.
    var choices = Array(repeating: [Int](), count: mixture.expertCount)
    for (index, expert) in chosen.enumerated() { choices[expert].append(index) }
    var parts: [(tensor: Tensor, rows: [Int])] = []
    for (expert, choices) in choices.enumerated() where !choices.isEmpty {
      let rows = choices.map { $0 / count }
      var part = x.gatherRows(rows, tape: tape)  // [chosen, hiddenSize]
      if mixture.routing == .sigmoidOnInput { part = scaleRows(part, by: weights, at: choices, tape: tape) }
      part = down[expert].forward(activated(part, expert, tape), tape: tape)
      if mixture.routing == .softmaxOverChosen { part = scaleRows(part, by: weights, at: choices, tape: tape) }
      parts.append((part, rows))
    }
    return sumOfRows(parts, base: shared?.forward(x, tape: tape), shape: x.shape, tape: tape)
  }

  private func activated(_ x: Tensor, _ expert: Int, _ tape: Tape?) -> Tensor {
    switch inner {
    case .packed(let gateUp, let packing):
      gated(packed: gateUp[expert].forward(x, tape: tape), packing: packing, mixture.gate, tape: tape)
    case .separate(let gate, let up):
      gatedLinears(x, gate: gate[expert], up: up[expert], mixture.gate, tape: tape)
    }
  }
}
