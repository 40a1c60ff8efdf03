import Charts
import Comparison
import Foundation
import JSONParsing
import LanguageModels
import Testing
import TextGeneration
import Tensors
import Tokenization
import Training

@Suite struct ReportTests {
  /// A ladder of two steps in a small size, trained for a moment.
  private func report(_ small: SmallExperiment, seeds: Int = 2) throws -> ComparisonReport {
    small.plan.seeds = seeds
    small.plan.training.steps = 10
    var size = DecoderSize()
    (size.layerCount, size.headCount, size.hiddenSize) = (4, 2, 48)
    (size.contextLength, size.vocabularySize) = (168, small.tokenizer.vocabularySize)
    let arms = try Ladder.arms(of: [.gptToLLaMA, .gpt3], size: size)
    let experiment = try small.experiment(arms)
    let outcomes = try #require(try experiment.run(jobs: 2))
    let speeds = try #require(try experiment.speeds(of: outcomes, rounds: 1))
    return ComparisonReport(
      experiment, outcomes: outcomes, speeds: speeds, ladders: [.gptToLLaMA, .gpt3], command: "swiftlet compare")
  }

  @Test func reportsHoldEveryArmAndEveryRun() throws {
    let small = try SmallExperiment()
    let report = try report(small)
    try report.write(to: small.folder)
    func file(_ name: String) throws -> String {
      try String(contentsOfFile: small.folder + "/" + name, encoding: .utf8)
    }

    let html = try file("report.html")
    #expect(!html.contains("http://") || !html.contains("src="), "a page that loads nothing")
    let names = Ladder.gptToLLaMA.names + ["gpt-3"]
    for name in names {
      #expect(html.contains(name))
      #expect(try file("report.md").contains(name))
    }
    // A drawing and a text of each arm; one ladder; attention to explore.
    #expect(html.components(separatedBy: "figure class=\"text\"").count - 1 == names.count)
    #expect(html.contains("\"models\":["))
    #expect(html.contains("What each part is worth"))

    let arms = try file("report.csv").split(separator: "\n")
    #expect(arms.count == 1 + names.count)
    let runs = try file("runs.csv").split(separator: "\n")
    #expect(runs.count == 1 + 2 * names.count)
    // Every run's folder is a model that opens.
    for line in runs.dropFirst() {
      let folder = try #require(line.split(separator: ",").last.map(String.init))
      _ = try LanguageModel.load(from: small.folder + "/" + folder)
    }

    let json = try JSONValue(parsing: Array(report.json.utf8))
    #expect(json["arms"]?.array?.count == names.count)
    let llama = try #require(json["arms"]?.array?.first { $0["arm"]?.string == "llama" })
    #expect(llama["against"]?.string == "grouped-query")
    let (low, high) = (llama["difference"]?["low"]?.double, llama["difference"]?["high"]?.double)
    #expect(try #require(low) < #require(high))
    #expect(report.terminalTable.split(separator: "\n").count > names.count)
  }

  @Test func oneSeedMakesNoClaim() throws {
    let report = try report(SmallExperiment(), seeds: 1)
    let json = try JSONValue(parsing: Array(report.json.utf8))
    #expect(json["arms"]?.array?.allSatisfy { $0["verdict"]?.string == nil } == true)
    #expect(report.terminalTable.contains("too few for a claim"))
  }

  /// The difference in the report is that of the runs it names.
  @Test func differencesAreThoseOfTheRuns() throws {
    let report = try report(SmallExperiment())
    let (first, second) = (report.outcomes[0], report.outcomes[1])
    let pairs = zip(second.runs, first.runs).compactMap { pair in
      pair.0.bitsPerByte.flatMap { bits in pair.1.bitsPerByte.map { bits - $0 } }
    }
    let difference = try #require(second.difference(from: first))
    #expect(abs(difference.mean - pairs.reduce(0, +) / 2) < 1e-12)
    // Learned positions end with their table; rotary ones go on to four contexts.
    let places = report.outcomes.map { $0.runs[0].positions.last?.place ?? 0 }
    #expect(places[1] == 168)
    #expect(places[2] == 4 * 168)
  }

  // MARK: - Trained models

  @Test func trainedModelsAreMeasuredOnTheSameTexts() throws {
    let subjects = try BuiltInModel.allCases.map { model in
      ModelComparison.Subject(
        name: model.name, model: try LanguageModel.load(from: model.folder()),
        tokenizer: try Tokenizer.load(from: model.folder()))
    }
    let stories = try ModelComparison.stories(count: 20)
    let comparison = try ModelComparison(subjects, texts: stories.texts, floor: stories.floor)
    let outcomes = try #require(try comparison.measure())
    // Nobody can do better than the grammar itself, and these come near.
    for outcome in outcomes {
      #expect(outcome.bitsPerByte.mean > stories.floor - 0.01)
      #expect(outcome.bitsPerByte.mean < 1.3 * stories.floor)
    }
    let difference = try #require(comparison.difference(outcomes[1], from: outcomes[0]))
    #expect(abs(difference.mean - outcomes[1].bitsPerByte.mean + outcomes[0].bitsPerByte.mean) < 1e-12)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try ModelComparisonReport(comparison, outcomes: outcomes).write(to: folder)
    #expect(try String(contentsOfFile: folder + "/report.html", encoding: .utf8).contains("tiny-llama"))
  }

  /// A text of three contexts costs what its windows cost, and none of its tokens is lost.
  @Test func longTextsAreReadInWindows() throws {
    let folder = try BuiltInModel.gpt.folder()
    let subject = ModelComparison.Subject(
      name: "gpt", model: try LanguageModel.load(from: folder), tokenizer: try Tokenizer.load(from: folder))
    let text = try ModelComparison.stories(count: 12).texts.joined(separator: "\n")
    let measured = try subject.bits(of: text)
    #expect(measured.tokenCount > 3 * subject.model.configuration.contextLength)
    let ids = try #require(subject.tokenizer.eosIDs.first.map { [$0] + subject.tokenizer.encode(text) })
    var nats = 0.0
    for first in stride(from: 0, to: ids.count - 1, by: 256) {
      let end = min(ids.count - 1, first + 256)
      let rows = try subject.model.loss([Array(ids[first..<end])], targets: [Array(ids[first + 1...end])]).rows
      nats += rows.reduce(0) { $0 + Double($1) }
    }
    #expect(abs(measured.bits - nats / log(2)) < 1e-6 * measured.bits)
  }

  @Test func tooFewModelsOrTextsAreRefused() throws {
    let folder = try BuiltInModel.gpt.folder()
    let subject = ModelComparison.Subject(
      name: "gpt", model: try LanguageModel.load(from: folder), tokenizer: try Tokenizer.load(from: folder))
    #expect(throws: ComparisonError.self) { _ = try ModelComparison([subject], texts: ["a b", "c d"]) }
    #expect(throws: ComparisonError.self) { _ = try ModelComparison([subject, subject], texts: ["a b", "c d"]) }
    let other = ModelComparison.Subject(name: "other", model: subject.model, tokenizer: subject.tokenizer)
    #expect(throws: ComparisonError.self) { _ = try ModelComparison([subject, other], texts: ["", "x"]) }
  }
}
