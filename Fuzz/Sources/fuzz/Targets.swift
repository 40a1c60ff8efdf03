import Checkpoints
import Foundation
import Tensors

/// One kind of file: how to make inputs, and what to do with each.
struct Target {
  let name: String
  /// What the file is called; readers look at it.
  let fileName: String
  /// Makes an input.
  let input: (inout Randomness) -> [UInt8]
  /// Opens an input and uses all that it holds. Throws when the input is refused.
  let open: (String) throws -> Void

  static let all = [
    gguf, safetensors, index, llama2c, tokenizer, sentencePiece, llama2cTokenizer, configuration,
  ]
}

/// What reading gave, added up so that no read is optimised away.
var witness = 0

/// Reads the first and the last byte of every tensor that the checkpoint says it has.
func touchTensors(of checkpoint: some Checkpoint) -> Int {
  var sum = 0
  for name in checkpoint.tensorNames {
    let description = checkpoint.description(of: name)
    guard let tensor = try? checkpoint.tensor(named: name) else { continue }
    precondition(description?.shape == tensor.shape && description?.elementType == tensor.elementType)
    sum &+= tensor.withBytes { bytes in
      guard bytes.byteCount > 0 else { return 0 }
      let first = unsafe bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
      let last = unsafe bytes.unsafeLoad(fromByteOffset: bytes.byteCount - 1, as: UInt8.self)
      return Int(first) + Int(last)
    }
  }
  _ = try? checkpoint.tensor(named: "no such tensor")
  return sum
}

extension Target {
  static let safetensors = Target(name: "safetensors", fileName: "model.safetensors") { random in
    var header = JSONTokens(
      random.pick([
        #"{"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "#
          + #""b": {"dtype": "BF16", "shape": [4], "data_offsets": [24, 32]}}"#,
        #"{"a": {"dtype": "I64", "shape": [], "data_offsets": [0, 8]}, "e": {"dtype": "U8", "shape": [0], "#
          + #""data_offsets": [8, 8]}, "m": {"dtype": "F16", "shape": [1, 2, 3, 2], "data_offsets": [8, 32]}}"#,
      ]))
    if !random.chance(8) {
      header.mutate(
        &random,
        dictionary: [
          "\"F32\"", "\"F64\"", "\"F4\"", "\"BOOL\"", "\"X\"", "\"a\"", "\"b\"", "\"dtype\"", "\"shape\"",
          "\"data_offsets\"", "\"__metadata__\"", "{", "}", "[", "]", ",", ":", "null", "0", "[0, 0]", "\"\\ud800\"",
        ])
    }
    let text = header.bytes
    let length = random.chance(16) ? random.awkwardNumber() : UInt64(text.count)
    var file = littleEndianBytes(length, count: 8) + text
    file += (0..<(random.chance(8) ? random.below(64) : 32)).map { UInt8($0) }
    if random.chance(4) { file.mutate(&random) }
    return file
  } open: { path in
    let checkpoint = try SafetensorsCheckpoint(path: path)
    witness &+= touchTensors(of: checkpoint) &+ checkpoint.metadata.count
  }

  /// The index of a sharded model, whose only sound shard is empty.
  static let index = Target(name: "index", fileName: "model.safetensors.index.json") { random in
    var index = JSONTokens(#"{"metadata": {"total_size": 5}, "weight_map": {"a": "x.safetensors"}}"#)
    index.mutate(
      &random,
      dictionary: ["\"weight_map\"", "\"..\"", "\"\"", "\"/etc/passwd\"", "\"\\u0000\"", "{", "}", "[", "]", ":", ","])
    var file = index.bytes
    if random.chance(4) { file.mutate(&random) }
    return file
  } open: { path in
    let shard = path.dropLast("model.safetensors.index.json".count) + "x.safetensors"
    if !FileManager.default.fileExists(atPath: String(shard)) {
      let header = #"{"a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}}"#
      try Data(littleEndianBytes(UInt64(header.utf8.count), count: 8) + header.utf8).write(
        to: URL(filePath: String(shard)))
    }
    witness &+= touchTensors(of: try SafetensorsCheckpoint(path: path))
  }

  static let llama2c = Target(name: "llama2c", fileName: "model.bin") { random in
    var file: [UInt8] = []
    // vocabulary 3, width 4, one layer, two heads of two: 4 bytes for each weight.
    let isVersioned = random.chance(2)
    if isVersioned { file += Array("24ka".utf8) + littleEndianBytes(1, count: 4) }
    for number: UInt64 in [4, 2, 1, 2, 1, 3, 2] {
      file += littleEndianBytes(random.chance(10) ? random.awkwardNumber() : number, count: 4)
    }
    if isVersioned { file += [1] + [UInt8](repeating: 0, count: 256 - file.count - 1) }
    let weights = 3 * 4 + 4 + 16 + 8 + 8 + 16 + 4 + 3 * 8 + 4 + (isVersioned ? 0 : 2 * 2)
    file += [UInt8](repeating: 7, count: weights * 4)
    if !random.chance(8) { file.mutate(&random) }
    return file
  } open: { path in
    witness &+= touchTensors(of: try Llama2CCheckpoint(path: path))
  }
}
