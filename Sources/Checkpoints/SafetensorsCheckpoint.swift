import Foundation
import JSONParsing
public import Tensors

/// Tensors in the safetensors format: one file, or shards listed by a `….safetensors.index.json`.
///
/// The format: 8 bytes of header length, a JSON header that gives type, shape and place of each tensor, and the
/// elements, little-endian and row-major. See https://github.com/huggingface/safetensors.
public struct SafetensorsCheckpoint: Checkpoint {
  /// What the header says besides tensors, such as `format`; of all shards together.
  public let metadata: [String: String]
  /// The files that hold the tensors.
  public let files: [String]
  private let table: TensorTable

  /// The tensors, in the order of the file.
  public var tensorNames: [String] { table.names }
  /// Shape and type of a tensor; nil where there is none of the name.
  public func description(of name: String) -> TensorDescription? { table.description(of: name) }
  /// A tensor of the file; its bytes stay mapped.
  public func tensor(named name: String) throws(CheckpointError) -> Tensor { try table.tensor(named: name) }

  /// Opens a `.safetensors` file, an index, or a folder that holds `model.safetensors`, its index, or exactly one
  /// other file of that kind.
  /// - Throws: `CheckpointError` when a file is missing, or contradicts the format in any way that can be checked
  ///   without reading the elements.
  public init(path: String) throws(CheckpointError) {
    let entrance = try Self.entrance(path)
    let index = entrance.hasSuffix(".json") ? try SafetensorsIndex(path: entrance) : nil
    files = index?.shards ?? [entrance]
    var table = TensorTable(file: entrance)
    var metadata: [String: String] = [:]
    for file in files {
      let header = try SafetensorsHeader(path: file)
      for entry in header.entries { try table.insert(entry) }
      metadata.merge(header.metadata) { first, _ in first }
    }
    if let index { try index.check(table) }
    self.table = table
    self.metadata = metadata
  }

  /// The file by which a path is opened.
  private static func entrance(_ path: String) throws(CheckpointError) -> String {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CheckpointError(.unreadable, file: path, "no such file or folder")
    }
    guard isFolder.boolValue else { return path }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    let folder = path.hasSuffix("/") ? path : path + "/"
    for name in ["model.safetensors", "model.safetensors.index.json"] where names.contains(name) {
      return folder + name
    }
    let candidates =
      names.filter { $0.hasSuffix(".safetensors.index.json") } + names.filter { $0.hasSuffix(".safetensors") }
    guard let first = candidates.first else {
      let hasPickle = names.contains { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
      throw CheckpointError(
        .missing, file: path,
        "the folder holds no .safetensors file"
          + (hasPickle
            ? "; PyTorch's files can run code when they are read, so convert them with a tool that you trust" : ""))
    }
    guard candidates.count == 1 || first.hasSuffix(".json") else {
      throw CheckpointError(
        .missing, file: path, "the folder holds several .safetensors files and no index; name one of them")
    }
    return folder + first
  }
}
