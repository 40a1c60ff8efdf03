import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet init`: a model with fresh random weights.
struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a freshly initialised checkpoint as a Hugging Face folder.",
    discussion: """
      Weights are random as GPT-2 draws them: the same seed, the same weights. Tokenizer files beside a config.json are \
      copied.

      Example:
        swiftlet init gpt2 --output fresh-gpt2 --seed 1
      """)

  @Option(name: [.long, .short], help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @Option(help: ArgumentHelp("The same seed gives the same weights.", valueName: "s"))
  var seed: UInt64 = 0

  @Option(help: "How the weights are stored: f32, f16 or bf16.")
  var type: Precision = .f32

  @Argument(
    help: ArgumentHelp(
      "A preset or a config.json; `swiftlet inspect --help` lists presets.", valueName: "preset-or-config"))
  var model: String

  func run() async throws {
    let conversion = try CheckpointConversion(
      freshly: ModelFiles.configuration(of: model), seed: seed, to: .huggingFace, elementType: type.elementType)
    try conversion.write(
      to: output, maximumShardBytes: 5_000_000_000, progress: { ModelFiles.showProgress($0, of: $1) })
    if model.hasSuffix(".json") {
      let folder = (model as NSString).deletingLastPathComponent
      try ModelFiles.copyTokenizer(from: folder.isEmpty ? "." : folder, to: output)
    }
    if let remark = conversion.remark { Terminal.note(remark) }
  }
}

/// The plain types in which weights can be stored.
enum Precision: String, CaseIterable, ExpressibleByArgument {
  case f32, f16, bf16

  var elementType: ElementType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}
