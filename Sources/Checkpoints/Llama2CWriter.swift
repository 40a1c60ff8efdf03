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
    for table in [cos, sin] as [(Double) -> Double] { try file.append(rotaryTable(header, table)) }
    if !header.tiesEmbeddings { try append(header.outputGroup) }
    try file.conclude()
  }

  /// A function of the angle of each position and pair: `[contextLength, headSize / 2]`.
  private static func rotaryTable(_ header: Llama2CHeader, _ function: (Double) -> Double) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(header.rotaryTableCount * 4)
    for position in 0..<header.contextLength {
      for pair in 0..<header.headSize / 2 {
        let frequency = pow(10_000, -Double(2 * pair) / Double(header.headSize))
        bytes += littleEndianBytes(Float(function(Double(position) * frequency)).bitPattern)
      }
    }
    return bytes
  }
}
