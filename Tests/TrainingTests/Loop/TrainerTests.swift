import LanguageModels
import Tensors
import Testing

import Training

@Suite struct TrainerTests {
  private func trainer(_ rows: [[Int]], _ plan: TrainingPlan, seed: UInt64 = 3) throws -> (Trainer, TemporaryFolder) {
    let folder = try TemporaryFolder()
    let data = try TrainingData(
      [(sequences(rows, in: folder), nil)], contextLength: plan.contextLength,
      seed: plan.overfit == nil ? plan.seed : nil)
    let model = try LanguageModel(tinyConfiguration(), seed: seed).trainable()
    return (try Trainer(model: model, data: data, plan: plan), folder)
  }

  /// Texts differ in length, so a mean of the batches' means would be another loss, with other gradients.
  @Test func accumulationIsTheSameAsOneLargeBatch() throws {
    var whole = tinyPlan(steps: 3)
    whole.batchSize = 6
    var parts = whole
    (parts.batchSize, parts.accumulation) = (2, 3)
    let (one, folder) = try trainer(someRows(24), whole)
    let (other, folder2) = try trainer(someRows(24), parts)
    for _ in 0..<3 {
      let (a, b) = (try one.step(), try other.step())
      #expect(abs(a.loss - b.loss) < 1e-5 && abs(a.gradientNorm - b.gradientNorm) < 1e-5 * a.gradientNorm)
      #expect(a.tokenCount == b.tokenCount)
    }
    withExtendedLifetime((folder, folder2)) {}
  }

  @Test func overfittingRepeatsTheFirstBatchesInOrder() throws {
    var plan = tinyPlan(steps: 60)
    (plan.overfit, plan.schedule) = (2, .constant)
    let (trainer, folder) = try trainer(someRows(30), plan)
    let steps = try (0..<60).map { _ in try trainer.step() }
    // Rows of 6 + 7 tokens, then of 8 + 9, each without its last.
    #expect(steps.map(\.tokenCount) == (0..<60).map { $0 % 2 == 0 ? 11 : 15 })
    #expect(steps[58].loss < 0.2 && steps[59].loss < 0.2 && steps[0].loss > 3)
    withExtendedLifetime(folder) {}
  }

  @Test func theLearningRateFollowsThePlan() throws {
    var plan = tinyPlan(steps: 10)
    (plan.schedule, plan.warmup, plan.finalLearningRate) = (.linear, 4, 0)
    let (trainer, folder) = try trainer(someRows(30), plan)
    let rates = try (0..<10).map { _ in try trainer.step().learningRate }
    #expect(rates[0] == 1e-2 / 5 && rates[4] == 1e-2 && abs(rates[9] - 1e-2 / 6) < 1e-12)
    withExtendedLifetime(folder) {}
  }

  @Test func aNumberThatIsNoneStopsTheRunAndIsNamed() throws {
    let (trainer, folder) = try trainer(someRows(30), tinyPlan())
    _ = try trainer.step()
    let name = "layers.1.feedForward.up.weight"
    let poisoned = try #require(trainer.model.parameters.first { $0.name == name }).tensor
    poisoned.withMutableSpan { $0[7] = .nan }
    let before = trainer.model.parameters[0].tensor.floats()
    let error = #expect(throws: TrainingError.self) { try trainer.step() }
    #expect(error?.kind == .notFinite)
    #expect(error?.description.contains("step 2: the loss is nan") == true && error?.description.contains(name) == true)
    #expect(trainer.model.parameters[0].tensor.floats() == before && trainer.completedSteps == 1)
    withExtendedLifetime(folder) {}
  }

  /// Without clipping, an enormous rate makes numbers overflow by themselves.
  @Test func aLearningRateThatIsTooHighIsFound() throws {
    var plan = tinyPlan(steps: 50)
    (plan.learningRate, plan.schedule, plan.optimizer) = (1e30, .constant, .sgd(SGD.Settings()))
    plan.finalLearningRate = 1
    let (trainer, folder) = try trainer(someRows(30), plan)
    let error = #expect(throws: TrainingError.self) { for _ in 0..<50 { _ = try trainer.step() } }
    #expect(error?.kind == .notFinite)
    withExtendedLifetime(folder) {}
  }

  @Test func plansAndDataThatCannotBeAreRefused() throws {
    func error(_ rows: [[Int]] = someRows(30), _ change: (inout TrainingPlan) -> Void) -> String {
      var plan = tinyPlan()
      change(&plan)
      do { _ = try trainer(rows, plan) } catch { return "\(error)" }
      return "nothing"
    }
    #expect(error { $0.steps = 0 }.contains("0 steps"))
    #expect(error { $0.batchSize = -1 }.contains("a batch of -1"))
    #expect(error { ($0.steps, $0.batchSize, $0.accumulation) = (1 << 40, 1 << 20, 1 << 20) }.contains("counted"))
    #expect(error { $0.contextLength = 17 }.contains("the model's is 16"))
    #expect(error { $0.warmup = 9 }.contains("do not fit"))
    #expect(error { ($0.schedule, $0.warmup, $0.decay) = (.wsd, 4, 5) }.contains("do not fit"))
    #expect(error { $0.learningRate = .nan }.contains("learning rate"))
    #expect(error { $0.clip = -1 }.contains("gradient norm"))
    #expect(error { $0.dropout = 1 }.contains("dropout"))
    #expect(error { $0.overfit = 0 }.contains("0 batches"))
    #expect(error { $0.optimizer = .adamW(AdamW.Settings(beta2: 1)) }.contains("beta2 is 1.0"))
    #expect(error { $0.optimizer = .muon(Muon.Settings(momentum: -0.1)) }.contains("momentum"))
    #expect(error { $0.batchSize = 31 }.contains("fewer than one batch"))
    #expect(error([[1, 2, 40], [1, 2]]) { _ in }.contains("ids up to 40"))
  }

  @Test func validationMeasuresWhatTheLossIs() throws {
    let folder = try TemporaryFolder()
    let model = try LanguageModel(tinyConfiguration(), seed: 1)
    let rows = someRows(5)
    let validation = try Validation(
      [sequences(rows, in: folder)], contextLength: 16, batchSize: 2, vocabularySize: 40)
    let result = try #require(try validation.measure(model))
    let single = try rows.map { row -> (Double, Int) in
      let loss = try model.loss([Array(row.dropLast())], targets: [Array(row.dropFirst())])
      return (loss.rows.reduce(0) { $0 + Double($1) }, row.count - 1)
    }
    let (sum, count) = single.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    #expect(abs(result.nats - sum / Double(count)) < 1e-6 && result.tokenCount == count && result.bitsPerByte == nil)
    #expect(try validation.measure(model, isCancelled: { true }) == nil)
  }

  @Test func bitsPerByteDoNotDependOnTheTokenizer() throws {
    let folder = try TemporaryFolder(["a.txt": Array(someText(words: 400).utf8)])
    let tokenizer = try someTokenizer()
    let source = try TokenSource(TextInputs([folder.path + "/a.txt"]), tokenizer: tokenizer)
    let model = try LanguageModel(tinyConfiguration(vocabularySize: 290), seed: 1)
    let validation = try Validation([source], contextLength: 16, batchSize: 8, vocabularySize: 290)
    let result = try #require(try validation.measure(model))
    let perToken = Double(source.textByteCount) / Double(source.tokenCount)
    #expect(abs(result.bitsPerByte! - result.nats / 0.6931471805599453 / perToken) < 1e-9)
    // Evenly spaced samples, not the first ones.
    let few = try Validation([source], contextLength: 16, batchSize: 8, maximumTokens: 64, vocabularySize: 290)
    #expect(try few.measure(model)!.tokenCount == 64)
  }
}
