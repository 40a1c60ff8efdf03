import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet data shards`: text as token ids that training maps into memory.
struct DataShards: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shards",
    abstract: "Write text as packed token shards, which training reads without loading them.",
    discussion: """
      All threads encode; the files do not depend on how many there are. They appear when all are complete: Ctrl-C \
      leaves none. A document ends with the token that the tokenizer ends texts with, if it has one.

      Example:
        swiftlet data shards --tokenizer tokenizer corpus.txt more.jsonl.gz --output shards
      """)

  @Option(
    help: ArgumentHelp(
      "A Hugging Face folder, tokenizer.json, tokenizer.model or llama2.c tokenizer .bin.", valueName: "path"))
  var tokenizer: String

  @Option(name: [.long, .short], help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("A new shard begins with the first document after so many tokens.", valueName: "n"))
  var tokensPerShard = 1 << 27

  @OptionGroup var text: TextInputOptions

  func validate() throws {
    guard tokensPerShard > 0 else { throw ValidationError("--tokens-per-shard is \(tokensPerShard); give at least 1.") }
  }

  func run() async throws {
    let inputs = try text.inputs()
    var writer = TokenShardWriter(tokenizer: try Tokenizer.load(from: tokenizer))
    writer.tokensPerShard = tokensPerShard
    let interruption = Interruption()
    let progress = ProgressLine()
    let start = Date()
    let written = try writer.write(inputs, to: output) { summary in
      let rate = Double(summary.textByteCount) / 1e6 / max(Date().timeIntervalSince(start), 1e-3)
      progress.show("\(Terminal.grouped(summary.tokenCount)) tokens, \(Terminal.rounded(rate)) MB/s")
      return !interruption.isRaised
    }
    progress.end()
    guard let written else { throw Interruption.exitCode }
    Terminal.write(
      "\(Terminal.grouped(written.tokenCount)) tokens of \(Terminal.grouped(written.documentCount)) documents in "
        + "\(written.paths.count) shards\n")
  }
}
