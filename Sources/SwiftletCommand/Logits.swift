import ArgumentParser
import Swiftlet

/// `swiftlet logits`: a model's raw scores, for comparing implementations.
struct Logits: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model's scores for given tokens to a safetensors file.",
    discussion: """
      The file holds `logits` [batch, length, vocabulary] in float32: for every token the scores of the next one. \
      Each --ids is one row of the batch; rows have equal length.

      Example:
        swiftlet logits --model gpt2 --ids 464,3139,286 --ids 40,1101,257 --output logits.safetensors
      """)

  @OptionGroup(title: "Model") var modelOptions: ModelOptions

  @Option(help: ArgumentHelp("Token ids, separated by commas. Repeatable: one batch row each.", valueName: "1,2,3"))
  var ids: [TokenRow]

  @Option(name: [.long, .short], help: ArgumentHelp("The safetensors file to write.", valueName: "path"))
  var output: String

  func validate() throws {
    if modelOptions.model == nil { throw ValidationError("give --model: whose scores are wanted?") }
    if let other = ids.first(where: { $0.ids.count != ids[0].ids.count }) {
      throw ValidationError(
        "--ids rows have \(ids[0].ids.count) and \(other.ids.count) tokens; give rows of equal length, or call twice.")
    }
  }

  func run() async throws {
    guard let path = modelOptions.model else { return }
    let model = try modelOptions.loadModel(path)
    let (length, vocabularySize) = (ids[0].ids.count, model.configuration.vocabularySize)
    let logits = Tensor(uninitialized: [ids.count * length, vocabularySize])
    for (index, row) in ids.enumerated() {
      logits.write(try model.logits(row.ids), atRow: index * length)
    }
    let whole = logits.reshaped(to: [ids.count, length, vocabularySize])  // [batch, length, vocabulary]
    try SafetensorsWriter.write(
      [TensorDescription(name: "logits", shape: whole.shape, elementType: .f32)], metadata: [:], to: output,
      maximumShardBytes: nil, tensor: { _ in whole })
  }
}

/// Token ids on the command line: `1,2,3`.
struct TokenRow: ExpressibleByArgument {
  let ids: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let ids = parts.compactMap { Int($0.trimmingPrefix(" ")) }
    guard ids.count == parts.count else { return nil }
    self.ids = ids
  }
}
