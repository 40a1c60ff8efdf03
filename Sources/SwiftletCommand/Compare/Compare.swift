import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet compare`: GPT and LLaMA, part by part.
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare GPT and LLaMA, part by part, by an experiment.",
    discussion: """
      Without arms: a ladder from GPT-1 through GPT-2 to LLaMA. Each rung exchanges one part, at equal parameters, and \
      is trained on the same text in the same order, with the learning rate that suits it best and with several seeds. \
      The report tells what each part is worth, and where chance explains the difference. Ctrl-C stops; the same \
      command goes on.

      With arms, those are compared, each with the first: presets in the experiment's size, config.json files, or \
      models that are trained already, which are only measured. A preset can have parts exchanged:

        NAME=BASE+part+part      slow=gpt2+learning-rate=0.001     gpt2+rotary+swiglu

      Parts: \(Part.allCases.map(\.rawValue).joined(separator: ", ")); no-warmup; learning-rate=X.

      Examples:
        swiftlet compare --quick
        swiftlet compare --full --dry-run
        swiftlet compare gpt2 gpt2+rotary gpt2+swiglu --data corpus.txt --output rotary-or-swiglu
        swiftlet compare tiny-gpt tiny-llama
        swiftlet compare --explain gpt-3-175b llama-2-70b
      """)

  @Argument(help: ArgumentHelp("What to compare instead of the ladder.", valueName: "arm"))
  var arms: [String] = []

  @Option(name: [.long, .short], help: ArgumentHelp("The folder of runs and reports.", valueName: "folder"))
  var output = "compare"

  @Flag(help: "Tell what two or more models are made of and what they cost, side by side, without training.")
  var explain = false

  @Flag(help: "Tell what is to be trained and how long that takes, and do nothing.")
  var dryRun = false

  @Flag(help: "Print the results as JSON.")
  var json = false

  @OptionGroup(title: "Experiment") var plan: ComparePlanFlags
  @OptionGroup(title: "Data") var data: CompareDataFlags

  func validate() throws {
    if explain, arms.count < 2 { throw ValidationError("--explain needs two or more models, such as gpt2 llama-2-7b.") }
    if arms.count == 1 { throw ValidationError("one arm is no comparison; give two or more, or none for the ladder.") }
  }

  func run() async throws {
    let interruption = Interruption(signals: [SIGINT, SIGTERM])
    if explain { return Terminal.write(try ExplainReport(names: arms, json: json).text()) }
    if let models = try trainedModels() { return try compare(models, interruption) }
    let (experiment, ladders) = try experiment()
    let jobs = plan.jobs ?? ProcessInfo.processInfo.activeProcessorCount
    // Runs share the processors, each on a thread of its own; one alone may have them all.
    if jobs > 1 { ThreadPool.configure(threadCount: 1) }
    let cost = try experiment.cost(jobs: jobs)
    CompareProgress.introduce(experiment, cost, jobs: jobs, folder: output)
    if dryRun { return }
    let progress = CompareProgress(experiment, cost)
    let isCancelled = interruption.isRaisedCheck
    let outcomes = try experiment.run(jobs: jobs, isCancelled: isCancelled) { progress.show($0) }
    var speeds: [String: ArmSpeed]?
    if let outcomes {
      progress.show("measuring speeds")
      speeds = try experiment.speeds(of: outcomes, isCancelled: isCancelled)
    }
    progress.end()
    guard let outcomes, let speeds else {
      Terminal.note("stopped; the same command goes on where it was")
      throw Interruption.exitCode
    }
    let report = ComparisonReport(
      experiment, outcomes: outcomes, speeds: speeds, ladders: ladders, command: commandLine)
    try report.write(to: output)
    show(report.terminalTable, report.json, files: "report.md, report.csv and runs.csv")
  }

  /// Writes what was found, and where the rest is.
  private func show(_ table: String, _ object: String, files: String) {
    Terminal.write(json ? object : table + "\n\(output)/report.html shows all of it; \(files) hold the numbers.\n")
  }

  // MARK: - Trained models

  /// The models that were named, if they are trained already.
  private func trainedModels() throws -> [ModelComparison.Subject]? {
    let notations = try arms.map { try ArmNotation($0) }
    let trained = notations.filter { notation in
      BuiltInModel(named: notation.base) != nil
        || Preset.named(notation.base) == nil && !notation.base.hasSuffix(".json")
          && FileManager.default.fileExists(atPath: notation.base)
    }
    guard let first = trained.first else { return nil }
    guard trained.count == notations.count else {
      let other = notations.first { !trained.contains($0) }?.name ?? ""
      throw CommandError(
        "\(first.base) is trained and \(other) is not; compare trained models with each other, or train the other first."
      )
    }
    return try notations.map { notation in
      guard notation.parts.isEmpty, notation.learningRate == nil, notation.hasWarmup else {
        throw CommandError(
          "\(notation.base) is trained already: its parts and its training cannot be changed any more.")
      }
      let path = try BuiltInModel.path(of: notation.base)
      return ModelComparison.Subject(
        name: notation.name, model: try LanguageModel.load(from: path), tokenizer: try Tokenizer.load(forModel: path))
    }
  }

  private func compare(_ models: [ModelComparison.Subject], _ interruption: Interruption) throws {
    let (texts, floor) = try data.texts()
    let comparison = try ModelComparison(models, texts: texts, floor: floor)
    let line = ProgressLine()
    let outcomes = try comparison.measure(isCancelled: { interruption.isRaised }) { done, total in
      line.show("\(done) of \(total) texts")
    }
    line.end()
    guard let outcomes else { throw Interruption.exitCode }
    let report = ModelComparisonReport(comparison, outcomes: outcomes, command: commandLine)
    try report.write(to: output)
    show(report.terminalTable, report.json, files: "report.md and report.csv")
  }

  // MARK: - An experiment

  /// The experiment that was asked for, and the ladders in it.
  private func experiment() throws -> (Experiment, [Ladder]) {
    let (tokenizer, files) = try data.loadTokenizer()
    let experimentPlan = plan.plan
    try experimentPlan.validate()
    let data = try data.load(tokenizer, files, tokensPerRun: Int(min(experimentPlan.training.tokenCount, 1e18)))
    let size = plan.size(vocabularySize: tokenizer.vocabularySize)
    let ladders = arms.isEmpty ? plan.ladders : []
    let arms = arms.isEmpty ? try Ladder.arms(of: ladders, size: size) : try namedArms(size)
    return (try Experiment(arms, plan: experimentPlan, data: data, in: output), ladders)
  }

  /// The arms that were named.
  private func namedArms(_ size: DecoderSize) throws -> [Arm] {
    let notations = try arms.map { try ArmNotation($0) }
    let decoders = try notations.map { notation in
      let isPreset = Preset.named(notation.base) != nil
      // A file's sizes are its own; only its tokens are those of the experiment.
      var own = DecoderSize()
      own.vocabularySize = size.vocabularySize
      let size = isPreset ? size : own
      return try ModelFiles.configuration(of: notation.base).resized(to: size)
    }
    return try Arm.arms(notations, decoders: decoders, matchesParameters: !plan.anySize)
  }

  /// What was typed, for the report.
  private var commandLine: String {
    (["swiftlet"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
  }
}
