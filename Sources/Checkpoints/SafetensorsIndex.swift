import Foundation
import JSONParsing
import Tensors

/// The index of a sharded checkpoint: which tensor is in which file.
struct SafetensorsIndex {
  /// The paths of the shards, sorted.
  let shards: [String]
  private let path: String
  private let files: [(tensor: String, shard: String)]

  init(path: String) throws(CheckpointError) {
    self.path = path
    let mapping = try MappedFile.open(path)
    let limit = 1 << 28
    guard mapping.byteCount <= limit, let bytes = mapping.bytes(at: 0, count: mapping.byteCount) else {
      throw CheckpointError(.malformed, file: path, "\(mapping.byteCount) bytes are too many for an index")
    }
    let index: JSONValue
    do { index = try JSONValue(parsing: bytes, maximumDepth: 16) } catch {
      throw CheckpointError(.malformed, file: path, "not valid JSON: \(error)")
    }
    guard let map = index["weight_map"]?.object, !map.isEmpty else {
      throw CheckpointError(.malformed, file: path, field: "weight_map", "expected an object that names tensors")
    }
    let folder = (path as NSString).deletingLastPathComponent
    var checked: [ExactString: String] = [:]
    var files: [(String, String)] = []
    for (tensor, value) in map.pairs {
      guard let name = value.string else {
        throw CheckpointError(.malformed, file: path, field: excerpt(tensor), "expected the name of a file")
      }
      let shard: String
      if let known = checked[ExactString(name)] {
        shard = known
      } else {
        shard = try Self.shard(name, folder: folder.isEmpty ? "." : folder, index: path)
        checked[ExactString(name)] = shard
      }
      files.append((tensor, shard))
    }
    self.files = files
    shards = checked.values.sorted()
  }

  /// The path of a shard, which must lie beside the index.
  private static func shard(_ name: String, folder: String, index: String) throws(CheckpointError) -> String {
    let isPlain =
      !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 < 0x20 || $0 == 0x2F || $0 == 0x5C }
    guard isPlain else {
      throw CheckpointError(
        .malformed, file: index, field: excerpt(name), "a shard must lie in the same folder as its index")
    }
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else {
      throw CheckpointError(
        .missing, file: index, field: excerpt(name), "the shard is missing; download the checkpoint again")
    }
    // A link may not lead out of the folder, except as Hugging Face's cache does: snapshots/REVISION/NAME leads to
    // blobs/HASH.
    func resolved(_ path: String) -> URL { URL(filePath: path).resolvingSymlinksInPath() }
    let target = resolved(path).deletingLastPathComponent().path()
    let home = resolved(folder)
    let revisions = home.deletingLastPathComponent()
    let blobs = revisions.deletingLastPathComponent().appending(path: "blobs", directoryHint: .isDirectory)
    func isSame(_ a: String, _ b: String) -> Bool {
      a.split(separator: "/", omittingEmptySubsequences: true)
        == b.split(separator: "/", omittingEmptySubsequences: true)
    }
    guard
      isSame(target, home.path())
        || (revisions.lastPathComponent == "snapshots" && isSame(target, blobs.path()))
    else {
      throw CheckpointError(
        .malformed, file: index, field: excerpt(name), "the shard is a link to a file outside the checkpoint's folder")
    }
    return path
  }

  /// Makes sure that each tensor is where the index says.
  func check(_ table: TensorTable) throws(CheckpointError) {
    for (tensor, shard) in files {
      guard let entry = table.entry(tensor), entry.file == shard else {
        throw CheckpointError(.malformed, file: path, field: excerpt(tensor), "the tensor is not in \(shard)")
      }
    }
  }
}
