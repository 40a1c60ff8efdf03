import ArgumentParser
import Foundation
import Swiftlet

/// What a comparison's arms learn from and are measured on.
struct CompareDataFlags: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Text of your own (.txt, .jsonl, .gz) or token shards. (default: stories whose lowest possible loss is known)",
      valueName: "file"))
  var data: [String] = []

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Text to measure on.", valueName: "file"))
  var validation: [String] = []

  @Option(help: ArgumentHelp("Without --validation, the last part of the data to measure on.", valueName: "x"))
  var validationFraction = 0.1

  @Option(
    help: ArgumentHelp(
      "A tokenizer for all arms; make one for your text with `swiftlet data tokenizer`. (default: that of tiny-gpt)",
      valueName: "path"))
  var tokenizer: String?

  func validate() throws {
    if !validation.isEmpty, data.isEmpty {
      throw ValidationError("--validation belongs to --data; give both or neither.")
    }
  }

  /// The tokenizer of all arms, and its files.
  func loadTokenizer() throws -> (Tokenizer, [String: [UInt8]]) {
    let name = tokenizer ?? BuiltInModel.gpt.name
    let path = try BuiltInModel.path(of: name)
    let tokenizer = try Tokenizer.load(forModel: path)
    return (tokenizer, try ModelFiles.tokenizerFiles(of: tokenizer, from: path))
  }

  /// Reads the data, or writes the stories.
  func load(_ tokenizer: Tokenizer, _ files: [String: [UInt8]], tokensPerRun: Int) throws -> ExperimentData {
    guard !data.isEmpty else {
      return try .stories(tokenCount: tokensPerRun, tokenizer: tokenizer, tokenizerFiles: files)
    }
    let sources = try data.map { try TokenSource.load($0, tokenizer: tokenizer) }
    guard !validation.isEmpty else {
      let parts = try sources.map { try $0.split(validationFraction: validationFraction) }
      return try .text(
        training: parts.map(\.training), heldOut: parts.map(\.validation), tokenizer: tokenizer, tokenizerFiles: files)
    }
    return try .text(
      training: sources, heldOut: try validation.map { try TokenSource.load($0, tokenizer: tokenizer) },
      tokenizer: tokenizer, tokenizerFiles: files)
  }

  /// The texts that trained models are measured on, and what they hold at least where that is known.
  func texts() throws -> ([String], Double?) {
    let files = validation.isEmpty ? data : validation
    guard !files.isEmpty else {
      let stories = try ModelComparison.stories(count: 200)
      return (stories.texts, stories.floor)
    }
    return (try TextInputs(files).texts(maximumBytes: 64 << 20), nil)
  }
}
