import ArgumentParser
import Foundation
import Swiftlet

/// What a run learns from.
struct TrainDataFlags: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      #"Text (.txt; .jsonl with "text" or "ids" lines; either as .gz; - for standard input) or folders of token shards."#,
      valueName: "file"))
  var data: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("How often samples come from each --data. (default: by their size)", valueName: "x"))
  var dataWeight: [Double] = []

  @Option(
    help: ArgumentHelp(#"What stands between the documents of a .txt file; \n is a line break."#, valueName: "text"))
  var delimiter: String?

  @Option(parsing: .upToNextOption, help: ArgumentHelp("Text that is measured on and not learned.", valueName: "file"))
  var validation: [String] = []

  @Option(help: ArgumentHelp("Keep this share, the last, of the data to measure on.", valueName: "x"))
  var validationFraction: Double?

  @Option(
    help: ArgumentHelp("Measure on at most so many tokens, evenly spaced; 0 for all. (default: 32768)", valueName: "n")
  )
  var validationTokens: Int?

  /// What was given, to be found again when the run goes on.
  struct Given: Codable {
    var data: [String]
    var weights: [Double]
    var delimiter: String?
    var validation: [String]
    var validationFraction: Double?
    var validationTokens: Int?
  }

  /// What was given now, where that is anything, else what was given when the run began.
  func given(else old: Given?) -> Given {
    Given(
      data: data.isEmpty ? old?.data ?? [] : data.map(Self.absolute),
      weights: dataWeight.isEmpty ? old?.weights ?? [] : dataWeight, delimiter: delimiter ?? old?.delimiter,
      validation: validation.isEmpty ? old?.validation ?? [] : validation.map(Self.absolute),
      validationFraction: validationFraction ?? old?.validationFraction,
      validationTokens: validationTokens ?? old?.validationTokens)
  }

  /// A run may go on from another folder.
  private static func absolute(_ path: String) -> String {
    path == "-" ? path : URL(fileURLWithPath: path).standardizedFileURL.path
  }
}

extension TrainDataFlags.Given {
  /// Reads the data.
  func load(_ tokenizer: Tokenizer?, _ plan: TrainingPlan, vocabularySize: Int) throws -> (TrainingData, Validation?) {
    guard !data.isEmpty else { throw CommandError("give --data: text files or token shards.") }
    guard weights.isEmpty || weights.count == data.count else {
      throw CommandError("there are \(data.count) --data and \(weights.count) --data-weight; give one for each.")
    }
    guard validation.isEmpty || validationFraction == nil else {
      throw CommandError("give either --validation or --validation-fraction.")
    }
    let separator = delimiter.map(TextInputOptions.unescaped)
    func source(_ path: String) throws -> TokenSource {
      try TokenSource.load(path, tokenizer: tokenizer, delimiter: separator)
    }
    var sources = try data.map(source)
    var measured = try validation.map(source)
    if let validationFraction {
      let parts = try sources.map { try $0.split(validationFraction: validationFraction) }
      (sources, measured) = (parts.map(\.training), parts.map(\.validation))
    }
    let training = try TrainingData(
      sources.enumerated().map { ($1, weights.isEmpty ? nil : weights[$0]) }, contextLength: plan.contextLength,
      seed: plan.overfit == nil ? plan.seed : nil, masksDocuments: plan.masksDocuments)
    let validation =
      measured.isEmpty
      ? nil
      : try Validation(
        measured, contextLength: plan.contextLength, batchSize: plan.batchSize, masksDocuments: plan.masksDocuments,
        maximumTokens: validationTokens ?? 32_768, vocabularySize: vocabularySize)
    return (training, validation)
  }
}
