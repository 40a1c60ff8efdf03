/// Numbers that an element type cannot hold: not finite, or too large.
public struct EncodingError: Error, CustomStringConvertible, Sendable, Hashable {
  /// A row in which such a number stands, counted from 0 over all dimensions but the last.
  public let row: Int
  /// The type that was asked for.
  public let elementType: ElementType

  /// Where, and what to do.
  public var description: String {
    switch elementType {
    case .f32, .bf16, .mxfp4: "row \(row) holds numbers that are infinite or not numbers; the weights are damaged."
    default:
      "row \(row) holds numbers that are not finite, or beyond the 65504 of \(elementType)'s float16; "
        + "the weights are damaged, or need bf16 or f32."
    }
  }
}
