import Foundation
import JSONParsing
public import Tensors

/// Writes tensors and metadata as GGUF version 3, one tensor at a time.
///
/// Files appear whole or not at all: they take their names when everything has reached the disk.
public enum GGUFWriter {
  /// Writes a file, or parts named as llama.cpp names them when the tensors take more than `maximumShardBytes`.
  ///
  /// Parts of `model.gguf` are `model-00001-of-00003.gguf` and so on; the first holds the metadata.
  /// - Parameters:
  ///   - metadata: keys and values, written in their order; `split.…` is set as needed.
  ///   - maximumShardBytes: the most bytes of elements in one file, unless a single tensor has more; nil for one file.
  ///   - tensor: gives the tensor of a description's index; called once for each, in order.
  /// - Throws: `CheckpointError`, or what `tensor` throws. No file is left behind then.
  public static func write(
    _ descriptions: [TensorDescription], metadata: GGUFMetadata, to path: String, maximumShardBytes: Int? = nil,
    tensor: (Int) throws -> Tensor
  ) throws {
    let alignment = try alignment(of: metadata, path: path)
    let sizes = try checkedSizes(of: descriptions, path: path)
    let plan = groups(sizes: sizes, maximumBytes: maximumShardBytes)
    let stem = path.hasSuffix(".gguf") ? String(path.dropLast(".gguf".count)) : path
    guard plan.count <= 65_535 else {
      throw CheckpointError(.unwritable, file: path, "\(plan.count) parts are too many; allow larger ones")
    }

    var files: [OutputFile] = []
    for (number, indices) in plan.enumerated() {
      var own = number == 0 ? metadata : GGUFMetadata()
      for key in ["split.no", "split.count", "split.tensors.count"] { own[key] = nil }
      if plan.count > 1 {
        own["general.alignment"] = metadata["general.alignment"]
        own["split.no"] = .uint16(UInt16(number))
        own["split.count"] = .uint16(UInt16(plan.count))
        own["split.tensors.count"] = .int32(Int32(clamping: descriptions.count))
      }
      let name = plan.count == 1 ? path : numbered(stem, part: number + 1, of: plan.count) + ".gguf"
      let file = try OutputFile.create(name)
      files.append(file)
      try file.append(header(own, tensors: indices.map { descriptions[$0] }, alignment: alignment))
      for index in indices {
        try file.pad(to: alignment)
        try file.append(try tensor(index), described: descriptions[index])
      }
      try file.pad(to: alignment)
    }
    for file in files { try file.conclude() }
  }

  private static func alignment(of metadata: GGUFMetadata, path: String) throws(CheckpointError) -> Int {
    guard let value = metadata["general.alignment"] else { return GGUFHeader.defaultAlignment }
    guard case .uint32(let alignment) = value, alignment.nonzeroBitCount == 1, 8...1 << 20 ~= alignment else {
      throw CheckpointError(
        .unwritable, file: path, field: "general.alignment", "expected a 32-bit power of two from 8 to 1048576")
    }
    return Int(alignment)
  }

  private static func checkedSizes(of descriptions: [TensorDescription], path: String) throws(CheckpointError) -> [Int]
  {
    var names: Set<ExactString> = []
    var sizes: [Int] = []
    for description in descriptions {
      func failure(_ message: String) -> CheckpointError {
        CheckpointError(.unwritable, file: path, field: excerpt(description.name), message)
      }
      guard description.elementType.ggufCode != nil else {
        throw failure("GGUF has no \(description.elementType); convert the tensor to another type")
      }
      // ggml keeps names in 64 bytes, the last of which is 0.
      guard 1...63 ~= description.name.utf8.count else { throw failure("a name must be 1 to 63 bytes long") }
      guard names.insert(ExactString(description.name)).inserted else { throw failure("the name is taken") }
      guard description.shape.rank <= 4, !description.shape.dimensions.contains(where: { $0 <= 0 }),
        let size = description.byteCount
      else { throw failure("GGUF cannot hold the shape \(description.shape) of \(description.elementType)") }
      sizes.append(size)
    }
    return sizes
  }

  private static func header(_ metadata: GGUFMetadata, tensors: [TensorDescription], alignment: Int) -> [UInt8] {
    var header = GGUFHeader.magic + littleEndianBytes(UInt32(3))
    header += littleEndianBytes(UInt64(tensors.count)) + littleEndianBytes(UInt64(metadata.keys.count))
    for key in metadata.keys {
      guard let value = metadata[key] else { continue }
      header.append(string: key.utf8)
      header += littleEndianBytes(value.typeCode)
      header.append(value)
    }
    var offset = 0
    for tensor in tensors {
      header.append(string: tensor.name.utf8)
      header += littleEndianBytes(UInt32(tensor.shape.rank))
      for extent in tensor.shape.dimensions.reversed() { header += littleEndianBytes(UInt64(extent)) }
      header += littleEndianBytes(UInt32(tensor.elementType.ggufCode ?? 0)) + littleEndianBytes(UInt64(offset))
      offset = (offset + (tensor.byteCount ?? 0) + alignment - 1) / alignment * alignment
    }
    return header
  }
}

extension OutputFile {
  /// Appends zeros until the size is a multiple of the alignment.
  fileprivate func pad(to alignment: Int) throws(CheckpointError) {
    try append([UInt8](repeating: 0, count: (alignment - byteCount % alignment) % alignment))
  }
}

extension [UInt8] {
  fileprivate mutating func append(string: some Collection<UInt8>) {
    self += littleEndianBytes(UInt64(string.count))
    self += string
  }

  fileprivate mutating func append(_ value: GGUFValue) {
    switch value {
    case .uint8(let value): self += littleEndianBytes(value)
    case .int8(let value): self += littleEndianBytes(value)
    case .uint16(let value): self += littleEndianBytes(value)
    case .int16(let value): self += littleEndianBytes(value)
    case .uint32(let value): self += littleEndianBytes(value)
    case .int32(let value): self += littleEndianBytes(value)
    case .float32(let value): self += littleEndianBytes(value.bitPattern)
    case .bool(let value): append(value ? 1 : 0)
    case .string(let value): append(string: value.utf8)
    case .uint64(let value): self += littleEndianBytes(value)
    case .int64(let value): self += littleEndianBytes(value)
    case .float64(let value): self += littleEndianBytes(value.bitPattern)
    case .array(let values):
      self += littleEndianBytes(values.elementTypeCode)
      self += littleEndianBytes(UInt64(values.count))
      append(values)
    }
  }

  private mutating func append(_ values: GGUFArray) {
    switch values {
    case .uint8(let values): self += values
    case .int8(let values): for value in values { self += littleEndianBytes(value) }
    case .uint16(let values): for value in values { self += littleEndianBytes(value) }
    case .int16(let values): for value in values { self += littleEndianBytes(value) }
    case .uint32(let values): for value in values { self += littleEndianBytes(value) }
    case .int32(let values): for value in values { self += littleEndianBytes(value) }
    case .float32(let values): for value in values { self += littleEndianBytes(value.bitPattern) }
    case .bool(let values): for value in values { append(value ? 1 : 0) }
    case .strings(let values): for index in values.indices { append(string: values.utf8(at: index)) }
    case .uint64(let values): for value in values { self += littleEndianBytes(value) }
    case .int64(let values): for value in values { self += littleEndianBytes(value) }
    case .float64(let values): for value in values { self += littleEndianBytes(value.bitPattern) }
    }
  }
}
