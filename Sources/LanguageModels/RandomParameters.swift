import Foundation
public import Tensors

/// Fresh weights: matrices from a normal distribution of standard deviation 0.02, gains 1, biases 0.
///
/// The projections that end on the residual stream are narrower by √(2 · layers), as GPT-2 scales them, so that the
/// stream does not grow with depth. Every parameter has its own random sequence made of the seed and its name: the
/// same seed gives the same weights in whatever order they are asked for.
struct RandomParameters: ParameterSource {
  let seed: UInt64
  let layerCount: Int

  func tensor(_ name: String, shape: Shape) -> (tensor: Tensor, layout: WeightLayout) {
    let tensor: Tensor
    if name.hasSuffix(".gain") {
      tensor = Tensor(Array(repeating: 1, count: shape.elementCount), shape: shape)
    } else if name.hasSuffix(".bias") || name.hasSuffix(".sinks") {
      tensor = Tensor(zeros: shape)
    } else {
      let endsOnResidual = name.hasSuffix("attention.output.weight") || name.hasSuffix(".down.weight")
      tensor = normal(shape, deviation: endsOnResidual ? 0.02 / Float(2 * layerCount).squareRoot() : 0.02, name)
    }
    return (tensor, .outputMajor)
  }

  func elementType(_ name: String, shape: Shape) -> ElementType { .f32 }

  private func normal(_ shape: Shape, deviation: Float, _ name: String) -> Tensor {
    // FNV-1a spreads the name over the generator's state.
    var state = name.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    func next() -> UInt64 {
      state &+= mixingStep
      return mixed(state)
    }
    let tensor = Tensor(uninitialized: shape)
    tensor.withMutableSpan { values in
      var index = 0
      while index < values.count {
        // Box and Muller (1958): two uniform numbers make two normal ones.
        let radius = (-2 * log(Float(next() >> 40 | 1) * 0x1p-24)).squareRoot() * deviation
        let angle = 2 * Float.pi * Float(next() >> 40) * 0x1p-24
        values[index] = radius * cos(angle)
        if index + 1 < values.count { values[index + 1] = radius * sin(angle) }
        index += 2
      }
    }
    return tensor
  }
}

extension LanguageModel {
  /// A model with fresh random weights: the same seed, the same weights.
  /// - Throws: `ModelError` when the configuration is not one that a decoder can have, or the memory cannot hold it.
  public convenience init(_ configuration: Configuration, seed: UInt64) throws {
    try configuration.validate()
    try Room.checkMemory(configuration.floatByteCounts.total, for: "fresh weights")
    try self.init(configuration, from: RandomParameters(seed: seed, layerCount: configuration.layerCount))
  }

  /// The same with matrices in another type, one of those that `Tensor.canEncode`: what a quantised model of that shape
  /// costs can be measured without having one.
  public convenience init(_ configuration: Configuration, seed: UInt64, elementType: ElementType) throws {
    try configuration.validate()
    guard Tensor.canEncode(elementType) else {
      let known = Tensor.encodableTypes.map(\.rawValue).joined(separator: ", ")
      throw ModelError(.unsupported, "weights cannot be made as \(elementType); known: \(known).")
    }
    let largest = configuration.floatByteCounts.largest
    try Room.checkMemory(ModelInspection(configuration).weightBytes(elementType) + largest, for: "fresh weights")
    let fresh = RandomParameters(seed: seed, layerCount: configuration.layerCount)
    try self.init(configuration, from: RoundedParameters(source: fresh, elementType: elementType))
  }
}
