public import Tensors

/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019), what every
/// GPT and LLaMA was trained with.
///
/// Only tensors of two or more dimensions decay; see `weightDecay(of:_:)`.
///
///     let optimizer = AdamW(parameters: model.parameters)
///     optimizer.step(gradients: model.parameters.map { tape.gradient(of: $0.tensor) }, learningRate: 6e-4)
public final class AdamW: Optimizer {
  /// What does not change while training.
  public struct Settings: Sendable, Hashable, Codable {
    /// How much of the running mean of gradients, and of their squares, each step keeps.
    public var beta1, beta2: Double
    /// Keeps the division by the root of the second moment finite.
    public var epsilon: Double
    /// The share of itself, times the learning rate, that a matrix loses in each step.
    public var weightDecay: Double

    /// GPT-3's and LLaMA's values.
    public init(beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8, weightDecay: Double = 0.1) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  /// The settings it was made with.
  public let settings: Settings
  /// How many steps it has taken.
  public private(set) var stepCount: Int
  private let parameters: [(name: String, tensor: Tensor)]
  private let firstMoments, secondMoments: [Tensor]

  /// - Parameter parameters: float32 tensors with memory of their own, which `step` changes in place.
  public init(parameters: [(name: String, tensor: Tensor)], settings: Settings = Settings()) {
    self.parameters = parameters
    self.settings = settings
    stepCount = 0
    firstMoments = parameters.map { Tensor(zeros: $0.tensor.shape) }
    secondMoments = parameters.map { Tensor(zeros: $0.tensor.shape) }
  }

  /// Both moments of every parameter: `NAME.firstMoment` and `NAME.secondMoment`.
  public var state: [(name: String, tensor: Tensor)] {
    zip(parameters, firstMoments).map { ($0.name + ".firstMoment", $1) }
      + zip(parameters, secondMoments).map { ($0.name + ".secondMoment", $1) }
  }

  /// Continues as if `count` steps had been taken.
  public func resume(afterSteps count: Int) { stepCount = max(0, count) }

  /// Moves every parameter along its gradient: see `Optimizer`.
  public func step(gradients: [Tensor?], learningRate: Double, gradientScale: Double) {
    precondition(gradients.count == parameters.count, "\(gradients.count) gradients for \(parameters.count) parameters")
    stepCount += 1
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = gradients[index] else { continue }
      let decay = weightDecay(of: parameter.tensor, settings.weightDecay)
      update(
        parameter.tensor, gradient: gradient, firstMoment: firstMoments[index], secondMoment: secondMoments[index],
        by: AdamStep(
          beta1: settings.beta1, beta2: settings.beta2, epsilon: settings.epsilon,
          parameterScale: 1 - learningRate * decay, gradientScale: gradientScale, rate: learningRate, number: stepCount)
      )
    }
  }
}
