import Foundation
import LanguageModels
import Tensors
import TextGeneration
import Tokenization
import Training

/// Everything that is measured on a model after it was trained.
struct HeldOutMeasures {
  /// How many tokens the loss by position is averaged over, and into how many stretches a context is cut for it.
  private static let positionTokens = 24_000
  private static let stretches = 8
  /// How many contexts beyond the training's a model that can go on is followed.
  static let reach = 4

  let data: ExperimentData
  let contextLength: Int
  /// On all held-out text, and on some of it, which is quick enough to look often.
  let whole, part: Validation

  init(_ data: ExperimentData, plan: TrainingPlan) throws {
    self.data = data
    contextLength = plan.contextLength
    func validation(_ maximumTokens: Int) throws -> Validation {
      try Validation(
        data.heldOut, contextLength: plan.contextLength, batchSize: 8, masksDocuments: plan.masksDocuments,
        maximumTokens: maximumTokens, vocabularySize: data.tokenizer.vocabularySize)
    }
    // Text of one's own may be long: half a million predictions tell losses to a thousandth.
    whole = try validation(500_000)
    part = try validation(8_000)
  }

  func bitsPerByte(_ nats: Double) -> Double? {
    data.bytesPerPrediction > 0 ? nats / data.bytesPerPrediction / log(2) : nil
  }

  /// The loss by position, in windows of continuous text as long as the model can read, up to four of the contexts that
  /// it was trained with. Learned positions end with the table; others can be asked further.
  func positions(_ model: LanguageModel) throws -> [RunResult.Point] {
    let tokens = (data.continuous.map(\.tokenCount).max() ?? 0) - 1
    let length = min(model.configuration.contextLength, Self.reach * contextLength, tokens)
    let sources = data.continuous.filter { $0.tokenCount > length }.map { ($0, weight: Double?.none) }
    let width = max(1, contextLength / Self.stretches)
    guard length >= width, !sources.isEmpty else { return [] }
    let windows = try TrainingData(sources, contextLength: length, seed: nil)
    let count = min(windows.samplesPerEpoch, max(1, Self.positionTokens / length))
    var sums = Array(repeating: (nats: 0.0, count: 0), count: length / width)
    for index in 0..<count {
      let sample = try windows.sample(at: index * windows.samplesPerEpoch / count)
      let rows = try model.loss([sample.inputs], targets: [sample.targets]).rows
      for (position, nats) in rows.enumerated() where position / width < sums.count {
        sums[position / width].nats += Double(nats)
        sums[position / width].count += 1
      }
    }
    return sums.enumerated().map { index, sum in
      RunResult.Point(place: (index + 1) * width, nats: sum.nats / Double(max(1, sum.count)))
    }
  }

  /// What the model writes after each prompt.
  func samples(_ model: LanguageModel) throws -> [String] {
    let generator = Generator(model: model, tokenizer: data.tokenizer)
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 0.7, topP: 0.9, seed: 1), maxTokens: 90)
    return try data.prompts.map { try generator.text(after: $0, options: options) }
  }
}
