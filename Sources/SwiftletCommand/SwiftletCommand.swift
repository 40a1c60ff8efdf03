import ArgumentParser

#if Server
  private let serving: [any ParsableCommand.Type] = [Serve.self]
#else
  private let serving: [any ParsableCommand.Type] = []
#endif

/// The command line: `swiftlet <command>`.
@main struct SwiftletCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet",
    abstract: "Train, run, inspect and convert GPT and LLaMA models.",
    discussion: """
      A model is a Hugging Face folder, a .gguf file, a llama2.c .bin file, or a built-in one: \(builtInNames).
      Results go to standard output, progress and errors to standard error.

      Example: watch a small GPT and a small LLaMA write, offline:
        swiftlet generate "Once upon a time"
      """,
    version: "0.1.0",
    subcommands: serving + [
      Generate.self, Chat.self, Bench.self, Train.self, Compare.self, Logits.self, Tokenize.self, Template.self,
      Inspect.self, Init.self, Convert.self, Quantize.self, Importance.self, Pull.self,
      DataCommand.self,
    ])
}
