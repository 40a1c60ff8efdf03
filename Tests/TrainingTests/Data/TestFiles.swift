import Foundation
import Tokenization

/// A folder of files that exists for one test.
final class TemporaryFolder {
  let path = NSTemporaryDirectory() + "/training-" + UUID().uuidString

  init(_ files: [String: [UInt8]] = [:]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in files { try write(bytes, name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) }
  func names(in folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + "/" + folder).sorted()
  }
}

/// Words that follow from a seed.
func someText(words: Int, seed: UInt64 = 1) -> String {
  let all = ["the ", "hen ", "went, ", "don't ", "naïve ", "1234 ", "你好", "a\n\n", "x  y ", "🙂 ", "Some ", "thing. "]
  var state = seed
  return (0..<words).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return all[Int(state >> 33) % all.count]
  }.joined()
}

func someTokenizer(_ size: Int = 290) throws -> Tokenizer {
  var counts = WordCounts(.gpt2)
  counts.add(Array(someText(words: 2000).utf8))
  return try BytePairTrainer(vocabularySize: size).train(counts)
}
