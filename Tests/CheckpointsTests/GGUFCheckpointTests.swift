import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct GGUFCheckpointTests {
  @Test(arguments: [2, 3] as [UInt32])
  func opensTensorsAsViews(version: UInt32) throws {
    let folder = try TemporaryFolder()
    let file = GGUFBytes.with {
      $0.version = version
      $0.tensors.append(.init(name: "q", extents: [32, 3], type: 8, offset: 32))
      $0.data += (0..<102).map { UInt8($0) }
    }
    let checkpoint = try GGUFCheckpoint(path: folder.write(file, as: "model.gguf"))
    #expect(checkpoint.tensorNames == ["t", "q"])
    // Innermost first in the file, outermost first here.
    #expect(checkpoint.description(of: "t")?.shape == [2, 4])
    #expect(checkpoint.description(of: "q") == TensorDescription(name: "q", shape: [3, 32], elementType: .q8_0))
    #expect(bytes(of: try checkpoint.tensor(named: "t")) == Array(0..<32))
    #expect(bytes(of: try checkpoint.tensor(named: "q")) == Array(0..<102))
    #expect(try #require(throws: CheckpointError.self) { try checkpoint.tensor(named: "x") }.code == .missing)
  }

  @Test func readsAllThirteenTypes() throws {
    let folder = try TemporaryFolder()
    let file = GGUFBytes.with {
      $0.pairs = [
        GGUFBytes.pair("u8", type: 0, [200]), GGUFBytes.pair("i8", type: 1, bytes(Int8(-3))),
        GGUFBytes.pair("u16", type: 2, bytes(UInt16(60_000))), GGUFBytes.pair("i16", type: 3, bytes(Int16(-300))),
        GGUFBytes.pair("u32", type: 4, bytes(UInt32.max)), GGUFBytes.pair("i32", type: 5, bytes(Int32.min)),
        GGUFBytes.pair("f32", type: 6, bytes(Float(1.5).bitPattern)), GGUFBytes.pair("bool", type: 7, [1]),
        GGUFBytes.pair("string", type: 8, GGUFBytes.string("é")),
        GGUFBytes.array("strings", type: 8, count: 2, GGUFBytes.string("a") + GGUFBytes.string("")),
        GGUFBytes.pair("u64", type: 10, bytes(UInt64.max)), GGUFBytes.pair("i64", type: 11, bytes(Int64.min)),
        GGUFBytes.pair("f64", type: 12, bytes(2.5.bitPattern)),
        GGUFBytes.array("ints", type: 5, count: 2, bytes(Int32(7)) + bytes(Int32(-7))),
        GGUFBytes.array("floats", type: 6, count: 1, bytes(Float(-1).bitPattern)),
      ]
    }
    let metadata = try GGUFCheckpoint(path: folder.write(file, as: "model.gguf")).metadata
    #expect(metadata.keys.prefix(3) == ["u8", "i8", "u16"])
    #expect(
      try ["u8", "i8", "u16", "i16", "u32", "i32", "i64"].map { try metadata.int($0) } == [
        200, -3, 60_000, -300, Int(UInt32.max), Int(Int32.min), Int.min,
      ])
    #expect(try metadata.double("f32") == 1.5 && metadata.double("f64") == 2.5 && metadata.double("i8") == -3)
    #expect(try metadata.bool("bool") == true && metadata.string("string") == "é")
    #expect(try metadata.requiredStrings("strings").map { $0 } == ["a", ""])
    #expect(try metadata.ints("ints") == [7, -7] && metadata.floats("floats") == [-1])
    #expect(metadata["u64"] == .uint64(.max))
    #expect(try metadata.int("absent") == nil)
    #expect(try #require(throws: CheckpointError.self) { try metadata.requiredInt("absent") }.code == .missing)
  }

  @Test func aValueIsNeverTakenForAnotherType() throws {
    let folder = try TemporaryFolder()
    let file = GGUFBytes.with {
      $0.pairs = [
        GGUFBytes.array("scores", type: 0, count: 4, [1, 2, 3, 4]), GGUFBytes.pair("n", type: 8, GGUFBytes.string("4")),
        GGUFBytes.pair("huge", type: 10, bytes(UInt64.max)), GGUFBytes.pair("f", type: 6, bytes(Float(4).bitPattern)),
      ]
    }
    let path = try folder.write(file, as: "model.gguf")
    let metadata = try GGUFCheckpoint(path: path).metadata
    let wrong: [(String, (String) throws -> Void)] = [
      ("scores", { _ = try metadata.floats($0) }), ("scores", { _ = try metadata.strings($0) }),
      ("scores", { _ = try metadata.int($0) }), ("n", { _ = try metadata.int($0) }),
      ("n", { _ = try metadata.strings($0) }), ("huge", { _ = try metadata.int($0) }),
      ("f", { _ = try metadata.int($0) }), ("f", { _ = try metadata.bool($0) }), ("f", { _ = try metadata.string($0) }),
    ]
    for (key, read) in wrong {
      let error = try #require(throws: CheckpointError.self) { try read(key) }
      #expect(error.code == .wrongType && error.field == key && error.file == path)
    }
  }

  @Test func anUnknownTypeIsAnErrorOnlyWhenAskedFor() throws {
    let folder = try TemporaryFolder()
    let file = GGUFBytes.with {
      $0.tensors.append(.init(name: "new", extents: [256], type: 16, offset: 32))
      $0.tensors.append(.init(name: "after", extents: [8], offset: 128))
      $0.data += [UInt8](repeating: 1, count: 128)
    }
    let checkpoint = try GGUFCheckpoint(path: folder.write(file, as: "model.gguf"))
    #expect(try checkpoint.tensor(named: "after").elementCount == 8)
    let error = try #require(throws: CheckpointError.self) { try checkpoint.tensor(named: "new") }
    #expect(error.code == .unsupported && error.field == "new")
  }

  struct Hostile: Sendable, CustomTestStringConvertible {
    let title: String
    let file: [UInt8]
    let field: String
    var testDescription: String { title }
    init(_ title: String, _ file: [UInt8], _ field: String) {
      (self.title, self.file, self.field) = (title, file, field)
    }
  }

  static let header: [Hostile] = [
    Hostile("empty", [], "magic"), Hostile("four bytes", Array("GGUF".utf8), "version"),
    Hostile("bad magic", GGUFBytes.with { $0.magic = Array("GGML".utf8) }, "magic"),
    Hostile("version 0", GGUFBytes.with { $0.version = 0 }, "version"),
    Hostile("version 1", GGUFBytes.with { $0.version = 1 }, "version"),
    Hostile("version 4", GGUFBytes.with { $0.version = 4 }, "version"),
    Hostile("big-endian", GGUFBytes.with { $0.version = 3 << 24 }, "version"),
    Hostile("tensors: all ones", GGUFBytes.with { $0.tensorCount = .max }, "tensor count"),
    Hostile("tensors: 2^62", GGUFBytes.with { $0.tensorCount = 1 << 62 }, "tensor count"),
    Hostile("tensors: one more", GGUFBytes.with { $0.tensorCount = 2 }, "name of tensor 1"),
    Hostile("pairs: all ones", GGUFBytes.with { $0.pairCount = .max }, "metadata count"),
    Hostile("pairs: 2^60", GGUFBytes.with { $0.pairCount = 1 << 60 }, "metadata count"),
  ]

  static func pair(_ pair: [UInt8]...) -> [UInt8] { GGUFBytes.with { $0.pairs = pair } }

  static let metadata: [Hostile] = [
    Hostile("empty key", pair(GGUFBytes.pair("", type: 0, [0])), "key 0"),
    Hostile("key length beyond the file", pair(bytes(UInt64(1) << 40) + bytes(UInt64(0))), "key 0"),
    Hostile("key length: all ones", pair(bytes(UInt64.max) + bytes(UInt64(0))), "key 0"),
    Hostile("key too long", pair(GGUFBytes.pair(String(repeating: "k", count: 70_000), type: 0, [0])), "key 0"),
    Hostile("key not UTF-8", pair(bytes(UInt64(1)) + [0xFF] + bytes(UInt32(0)) + [0]), "key 0"),
    Hostile("key twice", pair(GGUFBytes.pair("k", type: 0, [0]), GGUFBytes.pair("k", type: 0, [0])), "k"),
    Hostile("type 13", pair(GGUFBytes.pair("k", type: 13, [0])), "k"),
    Hostile("type: all ones", pair(GGUFBytes.pair("k", type: .max, [0])), "k"),
    Hostile("truth value 2", pair(GGUFBytes.pair("k", type: 7, [2])), "k"),
    Hostile("string beyond the file", pair(GGUFBytes.pair("k", type: 8, bytes(UInt64(1) << 50))), "k"),
    Hostile("string: all ones", pair(GGUFBytes.pair("k", type: 8, bytes(UInt64.max))), "k"),
    Hostile("array type 13", pair(GGUFBytes.array("k", type: 13, count: 1, [0])), "k"),
    Hostile("array of arrays", pair(GGUFBytes.array("k", type: 9, count: 1, bytes(UInt32(0)) + bytes(UInt64(0)))), "k"),
    Hostile("array of 2^61 doubles", pair(GGUFBytes.array("k", type: 12, count: 1 << 61)), "k"),
    Hostile("array of all ones", pair(GGUFBytes.array("k", type: 0, count: .max)), "k"),
    Hostile("array of a billion strings", pair(GGUFBytes.array("k", type: 8, count: 1 << 30)), "k"),
    Hostile("array of truth values", pair(GGUFBytes.array("k", type: 7, count: 1, [7])), "k"),
    Hostile("alignment 0", pair(GGUFBytes.pair("general.alignment", type: 4, bytes(UInt32(0)))), "general.alignment"),
    Hostile("alignment 24", pair(GGUFBytes.pair("general.alignment", type: 4, bytes(UInt32(24)))), "general.alignment"),
    Hostile(
      "alignment 2^31", pair(GGUFBytes.pair("general.alignment", type: 4, bytes(UInt32(1 << 31)))), "general.alignment"),
    Hostile(
      "alignment as int32", pair(GGUFBytes.pair("general.alignment", type: 5, bytes(Int32(32)))), "general.alignment"),
    Hostile(
      "split count as string", pair(GGUFBytes.pair("split.count", type: 8, GGUFBytes.string("2"))), "split.count"),
    Hostile(
      "split of a file not named so",
      pair(
        GGUFBytes.pair("split.count", type: 2, bytes(UInt16(2))), GGUFBytes.pair("split.no", type: 2, bytes(UInt16(0)))),
      "split.count"),
    Hostile(
      "part beyond the count",
      pair(
        GGUFBytes.pair("split.count", type: 2, bytes(UInt16(2))), GGUFBytes.pair("split.no", type: 2, bytes(UInt16(2)))),
      "split.no"),
    Hostile(
      "split count huge",
      pair(
        GGUFBytes.pair("split.count", type: 11, bytes(Int64.max)), GGUFBytes.pair("split.no", type: 2, bytes(UInt16(2)))
      ), "split.no"),
  ]

  static let tensors: [Hostile] = [
    Hostile("five dimensions", GGUFBytes.tensor { $0.extents = [1, 1, 1, 1, 8] }, "t"),
    Hostile("dimensions: all ones", GGUFBytes.tensor { $0.rank = .max }, "t"),
    Hostile("extent 0", GGUFBytes.tensor { $0.extents = [0, 8] }, "t"),
    Hostile("extent -1", GGUFBytes.tensor { $0.extents = [8, .max] }, "t"),
    Hostile("elements wrap to 0", GGUFBytes.tensor { $0.extents = [1 << 32, 1 << 32] }, "t"),
    Hostile("bytes wrap to 0", GGUFBytes.tensor { $0.extents = [1 << 62] }, "t"),
    Hostile("padding wraps", GGUFBytes.tensor { $0.extents = [(1 << 61) - 1] }, "t"),
    Hostile("data beyond the file", GGUFBytes.tensor { $0.extents = [9] }, "t"),
    Hostile("rows split blocks", GGUFBytes.tensor { ($0.extents, $0.type) = ([16, 2], 8) }, "t"),
    Hostile("offset beyond the file", GGUFBytes.tensor { $0.offset = 1 << 40 }, "t"),
    Hostile("offset: all ones", GGUFBytes.tensor { $0.offset = .max }, "t"),
    Hostile("offset 2^63 - 32", GGUFBytes.tensor { $0.offset = (1 << 63) - 32 }, "t"),
    Hostile("offset not aligned", GGUFBytes.tensor { $0.offset = 8 }, "t"),
    Hostile(
      "offset not the sum",
      GGUFBytes.with {
        $0.tensors[0].offset = 32
        $0.data += [UInt8](repeating: 0, count: 32)
      }, "t"),
    Hostile("overlap", GGUFBytes.with { $0.tensors.append(.init(name: "u", offset: 0)) }, "u"),
    Hostile(
      "twice",
      GGUFBytes.with {
        $0.tensors.append(.init(offset: 32))
        $0.data += [UInt8](repeating: 0, count: 32)
      }, "t"),
    Hostile("empty name", GGUFBytes.tensor { $0.name = "" }, "name of tensor 0"),
    Hostile("name too long", GGUFBytes.tensor { $0.name = String(repeating: "n", count: 70_000) }, "name of tensor 0"),
    Hostile("no data", GGUFBytes.with { $0.data = [] }, "t"),
  ]

  @Test(arguments: header + metadata + tensors)
  func hostileFilesAreErrors(case hostile: Hostile) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(hostile.file, as: "model.gguf")
    let error = try #require(throws: CheckpointError.self) { try GGUFCheckpoint(path: path) }
    #expect(error.file == path && error.field == hostile.field, "\(error)")
    #expect(error.code != .unreadable && error.code != .missing, "\(error)")
  }

  @Test func everyCutIsAnError() throws {
    let folder = try TemporaryFolder()
    let whole = GGUFBytes.with { $0.pairs = [GGUFBytes.array("k", type: 8, count: 1, GGUFBytes.string("abc"))] }
    for count in 0..<whole.count {
      let path = try folder.write(whole.prefix(count), as: "cut.gguf")
      #expect(throws: CheckpointError.self) { try GGUFCheckpoint(path: path) }
    }
  }

  @Test(
    .enabled(if: hasShared, "needs ../shared"),
    arguments: [("gpt-2", 50_257), ("llama-bpe", 128_256), ("llama-spm", 32_000)])
  func readsVocabularies(name: String, count: Int) throws {
    let path = shared.appending(path: "data/vocab/ggml-vocab-\(name).gguf").path()
    let metadata = try GGUFCheckpoint(path: path).metadata
    #expect(try metadata.requiredStrings("tokenizer.ggml.tokens").count == count)
    #expect(try metadata.ints("tokenizer.ggml.token_type")?.count == count)
  }
}
