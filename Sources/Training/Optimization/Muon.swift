public import Tensors

/// Muon (Jordan 2024, "Muon: An optimizer for hidden layers in neural networks"): momentum whose direction is made
/// orthogonal, so that a step of a matrix moves all its singular directions alike.
///
/// It is for the matrices inside the blocks; embeddings, positions, the head, gains and biases are moved by `AdamW` with
/// the same learning rate. Updates are as long as AdamW's usually are, `0.2 · √max(rows, columns)` (Liu et al. 2025,
/// "Muon is Scalable for LLM Training"), so that AdamW's learning rates and weight decay serve for both.
///
/// The query, key and value matrices of a fused projection are three matrices here, and each expert is one of its own:
/// otherwise one of them could use up the directions of the others. A fused projection whose key heads are fewer than
/// its query heads counts as one matrix.
public final class Muon: Optimizer {
  /// What does not change while training.
  public struct Settings: Sendable, Hashable, Codable {
    /// How much of the running sum of gradients each step keeps.
    public var momentum: Double
    /// Of Newton and Schulz; more make directions more alike.
    public var iterations: Int
    /// For everything but hidden matrices. Its weight decay is theirs, too.
    public var adamW: AdamW.Settings

    /// Jordan's values, and GPT-3's and LLaMA's for AdamW.
    public init(momentum: Double = 0.95, iterations: Int = 5, adamW: AdamW.Settings = AdamW.Settings()) {
      self.momentum = momentum
      self.iterations = iterations
      self.adamW = adamW
    }
  }

  /// The settings it was made with.
  public let settings: Settings
  private let matrices: [Matrix]
  private let rest: AdamW
  private let restIndices: [Int]
  private let count: Int

  private struct Matrix {
    let index: Int
    let name: String
    let parameter, momentum: Tensor
  }

  /// - Parameter parameters: float32 tensors with memory of their own, which `step` changes in place, under the names
  ///   that `Configuration.parameters` gives them.
  public init(parameters: [(name: String, tensor: Tensor)], settings: Settings = Settings()) {
    self.settings = settings
    count = parameters.count
    let hidden = Set(parameters.indices.filter { Self.isHiddenMatrix(parameters[$0].name, parameters[$0].tensor) })
    restIndices = parameters.indices.filter { !hidden.contains($0) }
    rest = AdamW(parameters: restIndices.map { parameters[$0] }, settings: settings.adamW)
    matrices = hidden.sorted().map {
      let (name, tensor) = parameters[$0]
      return Matrix(index: $0, name: name, parameter: tensor, momentum: Tensor(zeros: tensor.shape))
    }
  }

  private static func isHiddenMatrix(_ name: String, _ tensor: Tensor) -> Bool {
    name.hasPrefix("layers.") && name.hasSuffix(".weight") && tensor.shape.rank >= 2
  }

  /// How many steps it has taken.
  public var stepCount: Int { rest.stepCount }

  /// The momentum of every hidden matrix, `NAME.momentum`, and the moments of what AdamW moves.
  public var state: [(name: String, tensor: Tensor)] {
    matrices.map { ($0.name + ".momentum", $0.momentum) } + rest.state
  }

  /// Continues as if `count` steps had been taken.
  public func resume(afterSteps count: Int) { rest.resume(afterSteps: count) }

  /// Moves every parameter along its gradient: see `Optimizer`.
  public func step(gradients: [Tensor?], learningRate: Double, gradientScale: Double) {
    precondition(gradients.count == count, "\(gradients.count) gradients for \(count) parameters")
    rest.step(gradients: restIndices.map { gradients[$0] }, learningRate: learningRate, gradientScale: gradientScale)
    for matrix in matrices {
      guard let gradient = gradients[matrix.index] else { continue }
      matrix.momentum.combine(settings.momentum, adding: gradient, times: gradientScale)
      // Nesterov's: one step ahead of the momentum.
      let direction = scale(gradient, by: Float(gradientScale))
      direction.combine(1, adding: matrix.momentum, times: settings.momentum)
      let update = update(direction, matrix.name)
      matrix.parameter.combine(
        1 - learningRate * settings.adamW.weightDecay, adding: update.direction, times: -learningRate * update.length)
    }
  }

  /// Makes each matrix that a parameter holds orthogonal, and says how long the step should be.
  private func update(_ direction: Tensor, _ name: String) -> (direction: Tensor, length: Double) {
    let (shape, columns) = (direction.shape, direction.shape.columnCount)
    let isFused = name.hasSuffix(".queryKeyValue.weight")
    if isFused, columns == 3 * shape[0] {  // [hiddenSize, 3 * hiddenSize], as GPT-2's files have it
      let upright = update(direction.transposed(), name)
      return (upright.direction.transposed(), upright.length)
    }
    let count = shape.rank > 2 ? shape[0] : isFused && shape[0] == 3 * columns ? 3 : 1
    let rows = shape.rowCount / count
    let result = Tensor(uninitialized: shape)
    for (part, matrix) in (0..<count).map({ ($0, direction.reshaped(to: [count, rows, columns])[$0]) }) {
      result.write(orthogonalized(matrix, iterations: settings.iterations), atRow: part * rows)
    }
    return (result, 0.2 * Double(max(rows, columns)).squareRoot())
  }
}
