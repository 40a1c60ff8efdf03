import ArgumentParser
import Foundation
import JSONParsing
import Logging
import Swiftlet

/// What a person sees of a run.
struct TrainWatchFlags: ParsableArguments {
  @Option(help: ArgumentHelp("Steps between validations. (default: a twentieth of all)", valueName: "n"))
  var validateEvery: Int?

  @Option(help: ArgumentHelp("Steps between checkpoints. (default: one every five minutes)", valueName: "n"))
  var checkpointEvery: Int?

  @Option(help: ArgumentHelp("Steps between samples of what the model writes.", valueName: "n"))
  var sampleEvery: Int?

  @Option(help: ArgumentHelp("What samples begin with.", valueName: "text"))
  var samplePrompt: String?

  @Option(help: ArgumentHelp("The lowest loss that the data allow, in nats per token, for the curve.", valueName: "x"))
  var floor: Double?

  @OptionGroup var threadOption: ThreadOption

  @Flag(help: "Print the result as JSON.")
  var json = false

  @OptionGroup var diagnostics: DiagnosticOptions

  func validate() throws {
    for (name, value) in [
      ("--validate-every", validateEvery), ("--checkpoint-every", checkpointEvery), ("--sample-every", sampleEvery),
    ] {
      if let value, value < 1 { throw ValidationError("\(name) is \(value); give 1 or more.") }
    }
  }

  /// What was given, to be found again when the run goes on.
  struct Given: Codable {
    var validateEvery, checkpointEvery, sampleEvery: Int?
    var samplePrompt: String?
    var floor: Double?
  }

  /// What was given now, else what was given when the run began.
  func given(else old: Given?) -> Given {
    Given(
      validateEvery: validateEvery ?? old?.validateEvery, checkpointEvery: checkpointEvery ?? old?.checkpointEvery,
      sampleEvery: sampleEvery ?? old?.sampleEvery, samplePrompt: samplePrompt ?? old?.samplePrompt,
      floor: floor ?? old?.floor)
  }

  /// Trains, and shows how it goes.
  func follow(_ started: Train.Started, _ interruption: Interruption) throws {
    let (run, given) = (started.run, started.watch)
    let plan = run.trainer.plan
    let intervals = TrainingRun.Intervals(
      validation: given.validateEvery ?? max(1, plan.steps / 20), checkpoint: given.checkpointEvery,
      sample: given.sampleEvery)
    let floor = given.floor
    var progress = TrainProgress(run, floor: floor)
    progress.introduce()
    let log = diagnostics.logger
    let outcome = try run.run(
      validation: started.validation, intervals: intervals, isCancelled: { interruption.isRaised }
    ) { event in
      switch event {
      case .step(let step): progress.show(step)
      case .validating: progress.show("validating")
      case .validated(let result):
        progress.validated(result)
        log.debug("step \(run.trainer.completedSteps): validation loss \(result.nats)")
      case .saved: progress.draw(isRunning: run.trainer.completedSteps < plan.steps)
      case .sampleDue: progress.interject(try sample(run, started.tokenizer, given.samplePrompt ?? ""))
      }
    }
    progress.draw(isRunning: false)
    progress.end()
    try report(run, outcome, progress, floor)
    if interruption.isRaised, !outcome.isComplete {
      Terminal.note(
        "stopped after step \(Terminal.grouped(run.trainer.completedSteps)); go on with --resume --output \(run.path)")
      throw Interruption.exitCode
    }
  }

  /// A few words by the model as it is now.
  private func sample(_ run: TrainingRun, _ tokenizer: Tokenizer?, _ prompt: String) throws -> String {
    guard let tokenizer else { return "" }
    let generator = Generator(model: run.trainer.model, tokenizer: tokenizer)
    let options = GenerationOptions(sampling: SamplingOptions(temperature: 0.8, topP: 0.95, seed: 1), maxTokens: 60)
    let text = try generator.text(after: prompt, options: options)
    return "step \(run.trainer.completedSteps): \(text.split(whereSeparator: \.isNewline).joined(separator: " "))"
  }

  private func report(
    _ run: TrainingRun, _ outcome: TrainingRun.Outcome, _ progress: TrainProgress, _ floor: Double?
  ) throws {
    let speed = outcome.tokensPerSecond
    let utilisation = progress.utilisation(speed)
    if json {
      func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
      let result = JSONObject([
        ("output", .string(run.path)), ("steps", .integer(run.trainer.completedSteps)),
        ("complete", .bool(outcome.isComplete)), ("loss", number(outcome.lastStep?.loss)),
        ("validation_loss", number(outcome.validation?.nats)),
        ("validation_bits_per_byte", number(outcome.validation?.bitsPerByte)), ("seconds", .number(outcome.seconds)),
        ("tokens_per_second", .number(speed)), ("flop_utilisation", .number(utilisation)),
      ])
      return Terminal.write(JSONValue.object(result).serialized(pretty: true) + "\n")
    }
    var lines = [("steps", Terminal.grouped(run.trainer.completedSteps))]
    if let step = outcome.lastStep { lines.append(("loss", Terminal.rounded(step.loss, 4) + " nats per token")) }
    if let result = outcome.validation {
      lines.append(("validation loss", Terminal.rounded(result.nats, 4) + " nats per token"))
      if let bits = result.bitsPerByte { lines.append(("", Terminal.rounded(bits, 4) + " bits per byte")) }
      if let floor { lines.append(("", Terminal.rounded(result.nats - floor, 4) + " above the floor of \(floor)")) }
    }
    lines.append(
      (
        "speed",
        "\(Terminal.grouped(Int(speed))) tokens/s, \(Terminal.rounded(utilisation * 100, 0))% of the processor's peak"
      ))
    lines.append(("time", TrainProgress.duration(outcome.seconds)))
    lines.append(("written to", run.path))
    let width = lines.map(\.0.count).max() ?? 0
    for (name, value) in lines {
      Terminal.write(name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + value + "\n")
    }
  }
}
