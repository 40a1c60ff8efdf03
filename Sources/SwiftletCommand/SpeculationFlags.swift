import ArgumentParser
import Swiftlet

/// Whether next tokens are guessed for the model to check, and by what.
struct SpeculationFlags: ParsableArguments {
  /// Guesses that need no model.
  enum Source: String, CaseIterable, ExpressibleByArgument {
    case lookup
  }

  @Option(
    help: ArgumentHelp(
      "Guess next tokens: lookup, from what the text held before. The same text, sooner where it repeats itself.",
      valueName: "how"))
  var speculate: Source?

  @Option(
    help: ArgumentHelp(
      "A smaller model with the same vocabulary that guesses next tokens. The same text, sooner where it guesses well.",
      valueName: "path"))
  var draftModel: String?

  @Option(help: ArgumentHelp("The most tokens to guess at a time, up to \(Speculation.mostTokens).", valueName: "n"))
  var draftTokens: Int = Speculation.mostTokens

  func validate() throws {
    if speculate != nil, draftModel != nil {
      throw ValidationError("give either --speculate or --draft-model, not both.")
    }
    guard (1...Speculation.mostTokens).contains(draftTokens) else {
      throw ValidationError(
        "--draft-tokens is \(draftTokens); give a number from 1 to \(Speculation.mostTokens).")
    }
  }

  /// The generator with the guesses that were asked for.
  func applied(to generator: Generator) throws -> Generator {
    if speculate == .lookup { return try generator.speculating(.lookup(maxTokens: draftTokens)) }
    guard let draftModel else { return generator }
    let path = try BuiltInModel.path(of: draftModel)
    let draft = try LanguageModel.load(from: path)
    return try generator.speculating(
      .draft(draft, tokenizer: Tokenizer.load(forModel: path), maxTokens: draftTokens))
  }
}

extension GenerationSummary {
  /// What a generation came to, in one line for a person.
  var statistics: String {
    "prompt \(promptTokens) tokens, \(Terminal.rounded(promptSpeed)) tokens/s · "
      + "generated \(generatedTokens), \(Terminal.rounded(generationSpeed)) tokens/s · "
      + (acceptance.map { "guessed \(acceptedTokens) of \(draftedTokens) (\(Terminal.rounded(100 * $0, 0))%) · " } ?? "")
      + "seed \(seed)" + (reason == .contextFull ? " · the context is full" : "")
  }
}
