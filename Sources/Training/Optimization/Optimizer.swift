public import Tensors

/// What moves parameters along their gradients, and what it remembers in between.
///
///     let optimizer = OptimizerSettings.adamW(AdamW.Settings()).optimizer(for: model.parameters)
///     optimizer.step(gradients: model.parameters.map { tape.gradient(of: $0.tensor) }, learningRate: 6e-4)
public protocol Optimizer: AnyObject {
  /// How many steps it has taken.
  var stepCount: Int { get }

  /// Everything but the step count that must be saved to go on later, by name; writing into these tensors restores it.
  var state: [(name: String, tensor: Tensor)] { get }

  /// Continues as if `count` steps had been taken; the rest is restored through `state`.
  func resume(afterSteps count: Int)

  /// Moves every parameter along its gradient.
  /// - Parameters:
  ///   - gradients: One per parameter, in its shape; nil where nothing reached it, which then stays as it is.
  ///   - learningRate: Of this step.
  ///   - gradientScale: What gradients are multiplied by first: see `clippingScale`.
  func step(gradients: [Tensor?], learningRate: Double, gradientScale: Double)
}

extension Optimizer {
  /// Moves every parameter along its gradient as it is.
  public func step(gradients: [Tensor?], learningRate: Double) {
    step(gradients: gradients, learningRate: learningRate, gradientScale: 1)
  }
}

/// Which optimizer a run has, as data.
public enum OptimizerSettings: Sendable, Hashable, Codable {
  /// What every GPT and LLaMA was trained with.
  case adamW(AdamW.Settings)
  /// AdamW, and orthogonal steps for the matrices inside the blocks.
  case muon(Muon.Settings)
  /// Momentum alone.
  case sgd(SGD.Settings)

  /// A new optimizer.
  /// - Parameter parameters: float32 tensors with memory of their own, which `step` changes in place.
  public func optimizer(for parameters: [(name: String, tensor: Tensor)]) -> any Optimizer {
    switch self {
    case .adamW(let settings): AdamW(parameters: parameters, settings: settings)
    case .muon(let settings): Muon(parameters: parameters, settings: settings)
    case .sgd(let settings): SGD(parameters: parameters, settings: settings)
    }
  }
}

/// The share of itself, times the learning rate, that a parameter loses in each step.
///
/// Only tensors of two or more dimensions decay, as is the custom in PyTorch: pulling gains and biases towards zero
/// helps nobody. The stacked biases of gpt-oss's experts, [experts, size], have two dimensions there and here, and decay.
func weightDecay(of parameter: Tensor, _ decay: Double) -> Double { parameter.shape.rank >= 2 ? decay : 0 }
