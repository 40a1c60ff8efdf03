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

  /// The companion files of a folder, by name.
  private static func companions(in folder: String) -> [String: Data] {
    Dictionary(
      uniqueKeysWithValues: companions.compactMap { name in
        FileManager.default.contents(atPath: (folder as NSString).appendingPathComponent(name)).map { (name, $0) }
      })
  }

  /// Copies a folder's tokenizer files, replacing those that are there.
  /// - Returns: How many there were.
  @discardableResult
  static func copyTokenizer(from source: String, to folder: String) throws -> Int {
    let files = companions(in: source)
    for (name, data) in files { try write(data, to: (folder as NSString).appendingPathComponent(name)) }
    return files.keys.count { $0 != "generation_config.json" }
  }

  /// The files that make a tokenizer, by name: those of the folder it came from, or a tokenizer.json.
  static func tokenizerFiles(of tokenizer: Tokenizer, from path: String) throws -> [String: [UInt8]] {
    var files = companions(in: path).mapValues { Array($0) }
    if files.keys.allSatisfy({ $0 == "generation_config.json" }) {
      files["tokenizer.json"] = Array(try tokenizer.tokenizerJSON().utf8)
    }
    return files
  }

  /// Refuses to write over what is being read, also by another name.
  /// - Parameter work: What is done to it, as a participle.
  static func requireOther(_ output: String, than source: String, work: String) throws {
    func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    guard resolved(source) != resolved(output) else {
      throw CommandError("\(output): is what is to be \(work); write to another path.")
    }
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
