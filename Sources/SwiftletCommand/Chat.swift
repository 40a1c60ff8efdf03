public import ArgumentParser
public import Swiftlet

extension PromptFormat: ExpressibleByArgument {}

/// `swiftlet chat`: a conversation in the terminal.
struct Chat: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Talk with a model in the terminal.",
    discussion: """
      Each line is a message; Ctrl-C ends a reply, Ctrl-D or /exit the conversation, /clear forgets it. Messages become \
      a prompt by the template that comes with the model, else by the format that the control tokens of its vocabulary \
      tell. --format gives another: \(PromptFormat.allCases.map(\.rawValue).joined(separator: ", ")).

      Example:
        swiftlet chat --model Llama-3.2-1B-Instruct --system "Answer in one sentence."
      """)

  @OptionGroup(title: "Model") var modelOptions: ModelOptions
  @OptionGroup(title: "Cache") var cache: CacheFlags
  @OptionGroup(title: "Sampling") var sampling: SamplingFlags
  @OptionGroup(title: "Guesses") var speculation: SpeculationFlags

  @Option(help: ArgumentHelp("What the model is told before the first message.", valueName: "text"))
  var system: String?

  @Option(help: "How messages become a prompt. (default: the model's template, else recognised by the vocabulary)")
  var format: PromptFormat?

  func run() async throws {
    let name = modelOptions.model ?? BuiltInModel.llama.name
    let (plain, _, tokenizer) = try modelOptions.loadGenerator(name, cacheTypes: cache.types)
    let conversation = try conversation(with: speculation.applied(to: plain), name, tokenizer)
    if Terminal.readsKeyboard {
      let format = conversation.format.template == nil ? conversation.format.format.rawValue : "the model's own"
      Terminal.note(Terminal.dim("\(name), format: \(format). /clear forgets, /exit ends."))
    }
    while let line = ask() {
      switch line {
      case "": continue
      case "/exit", "/quit": return
      case "/clear": conversation.clear()
      default: try reply(to: line, in: conversation)
      }
    }
    if Terminal.readsKeyboard { Terminal.note("") }
  }

  private func conversation(
    with generator: Generator, _ name: String, _ tokenizer: Tokenizer
  ) throws -> Conversation {
    if let format { return Conversation(with: generator, format: format, system: system) }
    let own = try ChatFormat.load(forModel: BuiltInModel.path(of: name), tokenizer: tokenizer)
    // Harmony's template asks for a reply in several channels; the format leaves out all but the final one.
    return Conversation(with: generator, format: own.format == .harmony ? nil : own, system: system)
  }

  private func ask() -> String? {
    if Terminal.readsKeyboard, Terminal.showsOutput { Terminal.write("> ") }
    return readLine()
  }

  private func reply(to line: String, in conversation: Conversation) throws {
    let interruption = Interruption()
    var hasBegun = false
    var summary: GenerationSummary?
    do {
      summary = try conversation.reply(
        to: line, options: sampling.generationOptions,
        onEvent: { event in
          let text = hasBegun ? event.text : String(event.text.drop { $0.isWhitespace })
          hasBegun = hasBegun || !text.isEmpty
          if !text.isEmpty { Terminal.write(text) }
          return true
        },
        isCancelled: { interruption.isRaised })
    } catch let error as GenerationError where error.code == .promptTooLong && Terminal.readsKeyboard {
      Terminal.note("\(error.message) /clear begins anew.")
    }
    Terminal.write("\n")
    if modelOptions.diagnostics.verbose, let summary { Terminal.note(Terminal.dim(summary.statistics)) }
    // Where no person can go on, Ctrl-C ends the program.
    if interruption.isRaised, !Terminal.readsKeyboard { throw Interruption.exitCode }
  }
}
