import Checkpoints
import Tensors

/// Finds a decoder's parameters in a checkpoint under the names its family gives them there.
struct ParameterReader: ParameterSource {
  let file: String
  let checkpoint: any Checkpoint
  let names: TensorNames
  /// Whether to look at the scales of packed tensors, which reads them.
  var checksScales = false

  func tensor(_ name: String, shape: Shape) throws -> (tensor: Tensor, layout: WeightLayout) {
    let stored = names.stored(name)
    guard let found = stored.names.first(where: { checkpoint.description(of: $0) != nil }) else {
      if let packed = try packedMXFP4(stored.names, shape: shape) { return (packed, .outputMajor) }
      throw ModelError(
        .mismatchedTensor, file: file, field: stored.names.first,
        "no such tensor, which the configuration asks for; the checkpoint is incomplete or of another architecture.")
    }
    var expected = shape.dimensions
    if stored.isTransposed { expected.swapAt(expected.count - 1, expected.count - 2) }
    let tensor = try checkpoint.tensor(named: found)
    guard tensor.shape.dimensions == expected else {
      throw ModelError(
        .mismatchedTensor, file: file, field: found,
        "its shape is \(tensor.shape), but the configuration asks for \(Shape(expected)); they belong to different models."
      )
    }
    if checksScales, let row = tensor.firstRowWithoutScale() {
      throw ModelError(
        .damagedTensor, file: file, field: found,
        "row \(row) has a scale that is infinite or not a number, so that no result would be a number; the file is damaged: fetch or quantise it again."
      )
    }
    return (tensor, stored.isTransposed ? .inputMajor : .outputMajor)
  }

  /// gpt-oss's experts as published: four-bit values in `NAME_blocks` [experts, output, input / 32, 16] and a power of
  /// two for each 32 in `NAME_scales`. Copied into GGUF's order of the same blocks, which stays as small.
  private func packedMXFP4(_ names: [String], shape: Shape) throws -> Tensor? {
    guard shape.rank == 3, let name = names.first(where: { checkpoint.description(of: $0 + "_blocks") != nil }) else {
      return nil
    }
    let blocks = try checkpoint.tensor(named: name + "_blocks")
    let scales = try checkpoint.tensor(named: name + "_scales")
    let perRow = shape[2] / 32
    guard shape[2] % 32 == 0, blocks.elementType == .u8, scales.elementType == .u8,
      blocks.shape == [shape[0], shape[1], perRow, 16], scales.shape == [shape[0], shape[1], perRow]
    else {
      throw ModelError(
        .mismatchedTensor, file: file, field: name + "_blocks",
        "blocks \(blocks.shape) and scales \(scales.shape) of u8 do not make \(shape) in MXFP4.")
    }
    let result = Tensor(uninitialized: shape, elementType: .mxfp4)
    blocks.withBytes { blocks in
      scales.withBytes { scales in
        result.withMutableBytes { result in
          for block in 0..<scales.byteCount {
            let (source, target) = (block * 16, block * 17)
            result.storeBytes(of: scales.byte(block), toByteOffset: target, as: UInt8.self)
            for index in 0..<16 {
              // Theirs: elements 2i and 2i + 1 share a byte. GGUF's: elements i and i + 16 do.
              let low = blocks.nibble(source * 2 + index)
              let high = blocks.nibble(source * 2 + index + 16)
              result.storeBytes(of: low | high << 4, toByteOffset: target + 1 + index, as: UInt8.self)
            }
          }
        }
      }
    }
    return result
  }
}

extension RawSpan {
  fileprivate func byte(_ index: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self) }

  /// The low half of a byte comes first.
  fileprivate func nibble(_ index: Int) -> UInt8 {
    index % 2 == 0 ? byte(index / 2) & 15 : byte(index / 2) >> 4
  }
}
