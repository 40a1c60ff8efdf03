import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct GGUFWriterTests {
  static let descriptions: [TensorDescription] = [
    TensorDescription(name: "a.weight", shape: [2, 3], elementType: .f32),
    TensorDescription(name: "b.weight", shape: [5], elementType: .bf16),
    TensorDescription(name: "c.weight", shape: [2, 64], elementType: .q8_0),
    TensorDescription(name: "d.weight", shape: [2, 2, 2, 256], elementType: .q4_K),
  ]

  static var metadata: GGUFMetadata {
    var metadata = GGUFMetadata()
    metadata["general.architecture"] = .string("llama")
    metadata["a.u8"] = .uint8(200)
    metadata["a.i8"] = .int8(-1)
    metadata["a.u16"] = .uint16(60_000)
    metadata["a.i16"] = .int16(-2)
    metadata["a.u32"] = .uint32(.max)
    metadata["a.i32"] = .int32(.min)
    metadata["a.f32"] = .float32(0.1)
    metadata["a.bool"] = .bool(true)
    metadata["a.u64"] = .uint64(.max)
    metadata["a.i64"] = .int64(.min)
    metadata["a.f64"] = .float64(0.1)
    metadata["b.u8"] = .array(.uint8([1, 2]))
    metadata["b.i8"] = .array(.int8([-1, 2]))
    metadata["b.u16"] = .array(.uint16([1, 2]))
    metadata["b.i16"] = .array(.int16([-1, 2]))
    metadata["b.u32"] = .array(.uint32([1, 2]))
    metadata["b.i32"] = .array(.int32([-1, 2]))
    metadata["b.f32"] = .array(.float32([0.5, -2]))
    metadata["b.bool"] = .array(.bool([true, false]))
    metadata["b.u64"] = .array(.uint64([1, .max]))
    metadata["b.i64"] = .array(.int64([-1, .min]))
    metadata["b.f64"] = .array(.float64([0.5, -2]))
    metadata["b.strings"] = .array(.strings(GGUFStrings(["", "é", "😀 two"])))
    return metadata
  }

  func tensor(_ index: Int) -> Tensor { countingTensor(Self.descriptions[index], first: UInt8(index * 50)) }

  @Test(arguments: [nil, 1, 40, 1_000_000])
  func writesWhatItReads(maximumShardBytes: Int?) throws {
    let folder = try TemporaryFolder()
    try GGUFWriter.write(
      Self.descriptions, metadata: Self.metadata, to: folder.path + "/model.gguf", maximumShardBytes: maximumShardBytes
    ) { tensor($0) }
    let isSplit = (maximumShardBytes ?? .max) < 1000
    #expect(folder.names.count == (isSplit ? maximumShardBytes == 1 ? 4 : 3 : 1), "\(folder.names)")
    for name in folder.names {
      let checkpoint = try GGUFCheckpoint(path: folder.path + "/" + name)
      #expect(checkpoint.metadata.keys.prefix(24) == Self.metadata.keys.prefix(24))
      for key in Self.metadata.keys { #expect(checkpoint.metadata[key] == Self.metadata[key], "\(key)") }
      #expect(checkpoint.tensorNames == Self.descriptions.map(\.name))
      for (index, description) in Self.descriptions.enumerated() {
        #expect(checkpoint.description(of: description.name) == description)
        #expect(bytes(of: try checkpoint.tensor(named: description.name)) == bytes(of: tensor(index)))
      }
    }
  }

  @Test func honoursAnotherAlignment() throws {
    let folder = try TemporaryFolder()
    var metadata = GGUFMetadata()
    metadata["general.alignment"] = .uint32(128)
    try GGUFWriter.write(
      Self.descriptions, metadata: metadata, to: folder.path + "/model.gguf", maximumShardBytes: 40
    ) { tensor($0) }
    let checkpoint = try GGUFCheckpoint(path: folder.path + "/" + folder.names[0])
    for (index, description) in Self.descriptions.enumerated() {
      let read = try checkpoint.tensor(named: description.name)
      #expect(read.byteOffset % 128 == 0 && bytes(of: read) == bytes(of: tensor(index)))
    }
  }

  struct Refusal: Error {}

  @Test(arguments: [nil, 30])
  func leavesNothingBehindOnAnError(maximumShardBytes: Int?) throws {
    let folder = try TemporaryFolder()
    #expect(throws: Refusal.self) {
      try GGUFWriter.write(
        Self.descriptions, metadata: Self.metadata, to: folder.path + "/m.gguf", maximumShardBytes: maximumShardBytes
      ) { index in
        if index == 3 { throw Refusal() }
        return tensor(index)
      }
    }
    #expect(folder.names.isEmpty)
  }

  static let refused: [TensorDescription] = [
    TensorDescription(name: "", shape: [1], elementType: .f32),
    TensorDescription(name: String(repeating: "n", count: 64), shape: [1], elementType: .f32),
    TensorDescription(name: "t", shape: [1, 1, 1, 1, 1], elementType: .f32),
    TensorDescription(name: "t", shape: [0], elementType: .f32),
    TensorDescription(name: "t", shape: [16], elementType: .q8_0),
    TensorDescription(name: "t", shape: [1], elementType: .u8),
    TensorDescription(name: "t", shape: [.max, 4], elementType: .f32),
  ]

  @Test(arguments: refused)
  func refusesWhatTheFormatCannotHold(description: TensorDescription) throws {
    let folder = try TemporaryFolder()
    let error = try #require(throws: CheckpointError.self) {
      try GGUFWriter.write([description], metadata: GGUFMetadata(), to: folder.path + "/m.gguf") { _ in
        Tensor(zeros: [1])
      }
    }
    #expect(error.code == .unwritable && error.field == description.name)
    #expect(folder.names.isEmpty)
  }

  // MARK: - Parts that contradict each other

  @Test func partsMustBelongTogether() throws {
    let folder = try TemporaryFolder()
    let part = folder.path + "/m-00001-of-00003.gguf"
    func writeParts() throws {
      try GGUFWriter.write(
        Self.descriptions, metadata: Self.metadata, to: folder.path + "/m.gguf", maximumShardBytes: 40
      ) { tensor($0) }
    }
    func error() throws -> CheckpointError {
      try #require(throws: CheckpointError.self) { try GGUFCheckpoint(path: part) }
    }
    try writeParts()
    let second = try folder.bytes(of: "m-00002-of-00003.gguf")
    _ = try folder.write(second, as: "m-00003-of-00003.gguf")
    #expect(try error().field == "split.no")
    try FileManager.default.removeItem(atPath: folder.path + "/m-00003-of-00003.gguf")
    #expect(try error().code == .missing)
    _ = try folder.write(GGUFBytes().file, as: "m-00003-of-00003.gguf")
    #expect(try error().code == .missing)
    // A part that holds a tensor of another part.
    let pairs = [
      GGUFBytes.pair("split.no", type: 2, bytes(UInt16(2))), GGUFBytes.pair("split.count", type: 2, bytes(UInt16(3))),
    ]
    func third(_ name: String) -> [UInt8] {
      GGUFBytes.with {
        $0.pairs = pairs
        $0.tensors[0].name = name
      }
    }
    _ = try folder.write(third("a.weight"), as: "m-00003-of-00003.gguf")
    #expect(try error().message.contains("as well"))
    // The right number of tensors, so the parts are accepted: only names tell tensors apart.
    _ = try folder.write(third("z"), as: "m-00003-of-00003.gguf")
    #expect(try GGUFCheckpoint(path: part).tensorNames.last == "z")
    _ = try folder.write(
      GGUFBytes.with {
        $0.pairs = pairs
        $0.tensors = []
        $0.data = []
      }, as: "m-00003-of-00003.gguf")
    #expect(try error().field == "split.tensors.count")
  }
}
