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
      files, delimiter: delimiter?.replacingOccurrences(of: #"\n"#, with: "\n"), standardInputIsJSONLines: jsonl)
  }

  /// A line that replaces itself, at most ten times a second, on a terminal.
  static func progressLine() -> (String) -> Void {
    var last = Date.distantPast
    return { text in
      guard Terminal.showsProgress, Date().timeIntervalSince(last) > 0.1 else { return }
      last = Date()
      FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }
  }

  /// Ends the line that replaces itself.
  static func endProgress() {
    if Terminal.showsProgress { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
