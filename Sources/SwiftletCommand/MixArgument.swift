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

  private static let known = ElementType.allCases.filter(Tensor.canEncode)

  init?(argument: String) {
    guard let type = Self.known.first(where: { $0.rawValue.lowercased() == argument.lowercased() }) else { return nil }
    elementType = type
  }

  static var allValueStrings: [String] { known.map(\.rawValue) }
}
