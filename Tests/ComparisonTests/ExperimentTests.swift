import Comparison
import Foundation
import LanguageModels
import Synchronization
import Testing
import TextGeneration
import Tokenization
import Training

/// A small experiment, and a folder of its own that goes with it.
final class SmallExperiment {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("comparison-\(UUID().uuidString)").path
  let tokenizer: Tokenizer
  var plan = ExperimentPlan()

  init() throws {
    tokenizer = try Tokenizer.load(from: BuiltInModel.gpt.folder())
    (plan.training.steps, plan.training.batchSize, plan.training.contextLength) = (40, 2, 168)
    plan.training.warmup = 4
    plan.learningRates = [1e-2]
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func arm(_ name: String, learningRate: Double? = nil, baseline: String? = nil) throws -> Arm {
    var size = DecoderSize()
    (size.layerCount, size.headCount, size.hiddenSize) = (1, 2, 16)
    (size.contextLength, size.vocabularySize) = (168, tokenizer.vocabularySize)
    return Arm(
      name: name, title: name, configuration: try Configuration.gpt2.resized(to: size), learningRate: learningRate,
      baseline: baseline)
  }

  func data(tokens: Int = 20_000) throws -> ExperimentData {
    try .stories(tokenCount: tokens, heldOutCount: 40, tokenizer: tokenizer, tokenizerFiles: [:])
  }

  func experiment(_ arms: [Arm], data: ExperimentData? = nil) throws -> Experiment {
    try Experiment(arms, plan: plan, data: data ?? self.data(), in: folder)
  }
}

extension Experiment {
  /// Runs it, and counts the steps that were taken.
  fileprivate func counted(cancelAfter limit: Int = .max) throws -> (outcomes: [ArmOutcome]?, steps: Int) {
    let steps = Mutex(0)
    let outcomes = try run(jobs: 1, isCancelled: { steps.withLock { $0 >= limit } }) { event in
      if case .step = event { steps.withLock { $0 += 1 } }
    }
    return (outcomes, steps.withLock { $0 })
  }
}

@Suite struct ExperimentTests {
  /// Nothing is changed, so nothing may be found; and half of the learning rate must be.
  @Test func whatChangesNothingShowsNothingAndADefectShows() throws {
    let small = try SmallExperiment()
    small.plan.seeds = 4
    let arms = [
      try small.arm("plain"), try small.arm("same", baseline: "plain"),
      try small.arm("half", learningRate: 5e-3, baseline: "plain"),
    ]
    let outcomes = try #require(try small.experiment(arms).run(jobs: 2))
    let same = try #require(outcomes[1].difference(from: outcomes[0]))
    #expect(Verdict(same) == .withinNoise)
    #expect(same.mean != 0, "the arm has weights of its own, or the interval would hold no chance")
    let half = try #require(outcomes[2].difference(from: outcomes[0]))
    #expect(Verdict(half) == .worse)
    #expect(half.mean > 3 * same.mean.magnitude)
  }

  @Test func completedRunsAreFoundAgain() throws {
    let small = try SmallExperiment()
    small.plan.seeds = 1
    let arms = [try small.arm("a"), try small.arm("b", learningRate: 2e-3)]
    let first = try small.experiment(arms).counted()
    #expect(first.steps == 80)
    let again = try small.experiment(arms).counted()
    #expect(again.steps == 0)
    #expect(again.outcomes?.map(\.runs) == first.outcomes?.map(\.runs))
    #expect(try small.experiment(arms).cost(jobs: 1).completedCount == 2)

    // Other data are another experiment.
    #expect(try small.experiment(arms, data: small.data(tokens: 21_000)).counted().steps == 80)
    // So is another plan, and another arm beside one that was done.
    small.plan.training.weightlessChange()
    #expect(try small.experiment(arms).counted().steps == 80)
  }

  @Test func damagedResultsAreComputedAgain() throws {
    let small = try SmallExperiment()
    small.plan.seeds = 1
    let arms = [try small.arm("a"), try small.arm("b")]
    let first = try small.experiment(arms).counted()
    let run = try #require(first.outcomes?[0].runs.first)
    let path = small.folder + "/runs/\(run.key)/result.json"
    let whole = try #require(FileManager.default.contents(atPath: path))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
    let again = try small.experiment(arms).counted()
    #expect(again.steps == 40)
    #expect(again.outcomes?[0].runs.first?.nats == run.nats)
    // Another run's result under this one's name is not this one's.
    let other = try #require(first.outcomes?[1].runs.first)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: small.folder + "/runs/\(other.key)/result.json", toPath: path)
    #expect(try small.experiment(arms).counted().steps == 40)
  }

  @Test func anInterruptedExperimentGoesOnToTheSameResult() throws {
    let (whole, broken) = (try SmallExperiment(), try SmallExperiment())
    (whole.plan.seeds, broken.plan.seeds) = (1, 1)
    let arms = [try whole.arm("a"), try whole.arm("b")]
    let expected = try #require(try whole.experiment(arms).counted().outcomes)
    let stopped = try broken.experiment(arms).counted(cancelAfter: 55)
    #expect(stopped.outcomes == nil)
    let resumed = try broken.experiment(arms).counted()
    #expect(stopped.steps + resumed.steps == 80)
    #expect(resumed.outcomes?.map { $0.runs.map(\.nats) } == expected.map { $0.runs.map(\.nats) })
    #expect(resumed.outcomes?.map { $0.runs.map(\.curve) } == expected.map { $0.runs.map(\.curve) })
  }

  @Test func searchesGoOnWhereTheBestIsAtTheEdge() throws {
    let small = try SmallExperiment()
    small.plan.seeds = 1
    small.plan.learningRates = [2.5e-4, 5e-4]
    small.plan.extensions = 2
    let outcomes = try #require(
      try small.experiment([try small.arm("a"), try small.arm("b", learningRate: 1e-3)]).counted().outcomes)
    // More is better by far here, so the search climbs as often as it may, and says that it saw no end.
    #expect(outcomes[0].sweep.map(\.learningRate) == [2.5e-4, 5e-4, 1e-3, 2e-3])
    #expect(outcomes[0].learningRate == 2e-3)
    #expect(!outcomes[0].isBracketed)
    #expect(outcomes[0].runs.map(\.seed) == [1], "the run that chose the rate is not the one that is judged")
    #expect(outcomes[1].sweep.isEmpty)
  }

  @Test func divergenceIsAResult() throws {
    let small = try SmallExperiment()
    small.plan.seeds = 2
    small.plan.training.clip = 0
    let arms = [try small.arm("sane"), try small.arm("wild", learningRate: 1e30)]
    let experiment = try small.experiment(arms)
    let outcomes = try #require(try experiment.counted().outcomes)
    #expect(outcomes[1].divergedCount == 2)
    #expect(outcomes[1].nats == nil)
    #expect(outcomes[1].difference(from: outcomes[0]) == nil)
    #expect(try experiment.counted().steps == 0, "a divergence is known and not tried again")
    let report = ComparisonReport(experiment, outcomes: outcomes)
    #expect(report.terminalTable.contains("2 of 2 diverged"))
  }

  @Test func whatCannotBeComparedIsSaidAtOnce() throws {
    let small = try SmallExperiment()
    func refused(_ arms: [Arm], _ change: (inout ExperimentPlan) -> Void = { _ in }) throws -> String {
      let before = small.plan
      defer { small.plan = before }
      change(&small.plan)
      var message = ""
      do { _ = try small.experiment(arms) } catch { message = "\(error)" }
      return message
    }
    let (a, b) = (try small.arm("a"), try small.arm("b"))
    #expect(try refused([a]).contains("two or more"))
    #expect(try refused([a, a]).contains("two arms are called a"))
    #expect(try refused([a, try small.arm("c", baseline: "z")]).contains("does not come before"))
    #expect(try refused([a, b]) { $0.training.contextLength = 400 }.contains("fewer than the 400"))
    #expect(try refused([a, b]) { $0.seeds = 0 }.contains("0 seeds"))
    #expect(try refused([a, b]) { $0.learningRates = [] }.contains("learning rates"))
    #expect(try refused([a, b]) { $0.learningRates = [.nan] }.contains("learning rates"))
    #expect(try refused([a, b]) { $0.learningRates = [1, 1] }.contains("twice"))
    #expect(try refused([a, b]) { $0.training.batchSize = 1000 }.contains("fewer than one batch"))
    #expect(try refused([a, b]) == "")
  }

  @Test func oneProcessAtATime() throws {
    let small = try SmallExperiment()
    small.plan.seeds = 1
    let experiment = try small.experiment([try small.arm("a"), try small.arm("b")])
    let second = try small.experiment([try small.arm("a"), try small.arm("b")])
    let message = Mutex("")
    _ = try experiment.run(
      jobs: 1,
      onEvent: { event in
        guard case .step(_, let step) = event, step.number == 1 else { return }
        do { _ = try second.run(jobs: 1) } catch { message.withLock { $0 = "\(error)" } }
      })
    #expect(message.withLock { $0 }.contains("another process compares there"))
  }
}

extension TrainingPlan {
  /// Another plan that costs as much.
  fileprivate mutating func weightlessChange() { warmup += 1 }
}
