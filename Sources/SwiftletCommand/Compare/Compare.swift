import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet compare`: GPT and LLaMA, part by part.
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare GPT and LLaMA, part by part.",
    discussion: """
      Example:
        swiftlet compare --quick
      """)

  @Option(name: [.long, .short], help: ArgumentHelp("The folder of runs and reports.", valueName: "folder"))
  var output = "compare"

  @Option var steps: Int = 1000
  @Option var seeds: Int = 3
  @Option(parsing: .upToNextOption) var only: [String] = []

  func run() async throws {
    let interruption = Interruption(signals: [SIGINT, SIGTERM])
    ThreadPool.configure(threadCount: 1)
    let folder = try BuiltInModel.gpt.folder()
    let tokenizer = try Tokenizer.load(from: folder)
    let data = try ExperimentData.stories(
      tokenCount: 1_000_000, tokenizer: tokenizer,
      tokenizerFiles: try ModelFiles.tokenizerFiles(of: tokenizer, from: folder))
    var size = DecoderSize()
    (size.layerCount, size.headCount, size.hiddenSize, size.contextLength) = (4, 4, 64, 192)
    size.vocabularySize = tokenizer.vocabularySize
    var plan = ExperimentPlan()
    plan.training.steps = steps
    plan.seeds = seeds
    var arms = try Ladder.gptToLLaMA.arms(of: size)
    arms.append(try Ladder.gpt3.arms(of: size)[1])
    for arm in try Ladder.warmup.arms(of: size) where !arm.hasWarmup { arms.append(arm) }
    if !only.isEmpty {
      arms = arms.filter { only.contains($0.name) }
      for i in arms.indices { arms[i].baseline = nil }
    }
    let experiment = try Experiment(arms, plan: plan, data: data, in: output)
    let flag = Flag()
    let start = Date()
    let outcomes = try experiment.run(jobs: 2) { flag.isRaised } onEvent: { event in
      switch event {
      case .step: break
      case .completed(let run, let result):
        print(
          "\(Int(Date().timeIntervalSince(start))) \(run.arm.name) \(run.arm.configuration.parameterCount) \(result.learningRate) \(result.seed) \(result.nats ?? .nan) \(result.bitsPerByte ?? .nan) \(Int(result.tokensPerSecond))")
      case .judged(let outcome):
        print("== \(outcome.arm.name) \(outcome.learningRate) \(outcome.nats?.mean ?? .nan) ± \(outcome.nats?.margin ?? .nan)")
      }
    }
    _ = (outcomes, interruption)
  }
  final class Flag: Sendable { let isRaised = false }
}
