import Foundation
import JSONParsing
import Tokenization

/// Reference material beside the repository, which a fresh clone lacks.
enum Shared {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("../shared").standardized.path
  static var exists: Bool { FileManager.default.fileExists(atPath: root) }
  static func path(_ relative: String) -> String { root + "/" + relative }

  struct Golden: Sendable {
    var text: String
    var ids: [Int]
    var decoded: String
  }

  static func golden(_ name: String) throws -> [Golden] {
    let file = try String(contentsOfFile: path("golden-tokenizers/\(name).jsonl"), encoding: .utf8)
    return try file.utf8.split(separator: 0x0A).map { line in
      let value = try JSONValue(parsing: Array(line))
      return Golden(
        text: value["text"]?.string ?? "", ids: value["ids"]?.array?.compactMap(\.int) ?? [],
        decoded: value["decoded"]?.string ?? "")
    }
  }
}

/// A folder of files that exists for one test.
struct TemporaryFolder: ~Copyable {
  let path = NSTemporaryDirectory() + "/tokenization-" + UUID().uuidString

  init(_ files: [String: [UInt8]]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
