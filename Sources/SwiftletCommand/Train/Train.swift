import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet train`: pre-training and fine-tuning.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model: from nothing, or on from its weights.",
    discussion: """
      The output is a Hugging Face folder that other programs open, with the run's metrics.csv, a loss curve to look \
      at while it grows (loss.html), and the last two checkpoints. Ctrl-C saves and stops; --resume goes on, bit for \
      bit as if the run had never stopped. --resume needs no other flags: what is not given is as it was.

      Examples:
        swiftlet train --model gpt2 --tokenizer gpt2 --data corpus.txt --validation-fraction 0.1 --output run
        swiftlet train --model llama-small --layers 4 --tokenizer tokenizer --data shards --steps 5000 --output run
        swiftlet train --output run --resume
      """)

  @Option(name: [.long, .short], help: ArgumentHelp("The folder of the run.", valueName: "folder"))
  var output: String

  @Flag(help: "Go on with the run in --output.")
  var resume = false

  @OptionGroup(title: "Model") var model: TrainModelFlags
  @OptionGroup(title: "Data") var data: TrainDataFlags
  @OptionGroup(title: "Training") var plan: TrainPlanFlags
  @OptionGroup(title: "While it runs") var watch: TrainWatchFlags

  func run() async throws {
    watch.threadOption.apply()
    let interruption = Interruption(signals: [SIGINT, SIGTERM])
    try watch.follow(resume ? resumed() : begun(), interruption)
  }

  /// A run that is ready to go.
  struct Started {
    let run: TrainingRun
    let validation: Validation?
    let tokenizer: Tokenizer?
    let watch: TrainWatchFlags.Given
  }

  private func begun() throws -> Started {
    let start = try model.start(contextLength: plan.contextLength, seed: plan.seed ?? 0)
    let configuration = start.model.configuration
    let plan = plan.plan(contextLength: configuration.contextLength, isTrained: start.isTrained)
    try plan.validate()
    let (data, watch) = (data.given(else: nil), watch.given(else: nil))
    let (training, validation) = try data.load(start.tokenizer, plan, vocabularySize: configuration.vocabularySize)
    let run = try TrainingRun.begin(
      start.model, plan: plan, data: training, in: output, companions: start.tokenizerFiles,
      notes: ["data": note(data), "watch": note(watch)])
    return Started(run: run, validation: validation, tokenizer: start.tokenizer, watch: watch)
  }

  private func resumed() throws -> Started {
    let checkpoint = try TrainingCheckpoint.newest(in: output) { Terminal.note($0) }
    let plan = plan.applied(to: checkpoint.plan)
    try checkpoint.check(plan)  // Before anything is read for it.
    let tokenizer = try? Tokenizer.load(from: checkpoint.path)
    let configuration = try ModelFiles.configuration(of: checkpoint.path)
    let (training, validation) = try data.given(else: noted("data", checkpoint)).load(
      tokenizer, plan, vocabularySize: configuration.vocabularySize)
    let run = try TrainingRun.resume(checkpoint, plan: plan, data: training, in: output)
    if plan.steps != checkpoint.plan.steps, plan.schedule != .constant {
      Terminal.note("the schedule now ends at step \(Terminal.grouped(plan.steps)); learning rates differ from here on")
    }
    Terminal.note(
      "going on after step \(Terminal.grouped(checkpoint.completedSteps)) of \(Terminal.grouped(plan.steps))")
    return Started(
      run: run, validation: validation, tokenizer: tokenizer, watch: watch.given(else: try noted("watch", checkpoint)))
  }

  private func note(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  private func noted<Value: Decodable>(_ name: String, _ checkpoint: TrainingCheckpoint) throws -> Value? {
    try checkpoint.notes[name].map { try JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
  }
}
