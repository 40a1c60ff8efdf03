import ArgumentParser
import Foundation
import JSONParsing
import Swiftlet

/// `swiftlet data tokenizer`: a vocabulary learned from text.
struct DataTokenizer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train a byte-level BPE tokenizer, or make one of single characters.",
    discussion: """
      The tokenizer.json opens in transformers and gives the same ids there. Memory is bounded: the rarest words are \
      forgotten when there are too many, which is said when it happens.

      Examples:
        swiftlet data tokenizer --vocabulary-size 32000 corpus.txt more.jsonl.gz --output tokenizer
        swiftlet data tokenizer --characters tinyshakespeare.txt --output tokenizer
      """)

  @Option(name: [.long, .customShort("n")], help: ArgumentHelp("How many tokens there shall be.", valueName: "n"))
  var vocabularySize: Int?

  @Flag(help: "Make each character of the text a token.")
  var characters = false

  @Option(
    help: "How text is cut into words: gpt2, llama3 or gpt-oss. (default: gpt2)",
    transform: {
      guard let pattern = WordPattern(rawValue: $0) else {
        throw ValidationError("give \(WordPattern.allCases.map(\.rawValue).joined(separator: ", ")).")
      }
      return pattern
    })
  var words: WordPattern = .gpt2

  @Option(
    help: ArgumentHelp(
      "A control token; repeatable. The first ends documents. (default: <|endoftext|>)", valueName: "text"))
  var special: [String] = []

  @Option(
    name: [.long, .short], help: ArgumentHelp("A folder, or a file whose name ends in .json.", valueName: "path"))
  var output: String

  @OptionGroup var text: TextInputOptions

  func validate() throws {
    guard (vocabularySize != nil) != characters else {
      throw ValidationError("give either --vocabulary-size or --characters.")
    }
  }

  func run() async throws {
    let inputs = try text.inputs()
    let interruption = Interruption()
    let progress = ProgressLine()
    func reading(_ bytes: Int) -> Bool {
      progress.show("\(Terminal.grouped(bytes / 1_000_000)) MB read")
      return !interruption.isRaised
    }
    let tokenizer: Tokenizer
    if let vocabularySize {
      var trainer = BytePairTrainer(vocabularySize: vocabularySize)
      if !special.isEmpty { trainer.specialTokens = special }
      try trainer.validate()
      guard let counts = try TokenizerTraining.countWords(inputs, words, progress: reading) else {
        throw Interruption.exitCode
      }
      tokenizer = try trainer.train(counts) { size in
        progress.show("\(Terminal.grouped(size)) of \(Terminal.grouped(vocabularySize)) tokens")
        return !interruption.isRaised
      }
      if counts.forgottenCount > 0 {
        Terminal.note(
          "There were too many distinct words; some seen at most \(counts.forgottenCount) times were left out.")
      }
    } else {
      guard let found = try TokenizerTraining.gatherCharacters(inputs, progress: reading) else {
        throw Interruption.exitCode
      }
      tokenizer = try found.tokenizer(specialTokens: special)
    }
    progress.end()
    if interruption.isRaised { throw Interruption.exitCode }
    if let vocabularySize, tokenizer.vocabularySize < vocabularySize {
      Terminal.note("The text has no more pairs to merge: the vocabulary has \(tokenizer.vocabularySize) tokens.")
    }
    try write(tokenizer)
  }

  private func write(_ tokenizer: Tokenizer) throws {
    let json = Data(try tokenizer.tokenizerJSON().utf8)
    if output.hasSuffix(".json") { return try ModelFiles.write(json, to: output) }
    do { try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true) } catch {
      throw CommandError("\(output): cannot be made (\(error.localizedDescription)).")
    }
    var settings: [(String, JSONValue)] = [
      ("tokenizer_class", "PreTrainedTokenizerFast"), ("clean_up_tokenization_spaces", false),
    ]
    if let id = tokenizer.bosID, let token = tokenizer.piece(of: id) { settings.append(("bos_token", .string(token))) }
    if let id = tokenizer.eosIDs.first, let token = tokenizer.piece(of: id) {
      settings.append(("eos_token", .string(token)))
    }
    let configuration = JSONValue.object(JSONObject(settings)).serialized(pretty: true)
    try ModelFiles.write(json, to: output + "/tokenizer.json")
    try ModelFiles.write(Data(configuration.utf8), to: output + "/tokenizer_config.json")
  }
}
