import ArgumentParser
import Foundation
import JSONParsing
import Swiftlet
import Tensors

/// `swiftlet data stories`: a corpus whose entropy is known.
struct DataStories: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stories",
    abstract: "Write short stories from a grammar that knows their exact entropy.",
    discussion: """
      The grammar is part of Swiftlet: nothing is downloaded, the same seed writes the same stories, and no two ways \
      through it write the same text. So the entropy of the stories is known exactly, and with it the lowest loss that \
      any model can reach on them; --tokenizer tells it in nats per token.

      Stories go to standard output, with an empty line between them, and the report to standard error; with --output, \
      stories go to the file and the report to standard output. A .jsonl file has lines {"text": …, "bits": …}.

      Example:
        swiftlet data stories --documents 20000 --seed 1 --output stories.jsonl --tokenizer gpt
      """)

  @Option(help: ArgumentHelp("How many stories to write.", valueName: "n"))
  var documents: Int

  @Option(help: ArgumentHelp("The same seed, the same stories.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(name: [.long, .short], help: ArgumentHelp("The file to write: .txt or .jsonl.", valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp("Also count in the tokens of this tokenizer or model, such as gpt or llama.", valueName: "path"))
  var tokenizer: String?

  @Flag(help: "Report as one JSON object.")
  var json = false

  func validate() throws {
    if documents < 0 { throw ValidationError("--documents is \(documents); give 0 or more.") }
    if let output, !output.hasSuffix(".txt"), !output.hasSuffix(".jsonl") {
      throw ValidationError("--output is \(output); name a .txt or a .jsonl file.")
    }
  }

  func run() async throws {
    let grammar = try StoryGrammar.standard()
    let tokenizer = try self.tokenizer.map { try Tokenizer.load(forModel: BuiltInModel.path(of: $0)) }
    var report = StoryReport(grammar.expectation, tokenizer: tokenizer)
    let file = try output.map { try OutputFile(path: $0) }
    let writesLines = output?.hasSuffix(".jsonl") == true
    var pending: [UInt8] = []
    for (index, story) in grammar.stories(seed: seed).prefix(documents).enumerated() {
      report.add(story)
      if writesLines {
        let line = JSONObject([("text", .string(story.text)), ("bits", .number(story.bits))])
        pending += Array(JSONValue.object(line).serialized(pretty: false).utf8)
      } else {
        if index > 0 { pending.append(UInt8(ascii: "\n")) }
        pending += Array(story.text.utf8)
      }
      pending.append(UInt8(ascii: "\n"))
      if pending.count > 1 << 16 || file == nil { try flush(&pending, to: file) }
    }
    try flush(&pending, to: file)
    try file?.finish()
    try file?.moveIntoPlace()
    let text = json ? report.json.serialized(pretty: true) : report.table
    if file == nil { Terminal.note(text) } else { Terminal.write(text + "\n") }
  }

  private func flush(_ pending: inout [UInt8], to file: OutputFile?) throws {
    if let file { try file.write(pending) } else { Terminal.write(String(decoding: pending, as: UTF8.self)) }
    pending.removeAll(keepingCapacity: true)
  }
}

/// What stories hold: those that were written, and all that the grammar writes on average.
struct StoryReport {
  private let expectation: StoryExpectation
  private let tokenizer: Tokenizer?
  private var counter: StoryTokenCounter?
  private let expectedTokens: Double?

  private var documents = 0
  private var bits = 0.0
  private var bytes = 0
  /// Tokens, the one that ends a story among them: it carries information too.
  private var tokens = 0
  /// Whether every story had as many tokens as its words have alone, as the expectation supposes.
  private var isCountedByWords = true

  init(_ expectation: StoryExpectation, tokenizer: Tokenizer?) {
    self.expectation = expectation
    self.tokenizer = tokenizer
    counter = tokenizer.map(StoryTokenCounter.init)
    expectedTokens = counter.map { counter in
      var counter = counter
      return expectation.tokenCount(&counter) + 1
    }
  }

  mutating func add(_ story: Story) {
    documents += 1
    bits += story.bits
    bytes += story.text.utf8.count
    guard let tokenizer else { return }
    let count = tokenizer.encode(story.text).count
    tokens += count + 1
    if counter?.count(story.text) != count { isCountedByWords = false }
  }

  private func nats(_ bits: Double, per tokens: Double) -> Double { bits * log(2) / tokens }

  /// A number of the grammar, and the same of what was written.
  private struct Row {
    let name: String
    let key: String
    let expected: Double?
    let written: Double?
  }

  private var rows: [Row] {
    let count = documents == 0 ? nil : Double(documents)
    let means = [
      Row(
        name: "bits per story", key: "bits_per_document", expected: expectation.bits, written: count.map { bits / $0 }),
      Row(
        name: "bytes per story", key: "bytes_per_document", expected: expectation.bytes,
        written: count.map { Double(bytes) / $0 }),
      Row(
        name: "bits per byte", key: "bits_per_byte", expected: expectation.bitsPerByte,
        written: count.map { _ in bits / Double(bytes) }),
    ]
    guard let expectedTokens else { return means }
    let exactTokens = isCountedByWords ? expectedTokens : nil
    return means + [
      Row(
        name: "tokens per story, its end counted", key: "tokens_per_document", expected: exactTokens,
        written: count.map { Double(tokens) / $0 }),
      Row(
        name: "nats per token", key: "nats_per_token", expected: exactTokens.map { nats(expectation.bits, per: $0) },
        written: count.map { _ in nats(bits, per: Double(tokens)) }),
    ]
  }

  var table: String {
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    func cell(_ number: Double?) -> String {
      let text = number.map { Terminal.rounded($0, 4) } ?? "–"
      return String(repeating: " ", count: max(0, 14 - text.count)) + text
    }
    let head = String(repeating: " ", count: width) + "       grammar" + "   \(Terminal.grouped(documents)) stories"
    let lines = rows.map { row in
      row.name.padding(toLength: width, withPad: " ", startingAt: 0) + cell(row.expected) + cell(row.written)
    }
    return ([head] + lines).joined(separator: "\n")
  }

  var json: JSONValue {
    func object(_ number: KeyPath<Row, Double?>) -> JSONValue {
      .object(JSONObject(rows.map { ($0.key, $0[keyPath: number].map(JSONValue.number) ?? .null) }))
    }
    return .object(
      JSONObject([("documents", .integer(documents)), ("expected", object(\.expected)), ("written", object(\.written))])
    )
  }
}
