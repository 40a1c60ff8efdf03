import ArgumentParser
import JSONParsing
import Swiftlet

/// `swiftlet generate`: continue a text.
struct Generate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continue a text.",
    discussion: """
      Writes the continuation to standard output as it is generated. Without --model, the built-in GPT and LLaMA \
      continue the same prompt one after the other.

      Examples:
        swiftlet generate "Once upon a time"
        swiftlet generate --model gpt2 --temperature 0 "The capital of France is"
        cat story.txt | swiftlet generate --model llama-3.2-1b.gguf --seed 1 -
        swiftlet generate --model llama-3.1-8b.gguf --draft-model llama-3.2-1b.gguf "The capital of France is"
      """)

  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup(title: "Cache") var cache: CacheFlags
  @OptionGroup(title: "Sampling") var sampling: SamplingFlags
  @OptionGroup(title: "Guesses") var speculation: SpeculationFlags

  @Flag(inversion: .prefixedNo, help: "Write the prompt before its continuation. (default: only without --model)")
  var echo: Bool?

  @Option(help: ArgumentHelp("Read the prompt from a file; - for standard input.", valueName: "path"))
  var promptFile: String?

  @Flag(help: "Write one JSON object per model instead of text.")
  var json = false

  @Argument(help: "The text to continue; - reads it from standard input.")
  var prompt: String?

  func validate() throws {
    if prompt != nil, promptFile != nil { throw ValidationError("give either a prompt or --prompt-file, not both.") }
  }

  func run() async throws {
    let prompt = try promptText()
    let models = modelOptions.model.map { [$0] } ?? BuiltInModel.allCases.map(\.name)
    let interruption = Interruption()
    for (index, model) in models.enumerated() {
      if index > 0, !json { Terminal.write("\n") }
      try generate(with: model, prompt, interruption)
      if interruption.isRaised { throw Interruption.exitCode }
    }
  }

  private func promptText() throws -> String {
    if let promptFile { return try TextInput.prompt(of: promptFile) }
    if prompt == "-" { return try TextInput.prompt(of: "-") }
    return prompt ?? (modelOptions.model == nil ? "Once upon a time" : "")
  }

  private func generate(with name: String, _ prompt: String, _ interruption: Interruption) throws {
    let (plain, model, _) = try modelOptions.loadGenerator(name, cacheTypes: cache.types)
    let generator = try speculation.applied(to: plain)
    let tellsStatistics = modelOptions.model == nil || modelOptions.diagnostics.verbose || Terminal.showsProgress
    if modelOptions.model == nil {
      let count = Terminal.grouped(model.configuration.parameterCount)
      Terminal.note("\(name) (\(model.configuration.family.rawValue), \(count) parameters)")
    }
    let echoes = echo ?? (modelOptions.model == nil)
    if echoes, !json { Terminal.write(prompt) }
    var (text, tokens) = ("", [JSONValue]())
    let summary: GenerationSummary
    do {
      summary = try generator.generate(
        .text(prompt), options: sampling.generationOptions,
        onEvent: { event in
          if json {
            text += event.text
            if let token = event.token { tokens.append(.integer(token)) }
          } else if !event.text.isEmpty {
            Terminal.write(event.text)
          }
          return true
        },
        isCancelled: { interruption.isRaised })
    } catch {
      // What was written stays a line of its own before the error.
      if echoes, !json, !prompt.isEmpty { Terminal.write("\n") }
      throw error
    }
    if json {
      Terminal.write(report(name, (echoes ? prompt : "") + text, tokens, summary).serialized(pretty: false) + "\n")
    } else {
      Terminal.write("\n")
    }
    if tellsStatistics { Terminal.note(Terminal.dim(summary.statistics)) }
  }

  private func report(
    _ name: String, _ text: String, _ tokens: [JSONValue], _ summary: GenerationSummary
  ) -> JSONValue {
    .object(
      JSONObject([
        ("model", .string(name)), ("text", .string(text)), ("tokens", .array(tokens)),
        ("reason", .string(summary.reason.name)), ("prompt_tokens", .integer(summary.promptTokens)),
        ("generated_tokens", .integer(summary.generatedTokens)), ("drafted_tokens", .integer(summary.draftedTokens)),
        ("accepted_tokens", .integer(summary.acceptedTokens)), ("prompt_seconds", .number(summary.promptSeconds)),
        ("generation_seconds", .number(summary.generationSeconds)),
        ("seed", Int(exactly: summary.seed).map(JSONValue.integer) ?? .string(String(summary.seed))),
      ]))
  }
}
