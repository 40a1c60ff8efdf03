import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct SafetensorsWriterTests {
  static let descriptions: [TensorDescription] = [
    TensorDescription(name: "odd", shape: [3], elementType: .u8),
    TensorDescription(name: "naïve \"name\"", shape: [2, 3], elementType: .f32),
    TensorDescription(name: "half", shape: [5], elementType: .bf16),
    TensorDescription(name: "scalar", shape: [], elementType: .i64),
    TensorDescription(name: "empty", shape: [0, 4], elementType: .f16),
  ]

  func tensor(_ index: Int) -> Tensor { countingTensor(Self.descriptions[index], first: UInt8(index * 50)) }

  @Test(arguments: [nil, 1, 10, 24, 1000])
  func writesWhatItReads(maximumShardBytes: Int?) throws {
    let folder = try TemporaryFolder()
    try SafetensorsWriter.write(
      Self.descriptions, metadata: ["author": "é"], to: folder.path + "/model.safetensors",
      maximumShardBytes: maximumShardBytes
    ) { tensor($0) }
    let checkpoint = try SafetensorsCheckpoint(path: folder.path)
    #expect(checkpoint.metadata == ["author": "é", "format": "pt"])
    #expect(Set(checkpoint.tensorNames) == Set(Self.descriptions.map(\.name)))
    for (index, description) in Self.descriptions.enumerated() {
      #expect(checkpoint.description(of: description.name) == description)
      #expect(bytes(of: try checkpoint.tensor(named: description.name)) == bytes(of: tensor(index)))
    }
    if let maximumShardBytes, maximumShardBytes < 45 {
      #expect(checkpoint.files.count > 1)
      #expect(folder.names.contains("model.safetensors.index.json") && !folder.names.contains("model.safetensors"))
    } else {
      #expect(folder.names == ["model.safetensors"])
    }
    for name in folder.names where name.hasSuffix(".safetensors") {
      #expect(try folder.bytes(of: name)[0] % 8 == 0)
    }
  }

  struct Refusal: Error {}

  @Test(arguments: [nil, 10])
  func leavesNothingBehindOnAnError(maximumShardBytes: Int?) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1, 2, 3], as: "model.safetensors")
    #expect(throws: Refusal.self) {
      try SafetensorsWriter.write(
        Self.descriptions, to: folder.path + "/model.safetensors", maximumShardBytes: maximumShardBytes
      ) { index in
        if index == 2 { throw Refusal() }
        return tensor(index)
      }
    }
    #expect(folder.names == ["model.safetensors"])
    #expect(try folder.bytes(of: "model.safetensors") == [1, 2, 3])
  }

  @Test func refusesWhatCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/model.safetensors"
    let blocks = TensorDescription(name: "w", shape: [1, 32], elementType: .q8_0)
    let error = try #require(throws: CheckpointError.self) {
      try SafetensorsWriter.write([blocks], to: path) { _ in countingTensor(blocks, first: 0) }
    }
    #expect(error.code == .unwritable && error.field == "w")
    let twice = [Self.descriptions[0], Self.descriptions[0]]
    #expect(throws: CheckpointError.self) { try SafetensorsWriter.write(twice, to: path) { _ in tensor(0) } }
    #expect(throws: CheckpointError.self) {
      try SafetensorsWriter.write([Self.descriptions[0]], to: path) { _ in tensor(1) }
    }
    #expect(throws: CheckpointError.self) {
      try SafetensorsWriter.write([Self.descriptions[0]], to: folder.path + "/no/such.safetensors") { tensor($0) }
    }
    #expect(folder.names.isEmpty)
  }
}
