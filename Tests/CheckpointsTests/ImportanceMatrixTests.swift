import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct ImportanceMatrixTests {
  static let sample: ImportanceMatrix = {
    var matrix = ImportanceMatrix(datasets: ["a text"], chunkCount: 3, chunkSize: 512)
    matrix["blk.0.attn_q.weight"] = .init(sums: Tensor([2, 4, 6, 8], shape: [1, 4]), counts: [2])
    matrix["blk.0.ffn_up_exps.weight"] = .init(sums: Tensor([5, 10, 0, 0], shape: [2, 2]), counts: [5, 0])
    return matrix
  }()

  @Test func throughAFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/imatrix.gguf"
    try Self.sample.write(to: path)
    let read = try ImportanceMatrix(path: path)
    #expect(read.datasets == ["a text"] && read.chunkCount == 3 && read.chunkSize == 512 && read.entries.count == 2)
    #expect(read["blk.0.attn_q.weight"]?.means.floats() == [1, 2, 3, 4])
    // An expert that no token chose counts all its columns alike.
    #expect(read["blk.0.ffn_up_exps.weight"]?.means.floats() == [1, 2, 1, 1])
    #expect(read["blk.0.ffn_up_exps.weight"]?.means.shape == [2, 2])
  }

  /// The older form: counts of calls, by which sums are divided.
  static let older: [UInt8] = {
    let pieces: [[UInt8]] = [
      bytes(Int32(1)), bytes(Int32(5)), Array("blk.0".utf8), bytes(Int32(4)), bytes(Int32(2)),
      bytes(Float(8).bitPattern), bytes(Float(2).bitPattern), bytes(Int32(4)), bytes(Int32(3)), Array("txt".utf8),
    ]
    return Array(pieces.joined())
  }()

  @Test func theOlderFormIsRead() throws {
    let folder = try TemporaryFolder()
    let read = try ImportanceMatrix(path: folder.write(Self.older, as: "imatrix.dat"))
    #expect(read["blk.0"]?.means.floats() == [2, 0.5] && read.chunkCount == 4 && read.datasets == ["txt"])
  }

  @Test func noFileTraps() throws {
    let folder = try TemporaryFolder()
    for count in 0..<Self.older.count - 11 {
      #expect(throws: CheckpointError.self, "cut to \(count)") {
        try ImportanceMatrix(path: folder.write(Self.older.prefix(count), as: "cut.dat"))
      }
    }
    for position in [0, 4, 17] {
      for value in [Int32(-1), .max, .min, 0] {
        var changed = Self.older
        changed.replaceSubrange(position..<position + 4, with: bytes(value))
        #expect(throws: CheckpointError.self) { try ImportanceMatrix(path: folder.write(changed, as: "changed.dat")) }
      }
    }
    for number in [Float.nan, -1, .infinity] {
      var changed = Self.older
      changed.replaceSubrange(21..<25, with: bytes(number.bitPattern))
      #expect(throws: CheckpointError.self) { try ImportanceMatrix(path: folder.write(changed, as: "changed.dat")) }
    }
    // A model is none, nor are sums without counts.
    let model = GGUFBytes().file
    #expect(throws: CheckpointError.self) { try ImportanceMatrix(path: folder.write(model, as: "model.gguf")) }
    let lonely = GGUFBytes.tensor { $0.name = "a.in_sum2" }
    #expect(throws: CheckpointError.self) { try ImportanceMatrix(path: folder.write(lonely, as: "lonely.gguf")) }
  }
}
