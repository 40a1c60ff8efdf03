import ArgumentParser
import Foundation
import Logging
import Swiftlet

/// The built-in models' names for help texts.
let builtInNames = BuiltInModel.allCases.map(\.name).joined(separator: ", ")

/// Which model to use and how it runs.
struct ModelOptions: ParsableArguments {
  @Option(
    name: [.long, .short],
    help: ArgumentHelp(
      "A Hugging Face folder, a .gguf, a llama2.c .bin, or a built-in model: \(builtInNames).", valueName: "path"))
  var model: String?

  @OptionGroup var tokenizerOptions: TokenizerOption

  @OptionGroup var threadOption: ThreadOption

  @OptionGroup var diagnostics: DiagnosticOptions

  /// Loads the model, and applies the number of threads.
  func loadModel(_ path: String) throws -> LanguageModel {
    threadOption.apply()
    let log = diagnostics.logger
    let path = try BuiltInModel.path(of: path)
    let clock = ContinuousClock()
    let start = clock.now
    let model = try LanguageModel.load(from: path)
    log.debug("loaded \(path): \(model.configuration.parameterCount) parameters in \(clock.now - start)")
    return model
  }

  /// Loads the tokenizer that was asked for, or the model's own.
  func loadTokenizer(forModel path: String) throws -> Tokenizer {
    let tokenizer = try tokenizerOptions.load(forModel: path)
    diagnostics.logger.debug("tokenizer: \(tokenizer.vocabularySize) tokens")
    return tokenizer
  }

  /// A generator of the model and its tokenizer, and the two.
  /// - Parameter cacheTypes: How it keeps keys and values.
  func loadGenerator(
    _ path: String, cacheTypes: KVCacheTypes
  ) throws -> (generator: Generator, model: LanguageModel, tokenizer: Tokenizer) {
    let tokenizer = try loadTokenizer(forModel: path)
    let model = try loadModel(path)
    if tokenizer.vocabularySize > model.configuration.vocabularySize {
      diagnostics.logger.warning(
        "the tokenizer has \(tokenizer.vocabularySize) tokens, the model \(model.configuration.vocabularySize)")
    }
    return (Generator(model: model, tokenizer: tokenizer, cacheTypes: cacheTypes), model, tokenizer)
  }
}

/// How many threads compute.
struct ThreadOption: ParsableArguments {
  @Option(help: ArgumentHelp("Threads to compute with. (default: the processor's cores)", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); give a number from 1 to 1024.")
    }
  }

  /// Makes operations use as many as were asked for.
  func apply() { if let threads { ThreadPool.configure(threadCount: threads) } }
}

/// Which tokenizer to use where not the model's own.
struct TokenizerOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another tokenizer than the model's own: a folder, tokenizer.json, tokenizer.model, llama2.c's tokenizer .bin or a built-in model.",
      valueName: "path"))
  var tokenizer: String?

  /// Loads it, or that of a model.
  func load(forModel model: String) throws -> Tokenizer {
    guard let tokenizer else { return try Tokenizer.load(forModel: BuiltInModel.path(of: model)) }
    // A folder of one's own may have a built-in model's name.
    if !FileManager.default.fileExists(atPath: tokenizer), let builtIn = BuiltInModel(named: tokenizer) {
      return try Tokenizer.load(forModel: builtIn.folder())
    }
    return try Tokenizer.load(from: tokenizer)
  }
}

extension TokenizerOption {
  /// What `body` makes of the tokenizer. A model without one is written too, with a note.
  func use<Result>(forModel source: String, _ body: (Tokenizer) throws -> Result) throws -> Result? {
    do {
      return try body(load(forModel: source))
    } catch  where tokenizer == nil {
      Terminal.note("written without a tokenizer: \(error)")
      return nil
    }
  }

  /// The tokenizer as GGUF metadata.
  func metadata(forModel source: String) throws -> GGUFMetadata {
    try use(forModel: source) { try $0.embeddedVocabulary.ggufMetadata } ?? GGUFMetadata()
  }
}

/// How much to tell about the work itself.
struct DiagnosticOptions: ParsableArguments {
  @Flag(name: [.long, .short], help: "Tell on standard error what is being done.")
  var verbose = false

  /// Where diagnostics go: standard error, warnings only unless more is wanted.
  var logger: Logger {
    var logger = Logger(label: "swiftlet", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = verbose ? .debug : .warning
    return logger
  }
}
