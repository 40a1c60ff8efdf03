import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite struct SGDTests {
  static func gradient(_ t: Int) -> [Float] { (0..<6).map { Float(sin(Double($0 * t))) } }

  /// The numbers are those of torch 2.15, in float32:
  ///
  ///     p = torch.nn.Parameter((torch.arange(6.) / 4 - 0.5).reshape(shape))
  ///     optimizer = torch.optim.SGD([p], lr=0.05, momentum=0.9)
  ///     for t in range(1, 6):
  ///         p.grad = torch.sin(torch.arange(6.) * t).reshape(shape)
  ///         if p.ndim >= 2: p.data.mul_(1 - 0.05 * 0.1)
  ///         optimizer.step()
  @Test func movesAsPyTorchDoes() {
    let start = (0..<6).map { Float($0) / 4 - 0.5 }
    let (matrix, vector) = (Tensor(start, shape: [2, 3]), Tensor(start, shape: [6]))
    let optimizer = SGD(
      parameters: [("matrix", matrix), ("vector", vector)], settings: SGD.Settings(momentum: 0.9, weightDecay: 0.1))
    for t in 1...5 {
      let gradient = Self.gradient(t).map { 4 * $0 }
      optimizer.step(
        gradients: [Tensor(gradient, shape: [2, 3]), Tensor(gradient, shape: [6])], learningRate: 0.05,
        gradientScale: 0.25)
    }
    let expectedMatrix: [Float] = [-0.4876244, -0.4686631, -0.0839445, 0.2256718, 0.5260918, 0.8508800]
    let expectedVector: [Float] = [-0.5, -0.4779283, -0.0849782, 0.2317684, 0.5392481, 0.8716628]
    #expect(largestDifference(matrix.floats(), expectedMatrix) < 1e-6)
    #expect(largestDifference(vector.floats(), expectedVector) < 1e-6)
  }

  @Test func aMissingGradientLeavesTheParameter() {
    let x = Tensor([1, 2], shape: [1, 2])
    SGD(parameters: [("x", x)], settings: SGD.Settings(weightDecay: 1)).step(gradients: [nil], learningRate: 1)
    #expect(x.floats() == [1, 2])
  }
}
