import Tensors

/// The parameters of one decoder, by name.
struct ParameterTable: ParameterSource, Sendable {
  private let entries: [String: (tensor: Tensor, layout: WeightLayout)]

  /// Finds every parameter of `configuration`.
  init(_ configuration: Configuration, from source: some ParameterSource) throws {
    entries = try Dictionary(
      configuration.parameters.map { ($0.name, try source.tensor($0.name, shape: $0.shape)) }
    ) { first, _ in first }
  }

  func tensor(_ name: String, shape: Shape) throws -> (tensor: Tensor, layout: WeightLayout) {
    guard let entry = entries[name] else {
      throw ModelError(.mismatchedTensor, field: name, "the decoder has no such parameter.")
    }
    return entry
  }
}

/// Float32 copies of another source's parameters, each in memory of its own.
struct CopiedParameters<Source: ParameterSource>: ParameterSource {
  let source: Source

  func tensor(_ name: String, shape: Shape) throws -> (tensor: Tensor, layout: WeightLayout) {
    let (tensor, layout) = try source.tensor(name, shape: shape)
    let copy = Tensor(uninitialized: tensor.shape)
    copy.write(tensor, atRow: 0)
    return (copy, layout)
  }
}
