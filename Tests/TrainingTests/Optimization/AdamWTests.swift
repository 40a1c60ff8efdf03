import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite struct AdamWTests {
  /// PyTorch's definition in double precision, one parameter.
  struct Reference {
    var p: [Double]
    var m, v: [Double]
    init(_ p: [Float]) { (self.p, m, v) = (p.map(Double.init), p.map { _ in 0 }, p.map { _ in 0 }) }
    mutating func step(_ g: [Float], _ t: Double, rate: Double, decay: Double, _ s: AdamW.Settings) {
      for i in p.indices {
        p[i] *= 1 - rate * decay
        m[i] = s.beta1 * m[i] + (1 - s.beta1) * Double(g[i])
        v[i] = s.beta2 * v[i] + (1 - s.beta2) * Double(g[i]) * Double(g[i])
        p[i] -= rate * (m[i] / (1 - pow(s.beta1, t))) / ((v[i] / (1 - pow(s.beta2, t))).squareRoot() + s.epsilon)
      }
    }
  }

  @Test func matricesDecayAndVectorsDoNot() {
    let settings = AdamW.Settings(beta1: 0.8, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.5)
    let start = (0..<35).map { Float($0) / 17 - 1 }
    let (matrix, vector) = (Tensor(start, shape: [5, 7]), Tensor(start, shape: [35]))
    let optimizer = AdamW(parameters: [("matrix", matrix), ("vector", vector)], settings: settings)
    var (expectedMatrix, expectedVector) = (Reference(start), Reference(start))
    for t in 1...6 {
      let gradient = (0..<35).map { Float(sin(Double($0 * t))) }
      let rate = 0.01 * Double(t)
      optimizer.step(gradients: [Tensor(gradient, shape: [5, 7]), Tensor(gradient, shape: [35])], learningRate: rate)
      expectedMatrix.step(gradient, Double(t), rate: rate, decay: 0.5, settings)
      expectedVector.step(gradient, Double(t), rate: rate, decay: 0, settings)
    }
    #expect(largestDifference(matrix.floats(), expectedMatrix.p.map { Float($0) }) < 1e-6)
    #expect(largestDifference(vector.floats(), expectedVector.p.map { Float($0) }) < 1e-6)
    #expect(largestDifference(matrix.floats(), vector.floats()) > 0.01)
  }

  @Test func restoredStateGoesOnBitForBit() {
    let start = (0..<100).map { Float($0 % 13) }
    func gradient(_ t: Int) -> Tensor { Tensor((0..<100).map { Float(($0 * t) % 7) - 3 }, shape: [100]) }
    let straight = Tensor(start, shape: [100])
    let optimizer = AdamW(parameters: [("x", straight)])
    for t in 1...3 { optimizer.step(gradients: [gradient(t)], learningRate: 0.1) }
    let copy = Tensor(straight.floats(), shape: [100])
    let resumed = AdamW(parameters: [("x", copy)])
    resumed.resume(afterSteps: optimizer.stepCount)
    for (target, source) in zip(resumed.state, optimizer.state) {
      target.tensor.write(source.tensor.reshaped(to: [1, 100]), atRow: 0)
    }
    for t in 4...6 {
      optimizer.step(gradients: [gradient(t)], learningRate: 0.1)
      resumed.step(gradients: [gradient(t)], learningRate: 0.1)
    }
    #expect(copy.floats() == straight.floats())
    #expect(optimizer.state.map(\.name) == ["x.firstMoment", "x.secondMoment"])
  }

  @Test func aMissingGradientLeavesTheParameter() {
    let x = Tensor([1, 2], shape: [1, 2])
    AdamW(parameters: [("x", x)]).step(gradients: [nil], learningRate: 1)
    #expect(x.floats() == [1, 2])
  }

  @Test func clipping() {
    let gradients = [Tensor([3, 0], shape: [2]), nil, Tensor([4], shape: [1])]
    #expect(globalNorm(of: gradients) == 5)
    #expect(clippingScale(norm: 5, limit: 1) == 0.2)
    #expect(clippingScale(norm: 0.5, limit: 1) == 1)
    #expect(clippingScale(norm: 5, limit: 0) == 1)
    // More numbers than one thread takes.
    let many = Tensor([Float](repeating: 2, count: 100_001), shape: [100_001])
    #expect(globalNorm(of: [many]) == (4.0 * 100_001).squareRoot())
  }
}
