/// The pieces of a GGUF file, laid out by the format's description and not by Swiftlet's writer, so that a test can
/// make any of them wrong.
struct GGUFBytes {
  struct TensorInfo {
    var name = "t"
    var extents: [UInt64] = [4, 2]
    var rank: UInt32?
    var type: UInt32 = 0
    var offset: UInt64 = 0
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var pairCount: UInt64?
  var pairs: [[UInt8]] = []
  var tensors = [TensorInfo()]
  var alignment = 32
  var data = (0..<32).map { UInt8($0) }

  static func string(_ text: String) -> [UInt8] { bytes(UInt64(text.utf8.count)) + Array(text.utf8) }

  static func pair(_ key: String, type: UInt32, _ value: [UInt8]) -> [UInt8] {
    string(key) + bytes(type) + value
  }

  static func array(_ key: String, type: UInt32, count: UInt64, _ values: [UInt8] = []) -> [UInt8] {
    pair(key, type: 9, bytes(type) + bytes(count) + values)
  }

  var file: [UInt8] {
    var file = magic + bytes(version) + bytes(tensorCount ?? UInt64(tensors.count))
    file += bytes(pairCount ?? UInt64(pairs.count)) + pairs.joined()
    for tensor in tensors {
      file += Self.string(tensor.name) + bytes(tensor.rank ?? UInt32(tensor.extents.count))
      for extent in tensor.extents { file += bytes(extent) }
      file += bytes(tensor.type) + bytes(tensor.offset)
    }
    while file.count % alignment != 0 { file.append(0) }
    return file + data
  }

  /// A file changed in one way.
  static func with(_ change: (inout GGUFBytes) -> Void) -> [UInt8] {
    var file = GGUFBytes()
    change(&file)
    return file.file
  }

  /// A file whose only tensor is changed in one way.
  static func tensor(_ change: (inout TensorInfo) -> Void) -> [UInt8] { with { change(&$0.tensors[0]) } }
}
