import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite struct MuonTests {
  /// Muon of one matrix, in double precision and as its paper writes it: tall matrices are laid on their side.
  struct Reference {
    typealias Matrix = [[Double]]
    var p: Matrix
    var momentum: Matrix

    init(_ p: Matrix) { (self.p, momentum) = (p, p.map { $0.map { _ in 0 } }) }

    static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
      a.map { row -> [Double] in
        b[0].indices.map { j -> Double in
          var sum = 0.0
          for (k, value) in row.enumerated() { sum += value * b[k][j] }
          return sum
        }
      }
    }
    static func transpose(_ a: Matrix) -> Matrix { a[0].indices.map { j in a.map { $0[j] } } }
    static func sum(_ s: Double, _ a: Matrix, _ t: Double, _ b: Matrix) -> Matrix {
      zip(a, b).map { zip($0, $1).map { s * $0 + t * $1 } }
    }

    static func orthogonal(_ g: Matrix) -> Matrix {
      if g.count > g[0].count { return transpose(orthogonal(transpose(g))) }
      let norm = g.joined().reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-7
      var x = g.map { $0.map { $0 / norm } }
      for _ in 0..<5 {
        let a = product(x, transpose(x))
        let b = sum(-4.7750, a, 2.0315, product(a, a))
        x = sum(3.4445, x, 1, product(b, x))
      }
      return x
    }

    mutating func step(_ g: Matrix, rate: Double, decay: Double) {
      momentum = Self.sum(0.95, momentum, 1, g)
      let length = 0.2 * Double(max(g.count, g[0].count)).squareRoot()
      p = Self.sum(1 - rate * decay, p, -rate * length, Self.orthogonal(Self.sum(1, g, 0.95, momentum)))
    }
  }

  static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float(sin(Double(($0 + 1) * (seed + 3)) * 0.7)) }
  }

  /// How a parameter is made of matrices: the first index of each, and how far its rows and columns lie apart.
  struct Layout: Sendable, CustomTestStringConvertible {
    let name: String
    let shape: Shape
    let rows, columns: Int
    let starts: [Int]
    let stride: Int
    var testDescription: String { "\(name) \(shape)" }

    func matrices(_ x: [Float]) -> [[[Double]]] {
      starts.map { start in
        (0..<rows).map { row in (0..<columns).map { Double(x[start + row * stride + $0]) } }
      }
    }
  }

  static let layouts = [
    Layout(name: "layers.0.feedForward.up.weight", shape: [5, 9], rows: 5, columns: 9, starts: [0], stride: 9),
    Layout(name: "layers.0.feedForward.down.weight", shape: [9, 5], rows: 9, columns: 5, starts: [0], stride: 5),
    Layout(
      name: "layers.0.attention.queryKeyValue.weight", shape: [12, 4], rows: 4, columns: 4, starts: [0, 16, 32],
      stride: 4),
    Layout(
      name: "layers.0.attention.queryKeyValue.weight", shape: [4, 12], rows: 4, columns: 4, starts: [0, 4, 8],
      stride: 12),
    // Two key heads of four query heads: one matrix.
    Layout(
      name: "layers.0.attention.queryKeyValue.weight", shape: [8, 4], rows: 8, columns: 4, starts: [0], stride: 4),
    Layout(name: "layers.1.experts.up.weight", shape: [3, 5, 6], rows: 5, columns: 6, starts: [0, 30, 60], stride: 6),
  ]

  @Test(arguments: layouts) func isPlainMuon(_ layout: Layout) {
    let count = layout.shape.elementCount
    let parameter = Tensor(Self.numbers(count, 0), shape: layout.shape)
    let optimizer = Muon(
      parameters: [(layout.name, parameter)], settings: Muon.Settings(adamW: AdamW.Settings(weightDecay: 0.3)))
    var references = layout.matrices(parameter.floats()).map(Reference.init)
    for t in 1...4 {
      let gradient = Self.numbers(count, t)
      let rate = 0.1 / Double(t)
      optimizer.step(
        gradients: [Tensor(gradient.map { 8 * $0 }, shape: layout.shape)], learningRate: rate, gradientScale: 1 / 8)
      for (index, matrix) in layout.matrices(gradient).enumerated() {
        references[index].step(matrix, rate: rate, decay: 0.3)
      }
    }
    for (found, expected) in zip(layout.matrices(parameter.floats()), references) {
      let difference = zip(found.joined(), expected.p.joined()).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference < 2e-4)
    }
    #expect(optimizer.state.map(\.name) == [layout.name + ".momentum"])
  }

  /// What is no matrix inside a block moves as AdamW moves it, to the last bit.
  @Test func theRestIsAdamW() {
    let shapes: [(String, Shape)] = [
      ("tokens.weight", [6, 4]), ("positions.weight", [3, 4]), ("layers.0.attentionNorm.gain", [4]),
      ("layers.0.experts.up.bias", [3, 5]), ("layers.0.attention.sinks", [4]), ("head.weight", [6, 4]),
    ]
    func parameters() -> [(name: String, tensor: Tensor)] {
      shapes.map { ($0.0, Tensor(Self.numbers($0.1.elementCount, 1), shape: $0.1)) }
    }
    let (ours, theirs) = (parameters(), parameters())
    let settings = AdamW.Settings(beta1: 0.8)
    let optimizers: [any Optimizer] = [
      OptimizerSettings.muon(Muon.Settings(adamW: settings)).optimizer(for: ours),
      OptimizerSettings.adamW(settings).optimizer(for: theirs),
    ]
    for t in 1...3 {
      let gradients = shapes.map { Tensor(Self.numbers($0.1.elementCount, t), shape: $0.1) }
      for optimizer in optimizers { optimizer.step(gradients: gradients, learningRate: 0.01) }
    }
    #expect(ours.map { $0.tensor.floats() } == theirs.map { $0.tensor.floats() })
    #expect(ours[0].tensor.floats() != Self.numbers(24, 1))
    #expect(optimizers.map(\.stepCount) == [3, 3])
  }

  @Test func restoredStateGoesOnBitForBit() {
    func parameters() -> [(name: String, tensor: Tensor)] {
      [
        ("layers.0.router.weight", Tensor(Self.numbers(12, 1), shape: [3, 4])),
        ("head.weight", Tensor([1, 2], shape: [2])),
      ]
    }
    let gradients = [Tensor(Self.numbers(12, 5), shape: [3, 4]), Tensor([0.5, -1], shape: [2])]
    let (straight, stopped) = (parameters(), parameters())
    let optimizer = Muon(parameters: straight)
    for _ in 0..<3 { optimizer.step(gradients: gradients, learningRate: 0.1) }
    let first = Muon(parameters: stopped)
    first.step(gradients: gradients, learningRate: 0.1)
    let second = Muon(parameters: stopped)
    second.resume(afterSteps: first.stepCount)
    for (target, source) in zip(second.state, first.state) {
      #expect(target.name == source.name)
      target.tensor.write(source.tensor, atRow: 0)
    }
    for _ in 0..<2 { second.step(gradients: gradients, learningRate: 0.1) }
    #expect(straight.map { $0.tensor.floats() } == stopped.map { $0.tensor.floats() })
    #expect(second.stepCount == 3)
  }
}
