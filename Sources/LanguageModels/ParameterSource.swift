import Tensors

/// Where a decoder's parts get their tensors: a checkpoint, or a random generator.
protocol ParameterSource {
  /// The tensor of a parameter, and which way round its matrices are stored.
  /// - Parameters:
  ///   - name: As in `Configuration.parameters`.
  ///   - shape: The extents in Swiftlet's order; those of the tensor are swapped where the layout is `inputMajor`.
  /// - Throws: `ModelError` when there is none, or it has another shape.
  func tensor(_ name: String, shape: Shape) throws -> (tensor: Tensor, layout: WeightLayout)
  /// How that tensor is stored, for plans that do not want it made yet.
  /// - Throws: As `tensor` does.
  func elementType(_ name: String, shape: Shape) throws -> ElementType
}

extension ParameterSource {
  func elementType(_ name: String, shape: Shape) throws -> ElementType {
    try tensor(name, shape: shape).tensor.elementType
  }

  /// A vector, decoded to float32: norms and biases are small and always computed with in full.
  func vector(_ name: String, _ count: Int) throws -> Tensor {
    try tensor(name, shape: [count]).tensor.converted(to: .f32)
  }

  /// A projection from `input` to `output` features.
  func linear(_ name: String, output: Int, input: Int, bias: Bool) throws -> Linear {
    let weight = try tensor(name + ".weight", shape: [output, input])
    return Linear(
      weight: weight.tensor, layout: weight.layout, bias: bias ? try vector(name + ".bias", output) : nil
    ).kept
  }

  /// One projection per expert, as views of the tensor that stacks them.
  func expertLinears(_ name: String, count: Int, output: Int, input: Int, bias: Bool) throws -> [Linear] {
    let weight = try tensor(name + ".weight", shape: [count, output, input])
    let biases = bias ? try tensor(name + ".bias", shape: [count, output]).tensor.converted(to: .f32) : nil
    return (0..<count).map { Linear(weight: weight.tensor[$0], layout: weight.layout, bias: biases?[$0]).kept }
  }

  /// The normalisation that `configuration` asks for.
  func norm(_ name: String, _ configuration: Configuration) throws -> Norm {
    Norm(
      kind: configuration.normalization.kind, epsilon: configuration.normalization.epsilon,
      gain: try vector(name + ".gain", configuration.hiddenSize),
      bias: configuration.normalization.hasBias ? try vector(name + ".bias", configuration.hiddenSize) : nil)
  }
}
