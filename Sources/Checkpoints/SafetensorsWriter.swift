import Foundation
import JSONParsing
public import Tensors

/// Writes tensors as safetensors, one at a time, so that a model larger than the memory can be written.
///
/// Files appear whole or not at all: they take their names when everything has reached the disk.
public enum SafetensorsWriter {
  /// Writes a file, or shards and their index when the tensors take more than `maximumShardBytes`.
  ///
  /// Shards of `model.safetensors` are `model-00001-of-00003.safetensors` and so on, listed by
  /// `model.safetensors.index.json`; a file at `path` itself is removed then, since readers would prefer it.
  /// - Parameters:
  ///   - metadata: strings for the header; `format: pt`, which Hugging Face's loaders ask for, is added.
  ///   - maximumShardBytes: the most bytes of elements in one file, unless a single tensor has more; nil for one file.
  ///   - tensor: gives the tensor of a description's index, in any order; called once for each.
  /// - Throws: `CheckpointError`, or what `tensor` throws. No file is left behind then.
  public static func write(
    _ descriptions: [TensorDescription], metadata: [String: String] = [:], to path: String,
    maximumShardBytes: Int? = nil, tensor: (Int) throws -> Tensor
  ) throws {
    let plan = try shards(of: descriptions, path: path, maximumShardBytes: maximumShardBytes)
    let folder = (path as NSString).deletingLastPathComponent
    let name = (path as NSString).lastPathComponent
    let stem = name.hasSuffix(".safetensors") ? String(name.dropLast(".safetensors".count)) : name
    func place(_ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }

    var files: [OutputFile] = []
    var map: [(String, JSONValue)] = []
    for (number, indices) in plan.enumerated() {
      let shard = plan.count == 1 ? name : numbered(stem, part: number + 1, of: plan.count) + ".safetensors"
      let file = try OutputFile.create(place(shard))
      files.append(file)
      try write(indices, of: descriptions, metadata: metadata, to: file, tensor: tensor)
      for index in indices { map.append((descriptions[index].name, .string(shard))) }
    }
    if plan.count > 1 {
      let total = plan.joined().reduce(0) { $0 + (descriptions[$1].byteCount ?? 0) }
      let index: JSONValue = ["metadata": ["total_size": .integer(total)], "weight_map": .object(JSONObject(map))]
      let file = try OutputFile.create(place(stem + ".safetensors.index.json"))
      files.append(file)
      try file.append(index.serializedBytes(pretty: true))
    }
    for file in files { try file.conclude() }
    if plan.count > 1 { try? FileManager.default.removeItem(atPath: path) }
  }

  private static func write(
    _ indices: [Int], of descriptions: [TensorDescription], metadata: [String: String], to file: OutputFile,
    tensor: (Int) throws -> Tensor
  ) throws {
    var strings = JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    if strings["format"] == nil { strings["format"] = "pt" }
    var members: [(String, JSONValue)] = [("__metadata__", .object(strings))]
    var end = 0
    for index in indices {
      let description = descriptions[index]
      let begin = end
      end += description.byteCount ?? 0
      members.append(
        (
          description.name,
          [
            "dtype": .string(description.elementType.safetensorsName ?? ""),
            "shape": .array(description.shape.dimensions.map { .integer($0) }),
            "data_offsets": [.integer(begin), .integer(end)],
          ]
        ))
    }
    var header = JSONValue.object(JSONObject(members)).serializedBytes(compact: true)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    guard header.count <= SafetensorsHeader.maximumByteCount else {
      throw CheckpointError(.unwritable, file: file.path, field: "header", "\(header.count) bytes are too many")
    }
    try file.append(littleEndianBytes(UInt64(header.count)) + header)
    for index in indices { try file.append(try tensor(index), described: descriptions[index]) }
  }

  /// The indices of the tensors in each shard. Wide elements come first, so that all lie at even addresses.
  private static func shards(of descriptions: [TensorDescription], path: String, maximumShardBytes: Int?) throws
    -> [[Int]]
  {
    var sizes: [Int] = []
    var names: Set<ExactString> = []
    for description in descriptions {
      func failure(_ message: String) -> CheckpointError {
        CheckpointError(.unwritable, file: path, field: excerpt(description.name), message)
      }
      guard description.elementType.safetensorsName != nil else {
        throw failure("safetensors has no \(description.elementType); convert the tensor to bf16, or write GGUF")
      }
      guard let size = description.byteCount else { throw failure("the shape \(description.shape) is too large") }
      guard names.insert(ExactString(description.name)).inserted, description.name != "__metadata__" else {
        throw failure("the name is taken")
      }
      sizes.append(size)
    }
    return groups(sizes: sizes, maximumBytes: maximumShardBytes).map { indices in
      let widths = indices.map { (index: $0, width: descriptions[$0].elementType.bytesPerBlock) }
      return widths.sorted { ($1.width, $0.index) < ($0.width, $1.index) }.map(\.index)
    }
  }
}
