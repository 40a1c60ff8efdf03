import Foundation
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

  /// The tokens that chose one expert, and how much each counts.
  private struct Assignment {
    var rows: [Int] = []
    var weights: [Float] = []
  }

  /// - Parameter x: [rows, hiddenSize]
  func forward(_ x: Tensor) -> Tensor {
    let assignments = route(router.forward(x))
    let result = shared?.forward(x) ?? Tensor(zeros: x.shape)
    for (expert, assignment) in assignments.enumerated() where !assignment.rows.isEmpty {
      var input = x.gatherRows(assignment.rows)  // [chosen, hiddenSize]
      if mixture.routing == .sigmoidOnInput { input = scaleRows(input, by: assignment.weights) }
      var output = down[expert].forward(activated(input, expert))
      if mixture.routing == .softmaxOverChosen { output = scaleRows(output, by: assignment.weights) }
      result.scatterAddRows(output, at: assignment.rows)
    }
    return result
  }

  private func activated(_ x: Tensor, _ expert: Int) -> Tensor {
    switch inner {
    case .packed(let gateUp, let packing): gated(packed: gateUp[expert].forward(x), packing: packing, mixture.gate)
    case .separate(let gate, let up):
      gated(gate: gate[expert].forward(x), up: up[expert].forward(x), mixture.gate)
    }
  }

  /// Which tokens each expert gets: for every row of `logits` [rows, expertCount] its largest few.
  private func route(_ logits: Tensor) -> [Assignment] {
    var assignments = Array(repeating: Assignment(), count: mixture.expertCount)
    logits.withSpan { logits in
      for row in 0..<logits.count / mixture.expertCount {
        let start = row * mixture.expertCount
        // Few experts are chosen of at most a few hundred, so repeated scans beat sorting; the first wins a tie.
        var chosen: [Int] = []
        while chosen.count < mixture.expertsPerToken {
          var best = -1
          for expert in 0..<mixture.expertCount where !chosen.contains(expert) {
            // A NaN compares false with everything, so the first candidate stands in for it.
            if best < 0 || logits[start + expert] > logits[start + best] { best = expert }
          }
          chosen.append(best)
        }
        let largest = logits[start + chosen[0]]
        var weights = chosen.map { logits[start + $0] }
        switch mixture.routing {
        case .softmaxOverChosen:
          weights = weights.map { exp($0 - largest) }
          let total = weights.reduce(0, +)
          weights = weights.map { $0 / total }
        case .sigmoidOnInput: weights = weights.map { 1 / (1 + exp(-$0)) }
        }
        for (expert, weight) in zip(chosen, weights) {
          assignments[expert].rows.append(row)
          assignments[expert].weights.append(weight)
        }
      }
    }
    return assignments
  }
}
