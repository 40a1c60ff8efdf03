import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet bench`: how fast models read and write.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast models read prompts and generate.",
    discussion: """
      In the manner of llama-bench: random tokens, a run to warm up, nothing sampled. pp256 reads 256 tokens together, \
      tg32 reads 32 one after another, as generating does; tg32 ×16 does so in 16 texts side by side, as a server does; \
      @ d4096 is after 4096 others. Each repetition is as many runs as take a fifth of a second. The last column holds \
      the median against what this machine can do, measured in turn with the repetitions: its multiplications and \
      additions in float32 for prompts, which those of whole numbers, as quantised models have them, exceed, and the \
      bandwidth of its memory for generation, which a model that the caches hold exceeds; for texts side by side that \
      of the two that they come nearer to.

      A model is a folder, a .gguf, a llama2.c .bin, a built-in model, or a preset, of which random weights are made. \
      Flags with numbers take several, separated by commas or repeated; 0 leaves a kind of test out.

      Examples:
        swiftlet bench --model llama-3.2-1b.gguf --depth 0,4096 --cache-type q8_0
        swiftlet bench --model gpt2 --type q8_0 --threads 1,2 --json
        swiftlet bench --model llama-small --type f16 --prompt-tokens 0 --sequences 1,4,16
      """)

  @Option(
    name: [.long, .short],
    help: ArgumentHelp(
      "A model or a preset. Repeatable. (default: the built-in models)", valueName: "path-or-preset"))
  var model: [String] = []

  @Option(name: [.long, .customShort("p")], help: ArgumentHelp("Tokens of a prompt. (default: 256)", valueName: "n,…"))
  var promptTokens: [NumberList] = []

  @Option(name: [.long, .customShort("n")], help: ArgumentHelp("Tokens to generate. (default: 32)", valueName: "n,…"))
  var generateTokens: [NumberList] = []

  @Option(
    name: [.long, .customShort("d")],
    help: ArgumentHelp("Tokens that were read before. (default: 0)", valueName: "n,…"))
  var depth: [NumberList] = []

  @Option(help: ArgumentHelp("Texts that are generated side by side. (default: 1)", valueName: "n,…"))
  var sequences: [NumberList] = []

  @Option(
    name: [.long, .customShort("t")],
    help: ArgumentHelp("Threads to compute with. (default: the processor's cores)", valueName: "n,…"))
  var threads: [NumberList] = []

  @Option(name: [.long, .short], help: ArgumentHelp("How often each test is measured.", valueName: "n"))
  var repetitions: Int = 3

  @Option(
    help: ArgumentHelp(
      "What presets' random matrices are stored as: \(MatrixTypeArgument.allValueStrings.joined(separator: ", ")).",
      valueName: "type"))
  var type = MatrixTypeArgument(elementType: .f32)

  @OptionGroup(title: "Cache") var cache: CacheFlags

  @Flag(help: "Write one JSON array with all samples instead of a table.")
  var json = false

  private var tests: [SpeedTest] {
    depth.numbers(default: [0]).flatMap { depth in
      promptTokens.numbers(default: [256]).map { SpeedTest(.prompt, tokens: $0, depth: depth) }
        + sequences.numbers(default: [1]).flatMap { sequences in
          generateTokens.numbers(default: [32]).map {
            SpeedTest(.generation, tokens: $0, depth: depth, sequences: sequences)
          }
        }
    }.filter { $0.tokens > 0 }
  }

  func validate() throws {
    func check(_ name: String, _ numbers: [Int], _ range: ClosedRange<Int>) throws {
      if let number = numbers.first(where: { !range.contains($0) }) {
        throw ValidationError("--\(name) is \(number); give a number from \(range.lowerBound) to \(range.upperBound).")
      }
    }
    try check("prompt-tokens", promptTokens.numbers(default: []), 0...1_000_000)
    try check("generate-tokens", generateTokens.numbers(default: []), 0...1_000_000)
    try check("depth", depth.numbers(default: []), 0...10_000_000)
    try check("sequences", sequences.numbers(default: []), 1...SpeedTest.mostSequences)
    try check("threads", threads.numbers(default: []), 1...512)
    try check("repetitions", [repetitions], 1...1000)
    if tests.isEmpty {
      throw ValidationError("--prompt-tokens and --generate-tokens are both 0; give one of them a number.")
    }
  }

  func run() async throws {
    let names = model.isEmpty ? BuiltInModel.allCases.map(\.name) : model
    let interruption = Interruption()
    let progress = ProgressLine()
    progress.showNow("measuring the machine")
    let limits = threads.numbers(default: [ThreadPool.shared.threadCount]).map(MachineLimits.init)
    progress.end()
    var report = BenchReport()
    if !json { Terminal.write(report.heading(limits)) }
    var hasMeasured = false
    for name in names where !interruption.isRaised {
      progress.showNow("\(name): opening")
      let subject = try BenchSubject(name, presetType: type.elementType, cacheTypes: cache.types)
      progress.end()
      if !json { Terminal.write(report.heading(subject)) }
      let results = try measure(subject, limits, report, interruption, progress)
      progress.end()
      let memory = ResidentMemory.byteCount
      report.add(subject, results, memory: memory)
      if !json, !results.isEmpty { Terminal.write(report.footing(subject, memory: memory)) }
      hasMeasured = hasMeasured || !results.isEmpty
    }
    progress.end()
    if json { Terminal.write(report.json) }
    if interruption.isRaised { throw Interruption.exitCode }
    if !hasMeasured {
      throw CommandError("no test fits into a model's context; give a smaller --depth or fewer tokens.")
    }
  }

  /// Measures one model with every number of threads, writing each line of the table as it is known.
  private func measure(
    _ subject: BenchSubject, _ limits: [MachineLimits], _ report: BenchReport, _ interruption: Interruption,
    _ progress: ProgressLine
  ) throws -> [(SpeedResult, MachineLimits)] {
    var results: [(SpeedResult, MachineLimits)] = []
    for test in tests where !subject.meter.fits(test) {
      progress.end()
      let length = subject.model.configuration.contextLength
      Terminal.note("\(subject.name): the context holds \(length) tokens, so \(test.name) is left out.")
    }
    for limit in limits {
      ThreadPool.configure(threadCount: limit.threads)
      for test in tests where subject.meter.fits(test) && !interruption.isRaised {
        progress.showNow("\(subject.name): \(test.name), warming up")
        let turns = MachineLimits.Turns(test)
        let result = try subject.meter.measure(
          test, repetitions: repetitions, isCancelled: { interruption.isRaised },
          onRepetition: { done in
            turns.sample()
            progress.show("\(subject.name): \(test.name), \(done + 1) of \(repetitions), \(limit.threads) threads")
          })
        guard let result else { continue }
        let limitMeanwhile = turns.applied(to: limit)
        results.append((result, limitMeanwhile))
        progress.end()
        if !json { Terminal.write(report.row(subject, result, limitMeanwhile)) }
      }
    }
    return results
  }
}
