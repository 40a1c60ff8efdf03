public import Tensors

/// The float32 numbers that an optimizer moves, and the model that reads them rounded (Micikevicius et al. 2018, "Mixed
/// Precision Training").
///
/// A step changes a weight by less than a thousandth of itself, and bfloat16 has no number so close by: added to it, the
/// change would be rounded away, step after step. Masters add it up until it shows.
///
///     let model = try LanguageModel.load(from: "gpt2").trainable(precision: .bfloat16)
///     let weights = model.masterWeights
///     let optimizer = AdamW(parameters: weights.masters)
///     tape.activationType = .bf16
///     for parameter in model.parameters { tape.watch(parameter.tensor) }
///     optimizer.step(gradients: model.parameters.map { tape.gradient(of: $0.tensor) }, learningRate: 6e-4)
///     weights.round()   // now the model reads what the optimizer wrote
///
/// Of a model in float32 the masters are its own parameters, and there is nothing to round.
public final class MasterWeights: Sendable {
  /// The same decoder in float32: what to save where nothing may be lost. The trained model itself is what to save in
  /// half of the bytes.
  public let model: LanguageModel
  /// Every parameter by its name, float32, in the order of the trained model's `parameters`.
  public let masters: [(name: String, tensor: Tensor)]
  private let rounded: [(master: Tensor, copy: Tensor)]

  init(of trained: LanguageModel) {
    model = trained.master ?? trained
    masters = model.parameters
    rounded = zip(masters, trained.parameters).compactMap { master, copy in
      copy.tensor.storage === master.tensor.storage ? nil : (master.tensor, copy.tensor)
    }
  }

  /// Writes the masters into the model's parameters, each rounded to the nearest number that they can hold.
  public func round() {
    for (master, copy) in rounded { copy.write(master, atRow: 0) }
  }
}

/// Another source's matrices in a smaller type; float16 where their rows are no whole blocks of it. What is small, gains
/// and biases, is shared with it as it is.
struct RoundedParameters<Source: ParameterSource>: ParameterSource {
  let source: Source
  let elementType: ElementType

  func tensor(_ name: String, shape: Shape) throws -> (tensor: Tensor, layout: WeightLayout) {
    let (tensor, layout) = try source.tensor(name, shape: shape)
    guard name.hasSuffix(".weight") else { return (tensor, layout) }
    let isWhole = tensor.shape.columnCount % elementType.blockSize == 0
    return (tensor.converted(to: isWhole ? elementType : .f16), layout)
  }
}
