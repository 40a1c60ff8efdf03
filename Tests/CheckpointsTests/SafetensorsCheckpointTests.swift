import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct SafetensorsCheckpointTests {
  static func file(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
    bytes(length ?? UInt64(header.utf8.count)) + Array(header.utf8) + (0..<data).map { UInt8($0 & 255) }
  }

  static let sound =
    #"{"__metadata__": {"format": "pt"}, "b": {"dtype": "F32", "shape": [2, 3], "data_offsets": [4, 28]}, "#
    + #""a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}, "s": {"dtype": "I64", "shape": [], "#
    + #""data_offsets": [28, 36]}, "e": {"dtype": "F32", "shape": [0, 9], "data_offsets": [36, 36]}}"#

  @Test func opensTensorsAsViews() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.file(Self.sound, data: 36), as: "model.safetensors")
    for place in [path, folder.path, folder.path + "/"] {
      let checkpoint = try SafetensorsCheckpoint(path: place)
      #expect(checkpoint.metadata == ["format": "pt"])
      #expect(checkpoint.tensorNames == ["a", "b", "s", "e"])
      #expect(
        checkpoint.description(of: "b") == TensorDescription(name: "b", shape: [2, 3], elementType: .f32))
      #expect(checkpoint.description(of: "c") == nil)
      #expect(bytes(of: try checkpoint.tensor(named: "a")) == [0, 1, 2, 3])
      #expect(bytes(of: try checkpoint.tensor(named: "b")) == Array(4..<28))
      #expect(try checkpoint.tensor(named: "s").shape == [])
      #expect(try checkpoint.tensor(named: "e").elementCount == 0)
      let error = try #require(throws: CheckpointError.self) { try checkpoint.tensor(named: "c") }
      #expect(error.code == .missing && error.field == "c")
    }
  }

  @Test("A file far larger than memory opens: what is not touched is not read")
  func aHugeFileIsMapped() throws {
    let folder = try TemporaryFolder()
    let count = 1 << 38
    let header = #"{"a": {"dtype": "U8", "shape": [\#(count)], "data_offsets": [0, \#(count)]}}"#
    let path = try folder.write(Self.file(header, data: 0), as: "model.safetensors")
    // Sparse: a quarter of a terabyte that takes one block of the disk.
    guard unsafe truncate(path, off_t(8 + header.utf8.count + count)) == 0 else {
      return #expect(errno == EFBIG, "only a file system that holds no such file may refuse")
    }
    let tensor = try SafetensorsCheckpoint(path: path).tensor(named: "a")
    #expect(tensor.elementCount == count)
    #expect(tensor.withBytes { unsafe $0.unsafeLoad(fromByteOffset: count - 1, as: UInt8.self) } == 0)
  }

  @Test func anUnknownTypeIsAnErrorOnlyWhenAskedFor() throws {
    let folder = try TemporaryFolder()
    let header =
      #"{"a": {"dtype": "F8_E4M3", "shape": [3], "data_offsets": [0, 3]}, "#
      + #""x": {"dtype": "F1_NEW", "shape": [7], "data_offsets": [3, 4]}, "b": {"dtype": "U8", "shape": [1], "data_offsets": [4, 5]}}"#
    let checkpoint = try SafetensorsCheckpoint(path: folder.write(Self.file(header, data: 5), as: "x.safetensors"))
    #expect(bytes(of: try checkpoint.tensor(named: "b")) == [4])
    for name in ["a", "x"] {
      let error = try #require(throws: CheckpointError.self) { try checkpoint.tensor(named: name) }
      #expect(error.code == .unsupported && error.field == name)
    }
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let title: String
    let file: [UInt8]
    let says: String
    var testDescription: String { title }
    init(_ title: String, _ file: [UInt8], _ says: String) { (self.title, self.file, self.says) = (title, file, says) }
    init(_ title: String, a: String, data: Int = 8, _ says: String) {
      self.init(title, SafetensorsCheckpointTests.file("{\"a\": \(a)}", data: data), says)
    }
  }

  static let hostile: [Hostile] = [
    Hostile("empty", [], "header length"), Hostile("seven bytes", Array(repeating: 1, count: 7), "header length"),
    Hostile("length 0", file("", data: 20), "header length"),
    Hostile("length beyond the file", file("{}", data: 0, length: 3), "header length"),
    Hostile("length above the limit", file("{}", data: 0, length: 100_000_001), "header length"),
    Hostile("largest length", file("{}", data: 0, length: .max), "header length"),
    Hostile("a pickle", Array("PK\u{3}\u{4}0000000000".utf8), "may not be a safetensors file"),
    Hostile("no object", file("[]", data: 0), "begin with '{'"),
    Hostile("no JSON", file("{oops}", data: 0), "column 2"),
    Hostile("no UTF-8", bytes(UInt64(5)) + [0x7B, 0x22, 0xFF, 0x22, 0x7D], "UTF-8"),
    Hostile("deep", file(String(repeating: #"{"a":"#, count: 50_000), data: 0), "deeper than"),
    Hostile("text after the header", file("{} {}", data: 0), "more text"),
    Hostile("bytes of no tensor", file("{}", data: 1), "belong to no tensor"),
    Hostile(
      "twice",
      file(String(sound.dropLast()) + #", "a": {"dtype": "U8", "shape": [0], "data_offsets": [36, 36]}}"#, data: 36),
      "twice"),
    Hostile("metadata twice", file(#"{"__metadata__": {}, "__metadata__": {}}"#, data: 0), "repeated"),
    Hostile("metadata of numbers", file(#"{"__metadata__": {"a": 1}}"#, data: 0), "strings only"),
    Hostile(
      "overlap",
      file(
        #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [3, 7]}}"#,
        data: 7), "overlap"),
    Hostile("hole", a: #"{"dtype": "U8", "shape": [7], "data_offsets": [1, 8]}"#, "belong to no tensor"),
    Hostile("past the end", a: #"{"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}"#, "cut short"),
    Hostile(
      "far past the end", a: #"{"dtype": "U8", "shape": [1], "data_offsets": [0, 9223372036854775807]}"#, "cut short"),
    Hostile("offsets backwards", a: #"{"dtype": "U8", "shape": [8], "data_offsets": [8, 0]}"#, "data_offsets"),
    Hostile("one offset", a: #"{"dtype": "U8", "shape": [8], "data_offsets": [8]}"#, "data_offsets"),
    Hostile("three offsets", a: #"{"dtype": "U8", "shape": [8], "data_offsets": [0, 8, 8]}"#, "data_offsets"),
    Hostile("no offsets", a: #"{"dtype": "U8", "shape": [8]}"#, "data_offsets"),
    Hostile("negative offset", a: #"{"dtype": "U8", "shape": [8], "data_offsets": [-8, 0]}"#, "negative"),
    Hostile("fractional offset", a: #"{"dtype": "U8", "shape": [8], "data_offsets": [0.5, 8]}"#, "whole number"),
    Hostile(
      "offset above 64 bits", a: #"{"dtype": "U8", "shape": [8], "data_offsets": [0, 18446744073709551616]}"#, "64 bits"
    ),
    Hostile("wrong shape", a: #"{"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}"#, "do not take"),
    Hostile("negative extent", a: #"{"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}"#, "negative"),
    Hostile(
      "elements wrap to 0", a: #"{"dtype": "U8", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}"#, data: 0,
      "too many elements"),
    Hostile(
      "bytes wrap to 0", a: #"{"dtype": "F64", "shape": [2305843009213693952], "data_offsets": [0, 0]}"#, data: 0,
      "do not take"),
    Hostile(
      "a hundred dimensions",
      a: "{\"dtype\": \"U8\", \"shape\": [\(String(repeating: "1, ", count: 99))8], \"data_offsets\": [0, 8]}",
      "more than 32"),
    Hostile("dtype twice", a: #"{"dtype": "U8", "dtype": "I8", "shape": [8], "data_offsets": [0, 8]}"#, "repeated"),
    Hostile("no dtype", a: #"{"shape": [8], "data_offsets": [0, 8]}"#, "no dtype"),
    Hostile("no shape", a: #"{"dtype": "U8", "data_offsets": [0, 8]}"#, "no shape"),
    Hostile("dtype is a number", a: #"{"dtype": 8, "shape": [8], "data_offsets": [0, 8]}"#, "a string"),
    Hostile("half a byte", a: #"{"dtype": "F4", "shape": [3], "data_offsets": [0, 1]}"#, data: 1, "do not take"),
  ]

  @Test(arguments: hostile)
  func hostileFilesAreErrors(case hostile: Hostile) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(hostile.file, as: "model.safetensors")
    let error = try #require(throws: CheckpointError.self) { try SafetensorsCheckpoint(path: path) }
    #expect(error.code == .malformed && error.file == path && error.field != nil, "\(error)")
    #expect(error.description.contains(hostile.says), "\(error)")
  }

  @Test func everyCutIsAnError() throws {
    let folder = try TemporaryFolder()
    let whole = Self.file(Self.sound, data: 36)
    for count in 0..<whole.count {
      let path = try folder.write(whole.prefix(count), as: "cut.safetensors")
      #expect(throws: CheckpointError.self) { try SafetensorsCheckpoint(path: path) }
    }
  }

  // MARK: - Shards

  static let one = file(#"{"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}"#, data: 2)
  static let two = file(#"{"b": {"dtype": "U8", "shape": [3], "data_offsets": [0, 3]}}"#, data: 3)

  @Test func opensShards() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.one, as: "one.safetensors")
    _ = try folder.write(Self.two, as: "two.safetensors")
    _ = try folder.write(
      #"{"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}"#.utf8, as: "model.safetensors.index.json")
    let checkpoint = try SafetensorsCheckpoint(path: folder.path)
    #expect(checkpoint.tensorNames == ["a", "b"])
    #expect(bytes(of: try checkpoint.tensor(named: "b")) == [0, 1, 2])
  }

  static let indices: [(String, String)] = [
    (#"{"weight_map": {"a": "../one.safetensors"}}"#, "same folder"),
    (#"{"weight_map": {"a": "/etc/passwd"}}"#, "same folder"),
    (#"{"weight_map": {"a": "..\\one.safetensors"}}"#, "same folder"),
    (#"{"weight_map": {"a": ".."}}"#, "same folder"), (#"{"weight_map": {"a": ""}}"#, "same folder"),
    (#"{"weight_map": {"a": "one.safetensors\u0000"}}"#, "same folder"),
    (#"{"weight_map": {"a": "three.safetensors"}}"#, "missing"),
    (#"{"weight_map": {"a": "link.safetensors"}}"#, "outside"), (#"{"weight_map": {"a": 1}}"#, "name of a file"),
    (#"{"weight_map": {"a": "one.safetensors", "b": "one.safetensors"}}"#, "not in"),
    (#"{"weight_map": {"a": "one.safetensors", "b": "again.safetensors"}}"#, "as well"),
    (#"{"weight_map": {"a": "one.safetensors", "a": "two.safetensors"}}"#, "repeated"),
    (#"{"weight_map": {}}"#, "weight_map"), (#"{}"#, "weight_map"), (#"[]"#, "weight_map"), ("", "JSON"),
  ]

  @Test(arguments: indices)
  func hostileIndicesAreErrors(index: String, says: String) throws {
    let outside = try TemporaryFolder()
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.one, as: "one.safetensors")
    _ = try folder.write(Self.two, as: "two.safetensors")
    _ = try folder.write(Self.one, as: "again.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link.safetensors",
      withDestinationPath: try outside.write(Self.one, as: "one.safetensors"))
    _ = try folder.write(index.utf8, as: "model.safetensors.index.json")
    let error = try #require(throws: CheckpointError.self) { try SafetensorsCheckpoint(path: folder.path) }
    #expect(error.description.contains(says), "\(error)")
  }

  @Test func linksIntoHuggingFacesCacheAreFollowed() throws {
    let cache = try TemporaryFolder()
    for folder in ["/blobs", "/snapshots/1"] {
      try FileManager.default.createDirectory(atPath: cache.path + folder, withIntermediateDirectories: true)
    }
    _ = try cache.write(Self.one, as: "blobs/1234")
    try FileManager.default.createSymbolicLink(
      atPath: cache.path + "/snapshots/1/one.safetensors", withDestinationPath: "../../blobs/1234")
    _ = try cache.write(
      #"{"weight_map": {"a": "one.safetensors"}}"#.utf8, as: "snapshots/1/model.safetensors.index.json")
    #expect(try SafetensorsCheckpoint(path: cache.path + "/snapshots/1").tensorNames == ["a"])
  }

  @Test func aFolderWithoutSafetensorsSaysWhatToDo() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([], as: "pytorch_model.bin")
    let error = try #require(throws: CheckpointError.self) { try SafetensorsCheckpoint(path: folder.path) }
    #expect(error.code == .missing && error.message.contains("run code"))
    #expect(throws: CheckpointError.self) { try SafetensorsCheckpoint(path: folder.path + "/nowhere") }
  }
}
