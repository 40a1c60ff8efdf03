import Foundation
public import Tensors

/// Writes a LLaMA as llama2.c's legacy `.bin`, which its `run` reads.
public enum Llama2CWriter {
  /// Writes a file, one tensor at a time; it appears whole or not at all.
  /// - Parameter tensor: gives the float32 tensor of a Hugging Face name. Rows of the query and key matrices must be
  ///   in llama2.c's order, with adjacent rotary pairs, for a rotary base of 10,000.
  /// - Throws: `CheckpointError` when the header is not that of a model or a tensor does not fit it, or what `tensor`
  ///   throws.
  public static func write(_ header: Llama2CHeader, to path: String, tensor: (String) throws -> Tensor) throws {
    try header.check(file: path, failing: .unwritable)
    let file = try OutputFile.create(path)
    let vocabularySize = header.tiesEmbeddings ? header.vocabularySize : -header.vocabularySize
    for number in [
      header.hiddenSize, header.intermediateSize, header.layerCount, header.headCount, header.kvHeadCount,
      vocabularySize, header.contextLength,
    ] { try file.append(littleEndianBytes(Int32(clamping: number))) }

    func append(_ group: Llama2CHeader.Group) throws {
      for layer in 0..<(group.isLayered ? header.layerCount : 1) {
        let name = group.name(layer: layer)
        let description = TensorDescription(name: name, shape: Shape(group.dimensions), elementType: .f32)
        try file.append(try tensor(name), described: description)
      }
    }
    for group in header.groups(isLegacy: true) { try append(group) }
    for function in [cos, sin] as [(Double) -> Double] {
      for start in stride(from: 0, to: header.contextLength, by: 1024) {
        try file.append(rotaryTable(header, start..<min(start + 1024, header.contextLength), function))
      }
    }
    if !header.tiesEmbeddings { try append(header.outputGroup) }
    try file.conclude()
  }

  /// A function of the angle of each position and pair: `[positions.count, headSize / 2]`.
  private static func rotaryTable(
    _ header: Llama2CHeader, _ positions: Range<Int>, _ function: (Double) -> Double
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for position in positions {
      for pair in 0..<header.headSize / 2 {
        let frequency = pow(10_000, -Double(2 * pair) / Double(header.headSize))
        bytes += littleEndianBytes(Float(function(Double(position) * frequency)).bitPattern)
      }
    }
    return bytes
  }
}
