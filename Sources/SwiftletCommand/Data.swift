import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet data`: what models learn from.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Make what models learn from: tokenizers, token shards, stories.",
    discussion: """
      Example:
        swiftlet data tokenizer --vocabulary-size 32000 corpus.txt --output tokenizer
        swiftlet data shards --tokenizer tokenizer corpus.txt --output shards
        swiftlet data stories --documents 20000 --seed 1 --output stories.jsonl
      """,
    subcommands: [DataTokenizer.self, DataShards.self, DataStories.self])
}

/// The files that a data command reads.
struct TextInputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      #"What stands between the documents of a .txt file; \n is a line break. Without it each file is one document."#,
      valueName: "text"))
  var delimiter: String?

  @Flag(help: "Standard input holds lines of JSON rather than plain text.")
  var jsonl = false

  @Argument(
    help: ArgumentHelp(
      #"Text: .txt; .jsonl with {"text": …} or {"ids": […]} lines; either as .gz; - for standard input."#,
      valueName: "file"))
  var files: [String]

  func inputs() throws -> TextInputs {
    try TextInputs(
      files, delimiter: delimiter.map(Self.unescaped), standardInputIsJSONLines: jsonl)
  }

  /// A delimiter as it was meant: a shell passes `\n` as two characters.
  static func unescaped(_ delimiter: String) -> String { delimiter.replacingOccurrences(of: #"\n"#, with: "\n") }
}
