import Foundation
import LanguageModels
import Tensors
import Testing
import Training

@Suite struct TrainingRunTests {
  private let folder: TemporaryFolder
  private let data: TrainingData
  private var path: String { folder.path + "/run" }

  init() throws {
    folder = try TemporaryFolder()
    data = try TrainingData([(sequences(someRows(40), in: folder), nil)], contextLength: 16, seed: 9)
  }

  private func begin(_ plan: TrainingPlan, _ configuration: Configuration? = nil, in name: String = "run") throws
    -> TrainingRun
  {
    let model = try LanguageModel(configuration ?? tinyConfiguration(), seed: 3)
    return try TrainingRun.begin(
      model, plan: plan, data: data, in: folder.path + "/" + name, companions: ["tokenizer.json": Array("{}".utf8)],
      notes: ["who": "a test"])
  }

  private func resume(_ plan: TrainingPlan? = nil, _ data: TrainingData? = nil, in name: String = "run") throws
    -> TrainingRun
  {
    let path = folder.path + "/" + name
    let checkpoint = try TrainingCheckpoint.newest(in: path) { _ in }
    return try TrainingRun.resume(
      checkpoint, plan: plan ?? checkpoint.plan, data: data ?? self.data, in: path)
  }

  private func file(_ name: String, _ run: String = "run") throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + run + "/" + name))
  }

  private func stopping(after steps: Int, _ run: TrainingRun, _ intervals: TrainingRun.Intervals = .init()) throws {
    let last = run.trainer.completedSteps + steps
    _ = try run.run(intervals: intervals, isCancelled: { run.trainer.completedSteps == last })
  }

  static let optimizers: [OptimizerSettings] = [.adamW(.init()), .muon(.init()), .sgd(.init())]

  /// Dropout, batches that add up, checkpointed blocks and a schedule are all where they would have been.
  @Test(arguments: optimizers, [false, true]) func aRunGoesOnBitForBit(_ optimizer: OptimizerSettings, isGPT: Bool)
    throws
  {
    var plan = tinyPlan(steps: 12)
    (plan.optimizer, plan.dropout, plan.accumulation, plan.checkpointsBlocks) = (optimizer, 0.1, 2, true)
    let configuration = try isGPT ? tinyGPT() : tinyConfiguration()
    _ = try begin(plan, configuration).run()
    try stopping(after: 5, begin(plan, configuration, in: "parts"))
    try stopping(after: 1, resume(in: "parts"))
    #expect(try resume(in: "parts").run().isComplete)
    for name in ["model.safetensors", "checkpoints/step-00000012/optimizer.safetensors", "config.json"] {
      #expect(try file(name) == file(name, "parts"), "\(name)")
    }
    func columns(_ run: String) throws -> [String] {
      try String(decoding: file("metrics.csv", run), as: UTF8.self).split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",")
      }
    }
    #expect(try columns("run") == columns("parts") && columns("run").count == 13)
  }

  @Test func theFolderOpensAsAModel() throws {
    let run = try begin(tinyPlan())
    _ = try run.run()
    let opened = try LanguageModel.load(from: path)
    #expect(try opened.logits([1, 2, 3]).floats() == run.trainer.model.logits([1, 2, 3]).floats())
    #expect(try file("tokenizer.json") == Data("{}".utf8))
    #expect(try TrainingCheckpoint.newest(in: path) { _ in }.notes == ["who": "a test"])
  }

  /// A GPT-2 with RMSNorm, a LLaMA with learned positions: what no family's config.json says trains all the same.
  @Test func aHybridTrainsAndGoesOn() throws {
    var (gpt, llama) = (try tinyGPT(), try tinyConfiguration())
    gpt.normalization = .rmsNorm(epsilon: 1e-5)
    llama.position = .learned()
    for (name, configuration) in [("gpt", gpt), ("llama", llama)] {
      _ = try begin(tinyPlan(steps: 4), configuration, in: name).run()
      try stopping(after: 2, begin(tinyPlan(steps: 4), configuration, in: name + "-parts"))
      #expect(try resume(in: name + "-parts").run().isComplete)
      #expect(try file("model.safetensors", name) == file("model.safetensors", name + "-parts"))
      let opened = try LanguageModel.load(from: folder.path + "/" + name).configuration
      #expect(opened == configuration.storable && opened.family == .hybrid)
    }
  }

  @Test func twoCheckpointsAreKept() throws {
    let plan = tinyPlan(steps: 9)
    var saved = 0
    _ = try begin(plan).run(
      intervals: .init(checkpoint: 2), onEvent: { if case .saved = $0 { saved += 1 } })
    #expect(saved == 5)
    #expect(try folder.names(in: "run/checkpoints") == [".lock", "step-00000008", "step-00000009"])
  }

  @Test func aDamagedCheckpointGivesWayToTheOneBefore() throws {
    let plan = tinyPlan(steps: 8)
    _ = try begin(plan).run(intervals: .init(checkpoint: 6))
    let whole = try file("model.safetensors")
    let newest = path + "/checkpoints/step-00000008"
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: newest + "/optimizer.safetensors"))
    try handle.truncate(atOffset: 100)
    var notes: [String] = []
    let checkpoint = try TrainingCheckpoint.newest(in: path) { notes.append($0) }
    #expect(checkpoint.completedSteps == 6 && notes.count == 1)
    #expect(notes.first?.contains("optimizer.safetensors has 100 bytes") == true)
    // Going on replaces the damaged one.
    _ = try resume().run()
    #expect(try file("model.safetensors") == whole)
    #expect(try TrainingCheckpoint.newest(in: path) { _ in }.completedSteps == 8)
  }

  @Test func withoutAWholeCheckpointNothingBeginsAgain() throws {
    try stopping(after: 1, begin(tinyPlan()))
    for name in try folder.names(in: "run/checkpoints") where name.hasPrefix("step") {
      try folder.write(Array("{\"version\": 1}".utf8), "run/checkpoints/\(name)/training.json")
    }
    let error = #expect(throws: TrainingError.self) { try resume() }
    #expect(error?.kind == .damagedCheckpoint && error?.description.contains("no checkpoint is whole") == true)
    #expect(throws: TrainingError.self) { try TrainingCheckpoint.newest(in: folder.path) { _ in } }
    let second = #expect(throws: TrainingError.self) { try begin(tinyPlan()) }
    #expect(second?.kind == .runExists)
  }

  /// Numbers of `training.json` that nothing can be counted with.
  @Test(arguments: [
    (#""completedSteps" : 2"#, #""completedSteps" : 9"#), (#""completedSteps" : 2"#, #""completedSteps" : -1"#),
    (#""tokenCount" : "#, #""tokenCount" : 40000000000000000"#), (#""batchSize" : 2"#, #""batchSize" : 0"#),
    (#""accumulation" : 1"#, #""accumulation" : 9223372036854775807"#), (#""beta1" : 0.9"#, #""beta1" : 1.5"#),
  ]) func aStateThatLiesIsRefused(_ old: String, _ new: String) throws {
    try stopping(after: 2, begin(tinyPlan()))
    let name = "checkpoints/step-00000002/training.json"
    let text = String(decoding: try file(name), as: UTF8.self)
    #expect(text.contains(old))
    try folder.write(Array(text.replacingOccurrences(of: old, with: new).utf8), "run/" + name)
    var notes: [String] = []
    #expect(try TrainingCheckpoint.newest(in: path) { notes.append($0) }.completedSteps == 0)
    #expect(notes.count == 1 && notes.first?.contains("training.json") == true)
  }

  @Test func anotherStateIsNotTakenForThisOne() throws {
    try stopping(after: 2, begin(tinyPlan()))
    // The optimizer's file of a model of another width, with the size that training.json promises.
    var size = DecoderSize()
    (size.hiddenSize, size.headCount) = (32, 2)
    try stopping(after: 2, begin(tinyPlan(), tinyConfiguration().resized(to: size), in: "other"))
    let state = try file("checkpoints/step-00000002/optimizer.safetensors", "other")
    try state.write(to: URL(fileURLWithPath: path + "/checkpoints/step-00000002/optimizer.safetensors"))
    let text = String(decoding: try file("checkpoints/step-00000002/training.json"), as: UTF8.self)
    let old = try #require(text.firstMatch(of: /"optimizer.safetensors" : (\d+)/)?.1)
    try folder.write(
      Array(text.replacingOccurrences(of: old, with: "\(state.count)").utf8),
      "run/checkpoints/step-00000002/training.json")
    let error = #expect(throws: TrainingError.self) { try resume() }
    #expect(error?.description.contains("belongs to another model or optimizer") == true)
  }

  @Test func otherDataOrAnotherPlanIsRefused() throws {
    try stopping(after: 2, begin(tinyPlan()))
    let other = try TrainingData(
      [(sequences(someRows(40, from: 1), in: folder, name: "other.jsonl"), nil)], contextLength: 16, seed: 9)
    #expect(throws: TrainingError.self) { try resume(nil, other) }
    var plan = tinyPlan()
    plan.learningRate = 2e-2
    #expect(throws: TrainingError.self) { try resume(plan) }
    plan = tinyPlan(steps: 1)
    #expect(throws: TrainingError.self) { try resume(plan) }
    // The end may move.
    #expect(try resume(tinyPlan(steps: 10)).run().isComplete)
  }

  @Test func whatAKilledRunLeftIsRemoved() throws {
    try stopping(after: 3, begin(tinyPlan()))
    let leftovers = ["run/checkpoints/step-00000005.partial-1-2", "run/model.safetensors.partial-link"]
    for name in leftovers { try folder.write([1], name) }
    let metrics = try file("metrics.csv")
    try (metrics + Data("4,1.5,,0.01,2.0,100.0\n5,1.".utf8)).write(to: URL(fileURLWithPath: path + "/metrics.csv"))
    let run = try resume()
    #expect(run.metrics.map(\.step) == [1, 2, 3])
    #expect(try file("metrics.csv") == metrics)
    for name in leftovers { #expect(!FileManager.default.fileExists(atPath: folder.path + "/" + name)) }
  }

  @Test func oneProcessTrainsInAFolder() throws {
    let run = try begin(tinyPlan())
    let error = #expect(throws: TrainingError.self) { try resume() }
    #expect(error?.description.contains("another process trains there") == true)
    withExtendedLifetime(run) {}
  }

  @Test func aLossThatIsNoNumberLeavesTheCheckpoint() throws {
    let run = try begin(tinyPlan())
    try stopping(after: 2, run)
    let before = try file("model.safetensors")
    run.trainer.model.parameters[0].tensor.withMutableSpan { $0[0] = .infinity }
    #expect(throws: TrainingError.self) { try run.run() }
    #expect(try file("model.safetensors") == before)
    #expect(try TrainingCheckpoint.newest(in: path) { _ in }.completedSteps == 2)
  }
}
