import Foundation
import JSONParsing
import Swiftlet

/// Where models come from and go to, besides their weights.
enum ModelFiles {
  /// The shape that a preset's name, a config.json, or a model describes. Reads no weights.
  static func configuration(of name: String) throws -> Configuration {
    if let preset = Preset.named(name) { return preset.configuration }
    if let builtIn = BuiltInModel(named: name) { return try ModelCheckpoint.open(builtIn.folder()).configuration }
    guard FileManager.default.fileExists(atPath: name) else {
      let presets = Preset.all.map(\.name).joined(separator: ", ")
      throw CommandError("\(name): no such file, folder or preset; presets are \(presets).")
    }
    if name.hasSuffix(".json") { return try ModelCheckpoint.configuration(ofFile: name) }
    return try ModelCheckpoint.open(name).configuration
  }

  /// The files of a Hugging Face folder that make its tokenizer and its way of writing.
  private static let companions = [
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "encoder.json", "vocab.bpe", "chat_template.jinja", "generation_config.json",
  ]

  /// Copies a folder's tokenizer files, replacing those that are there.
  /// - Returns: How many there were.
  @discardableResult
  static func copyTokenizer(from source: String, to folder: String) throws -> Int {
    var count = 0
    for name in companions {
      let file = (source as NSString).appendingPathComponent(name)
      guard let data = FileManager.default.contents(atPath: file) else { continue }
      try write(data, to: (folder as NSString).appendingPathComponent(name))
      count += name == "generation_config.json" ? 0 : 1
    }
    return count
  }

  /// Writes a whole file or nothing.
  static func write(_ data: Data, to path: String) throws {
    do { try data.write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw CommandError("\(path): cannot be written; is the folder there, writable, and the disk not full?")
    }
  }

  /// Shows how far writing has come, on one line that replaces itself.
  static func showProgress(_ done: Int, of total: Int) {
    guard Terminal.showsProgress, total > 0 else { return }
    let line = "\r\(done) of \(total) tensors" + (done == total ? "\n" : "")
    FileHandle.standardError.write(Data(line.utf8))
  }
}
