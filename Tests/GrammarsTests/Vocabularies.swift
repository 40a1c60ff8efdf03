import Foundation
import Grammars
import JSONParsing

/// Vocabularies to try grammars on.
enum Vocabularies {
  /// All single bytes, some pieces that cut across what a grammar puts together, and parts of characters.
  static let small: [[UInt8]?] = {
    let pieces = [
      "{\"", "\":", "\": \"", "\",", "\", \"", "\"}", "\"}]", "}}", "}]}", "\"}}}}", "],", "[[", "[[[[", "]]", "]]]]]]",
      "{}", "true", "false", "null", "tr", "ue", "e,",
      "12", "123", "0.", ".5", "e+", "-1", "abc", "ab", "cab", "hello", "hello\",", " wor", "ld", "\n", "\n  ",
      "\n    ",
      "  ", "    ", "\\n", "\\u", "\\u00", "\\\"", "a\\", "é", "éa", "日本", "𝄞", "aaaaaaaaaaaaaaaa", "aaaa\"", "),(",
      "name\": ",
      "\"a\":1}", "\": {\"", "id", "e\"", "!\")", "\t", "a\tb",
    ]
    return (UInt8.min...UInt8.max).map { [$0] } + pieces.map { Array($0.utf8) }
      + [
        [0xC3], [0xA9, 0x61], [0x97, 0xA5], [0xE6, 0x97], [0xF0, 0x9D], [0x84, 0x9E, 0x22], [0xFF, 0xFE], [], nil, nil,
      ]
  }()
  static let smallEnd = small.count - 1
  static let smallVocabulary = GrammarVocabulary(tokens: small, endTokens: [smallEnd])

  private static let gpt2Path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("../shared/data/vocab/gpt2/encoder.json").standardized

  /// Where GPT-2's vocabulary lies beside the repository, which a fresh clone lacks.
  static var hasGPT2: Bool { FileManager.default.fileExists(atPath: gpt2Path.path) }

  /// The bytes of GPT-2's 50,257 tokens, the last of which ends a text.
  static func gpt2() throws -> [[UInt8]?] {
    let pieces = try JSONValue(parsing: Array(Data(contentsOf: gpt2Path)))
    var standIns: [UInt32: UInt8] = [:]
    for byte in UInt8.min...UInt8.max {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: standIns[UInt32(byte)] = byte
      default: standIns[UInt32(256 + standIns.keys.count { $0 >= 256 })] = byte
      }
    }
    var tokens = [[UInt8]?](repeating: nil, count: 50_257)
    for (piece, id) in pieces.object?.pairs ?? JSONObject().pairs {
      guard let id = id.int, tokens.indices.contains(id), id < 50_256 else { continue }
      tokens[id] = piece.unicodeScalars.compactMap { standIns[$0.value] }
    }
    return tokens
  }
}

/// A repeatable source of choices.
struct Choices: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
