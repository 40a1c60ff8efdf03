import Foundation
public import Tensors

/// A model in the GGUF format of llama.cpp, version 2 or 3: one file, or parts named `…-00001-of-00003.gguf`.
///
/// The format: a header with counts, metadata, the names, shapes, types and places of the tensors, and their
/// elements, little-endian. GGUF lists extents innermost first; here they are outermost first, as everywhere.
/// See https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
public struct GGUFCheckpoint: Checkpoint {
  /// Hyper-parameters and vocabulary; of the first part, if there are several.
  public let metadata: GGUFMetadata
  /// The files that hold the tensors.
  public let files: [String]
  private let table: TensorTable

  /// The tensors, in the order of the file.
  public var tensorNames: [String] { table.names }
  /// Shape and type of a tensor; nil where there is none of the name.
  public func description(of name: String) -> TensorDescription? { table.description(of: name) }
  /// A tensor of the file; its bytes stay mapped.
  public func tensor(named name: String) throws(CheckpointError) -> Tensor { try table.tensor(named: name) }

  /// Opens a file, or all parts of a model, of which `path` may be any.
  /// - Throws: `CheckpointError` when a part is missing, or contradicts the format in any way that can be checked
  ///   without reading the elements.
  public init(path: String) throws(CheckpointError) {
    let opened = try GGUFHeader(path: path)
    var table = TensorTable(file: path)
    let count = try opened.metadata.int("split.count") ?? 1
    if count <= 1 {
      metadata = opened.metadata
      files = [path]
      for entry in opened.entries { try table.insert(entry) }
      self.table = table
      return
    }
    let files = try Self.parts(of: path, header: opened, count: count)
    var metadata = opened.metadata
    for (number, file) in files.enumerated() {
      let header = file == path ? opened : try GGUFHeader(path: file)
      func check(_ key: String, _ expected: Int) throws(CheckpointError) {
        let value = try header.metadata.requiredInt(key)
        guard value == expected else {
          throw CheckpointError(
            .malformed, file: file, field: key, "\(value) instead of \(expected); the parts are not of one model")
        }
      }
      try check("split.no", number)
      try check("split.count", count)
      if number == 0 { metadata = header.metadata }
      for entry in header.entries { try table.insert(entry) }
    }
    if let total = try metadata.int("split.tensors.count"), total != table.entries.count {
      throw CheckpointError(
        .malformed, file: path, field: "split.tensors.count",
        "\(total) are promised, but the parts hold \(table.entries.count)")
    }
    self.metadata = metadata
    self.files = files
    self.table = table
  }

  /// The paths of all parts, which lie beside each other.
  private static func parts(of path: String, header: GGUFHeader, count: Int) throws(CheckpointError) -> [String] {
    let number = try header.metadata.requiredInt("split.no")
    guard count <= 99_999, 0..<count ~= number else {
      throw CheckpointError(.malformed, file: path, field: "split.no", "there is no part \(number) of \(count)")
    }
    let name = numbered("", part: number + 1, of: count) + ".gguf"
    guard path.hasSuffix(name) else {
      throw CheckpointError(
        .malformed, file: path, field: "split.count",
        "a part of a model must be named …\(name), as when it was downloaded")
    }
    let stem = String(path.dropLast(name.count))
    var parts: [String] = []
    for part in 1...count {
      let file = numbered(stem, part: part, of: count) + ".gguf"
      guard FileManager.default.fileExists(atPath: file) else {
        throw CheckpointError(.missing, file: file, "part \(part) of \(count) is missing; put all parts in one folder")
      }
      parts.append(file)
    }
    return parts
  }
}
