import ArgumentParser
import Swiftlet

/// The name of a mix of element types on the command line, in capitals or not.
struct MixArgument: ExpressibleByArgument {
  let mix: QuantizationMix

  init?(argument: String) {
    guard let mix = QuantizationMix.named(argument) else { return nil }
    self.mix = mix
  }

  static var allValueStrings: [String] { QuantizationMix.all.map(\.name) }
}

/// The name of one element type that matrices can have.
struct MatrixTypeArgument: ExpressibleByArgument {
  let elementType: ElementType

  init(elementType: ElementType) { self.elementType = elementType }

  init?(argument: String) {
    guard let type = ElementType(argument: argument, among: Tensor.encodableTypes) else { return nil }
    elementType = type
  }

  static var allValueStrings: [String] { Tensor.encodableTypes.map(\.rawValue) }

  var defaultValueDescription: String { elementType.rawValue }
}

extension ElementType {
  /// The one of `types` that a word on the command line names, in capitals or not.
  init?(argument: String, among types: [ElementType]) {
    guard let type = types.first(where: { $0.rawValue.lowercased() == argument.lowercased() }) else { return nil }
    self = type
  }
}
