public import Tensors

/// Stochastic gradient descent with momentum (Polyak 1964) and decoupled weight decay.
///
/// Each step adds the gradient to what is left of the velocity and moves the parameter against the sum, as
/// `torch.optim.SGD` without dampening does: `v = momentum · v + g`, `p = p − rate · v`. Decoupled from the gradient,
/// decay means here what it means for `AdamW`: a matrix loses `rate · weightDecay` of itself, whatever its velocity.
public final class SGD: Optimizer {
  /// What does not change while training.
  public struct Settings: Sendable, Hashable, Codable {
    /// How much of the velocity each step keeps; 0 for plain descent.
    public var momentum: Double
    /// The share of itself, times the learning rate, that a matrix loses in each step.
    public var weightDecay: Double

    /// Momentum alone by default.
    public init(momentum: Double = 0.9, weightDecay: Double = 0) {
      self.momentum = momentum
      self.weightDecay = weightDecay
    }
  }

  /// The settings it was made with.
  public let settings: Settings
  /// How many steps it has taken.
  public private(set) var stepCount = 0
  private let parameters: [(name: String, tensor: Tensor)]
  private let velocities: [Tensor]

  /// - Parameter parameters: float32 tensors with memory of their own, which `step` changes in place.
  public init(parameters: [(name: String, tensor: Tensor)], settings: Settings = Settings()) {
    self.parameters = parameters
    self.settings = settings
    velocities = parameters.map { Tensor(zeros: $0.tensor.shape) }
  }

  /// The velocity of every parameter: `NAME.velocity`.
  public var state: [(name: String, tensor: Tensor)] {
    zip(parameters, velocities).map { ($0.name + ".velocity", $1) }
  }

  /// Continues as if `count` steps had been taken.
  public func resume(afterSteps count: Int) { stepCount = max(0, count) }

  /// Moves every parameter along its gradient: see `Optimizer`.
  public func step(gradients: [Tensor?], learningRate: Double, gradientScale: Double) {
    precondition(gradients.count == parameters.count, "\(gradients.count) gradients for \(parameters.count) parameters")
    stepCount += 1
    for (index, (_, parameter)) in parameters.enumerated() {
      guard let gradient = gradients[index] else { continue }
      let velocity = velocities[index]
      velocity.combine(settings.momentum, adding: gradient, times: gradientScale)
      let decay = weightDecay(of: parameter, settings.weightDecay)
      parameter.combine(1 - learningRate * decay, adding: velocity, times: -learningRate)
    }
  }
}
