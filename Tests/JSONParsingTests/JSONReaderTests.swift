import Foundation
import JSONParsing
import Testing

@Suite struct JSONReaderTests {
  @Test func readsPieceByPiece() throws {
    var reader = try JSONReader(
      Array(#"{"skip": {"x": [1, {"y": "\n"}]}, "voc\u0061b": {"a\"": 0, "é": 1}, "merges": ["a b", "b c"]}"#.utf8))
    var vocabulary: [(String, Int)] = []
    var merges: [String] = []
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if reader.equals(key, "vocab") {
        try reader.beginObject()
        while let piece = try reader.nextKey() {
          #expect(reader.utf8(piece) == Array(reader.string(piece).utf8))
          vocabulary.append((reader.string(piece), try reader.readInt()))
        }
      } else if reader.equals(key, "merges") {
        try reader.beginArray()
        while try reader.nextElement() { merges.append(try reader.readString()) }
      } else {
        try reader.skipValue()
      }
    }
    try reader.finish()
    #expect(vocabulary.map(\.0) == ["a\"", "é"])
    #expect(vocabulary.map(\.1) == [0, 1])
    #expect(merges == ["a b", "b c"])
  }

  @Test func theWrongKindIsAnError() throws {
    for read: (inout JSONReader) throws -> Void in [
      { try $0.beginObject() }, { try $0.beginArray() }, { _ = try $0.readString() }, { try $0.readNull() },
      { _ = try $0.readBool() }, { _ = try $0.nextKey() }, { _ = try $0.nextElement() },
    ] {
      var reader = try JSONReader(Array("12".utf8))
      #expect(throws: JSONError.self) { try read(&reader) }
    }
    var reader = try JSONReader(Array("\n 2.5".utf8))
    let error = try #require(throws: JSONError.self) { try reader.readInt() }
    #expect((error.line, error.column) == (2, 2))
  }

  @Test func anUnfinishedTextIsNotFinished() throws {
    var reader = try JSONReader(Array("[1".utf8))
    try reader.beginArray()
    #expect(throws: JSONError.self) { try reader.finish() }
  }

  static let tokenizers = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "../shared/golden-tokenizers/tokenizers")

  @Test(.enabled(if: FileManager.default.fileExists(atPath: tokenizers.path()), "needs ../shared"))
  func scansALargeTokenizerQuickly() throws {
    let bytes = [UInt8](try Data(contentsOf: Self.tokenizers.appending(path: "llama3.json")))
    var entries = 0
    let duration = try ContinuousClock().measure {
      var reader = try JSONReader(bytes)
      try reader.beginObject()
      while let key = try reader.nextKey() {
        guard reader.equals(key, "model") else {
          try reader.skipValue()
          continue
        }
        try reader.beginObject()
        while let key = try reader.nextKey() {
          guard reader.equals(key, "vocab") else {
            try reader.skipValue()
            continue
          }
          try reader.beginObject()
          while try reader.nextKey() != nil {
            _ = try reader.readInt()
            entries += 1
          }
        }
      }
      try reader.finish()
    }
    print("JSONReader scans \(bytes.count) bytes in \(duration)")
    #expect(entries == 128_000)
    // Several times what it takes on a 2-core machine that does other things as well.
    #expect(duration < .seconds(1))
  }
}
