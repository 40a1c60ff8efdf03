import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet importance`: which inputs of a model's matrices matter.
struct Importance: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure which inputs of a model's matrices matter, for quantize --importance.",
    discussion: """
      The model reads the text in pieces, and the mean square of every input of every matrix is written as llama.cpp's \
      imatrix in GGUF form, which llama-quantize reads too. A few hundred pieces of text of the kind that the model will \
      meet are enough. Ctrl-C writes what is measured so far.

      Example:
        swiftlet importance --model Llama-3.2-1B --data text.txt --output imatrix.gguf
      """)

  @OptionGroup(title: "Model") var modelOptions: ModelOptions

  @Option(help: ArgumentHelp("A text; repeatable. - is standard input.", valueName: "file"))
  var data: [String]

  @Option(name: [.long, .short], help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Option(
    help: ArgumentHelp("Tokens in a piece. (default: 512, or the model's context if that is less)", valueName: "n"))
  var contextLength: Int?

  @Option(help: ArgumentHelp("Read at most so many pieces. (default: all)", valueName: "n"))
  var chunks: Int?

  func validate() throws {
    if modelOptions.model == nil { throw ValidationError("give --model: whose matrices are to be measured?") }
    if data.isEmpty { throw ValidationError("give --data: a text to measure with.") }
    if let contextLength, contextLength < 2 {
      throw ValidationError("--context-length is \(contextLength); give 2 or more.")
    }
    if let chunks, chunks < 1 { throw ValidationError("--chunks is \(chunks); give 1 or more.") }
  }

  func run() async throws {
    guard let path = modelOptions.model else { return }
    let tokenizer = try modelOptions.loadTokenizer(forModel: path)
    let model = try modelOptions.loadModel(path)
    let length = contextLength ?? min(512, model.configuration.contextLength)
    guard length <= model.configuration.contextLength else {
      throw CommandError(
        "--context-length \(length) is more than the model's \(model.configuration.contextLength); give less.")
    }
    // A first token such as <s> stands at the beginning of every piece, as it would of every text.
    let first = Array(tokenizer.encode("", addsSpecialTokens: true).prefix(1))
    let pieces = try data.flatMap { file in
      cut(tokenizer.encode(try TextInput.contents(of: file)), length: length, first: first)
    }.prefix(chunks ?? .max)
    guard !pieces.isEmpty else { throw CommandError("\(data.joined(separator: ", ")): no text; give a longer one.") }

    let measurement = try ImportanceMeasurement(model)
    let (interruption, line, start) = (Interruption(), ProgressLine(), Date())
    var done = 0
    for piece in pieces where !interruption.isRaised {
      let left = Date().timeIntervalSince(start) / Double(max(1, done)) * Double(pieces.count - done)
      line.show("piece \(done + 1) of \(pieces.count)" + (done > 0 ? " · \(Int(left.rounded(.up))) s left" : ""))
      try measurement.read(piece)
      done += 1
    }
    line.end()
    guard done > 0 else { throw Interruption.exitCode }
    let matrix = measurement.matrix(datasets: data, chunkSize: length)
    try matrix.write(to: output)
    Terminal.write(
      "\(output): \(matrix.entries.count) matrices, \(done) pieces of \(Terminal.grouped(length)) tokens, in "
        + "\(Terminal.rounded(Date().timeIntervalSince(start))) s\n")
    if interruption.isRaised { throw Interruption.exitCode }
  }

  /// A text's tokens in pieces of equal length, cut where llama.cpp cuts them: the first token of each gives its place to
  /// `first`. What is left over at the end is dropped, unless it is all there is.
  private func cut(_ ids: [Int], length: Int, first: [Int]) -> [[Int]] {
    let all = first + ids
    guard all.count >= length else { return ids.isEmpty ? [] : [all] }
    return (0..<all.count / length).map { first + all[$0 * length + first.count..<($0 + 1) * length] }
  }
}
