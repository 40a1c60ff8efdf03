import ArgumentParser
import Foundation
import Swiftlet

/// Which model is trained, and in which size.
struct TrainModelFlags: ParsableArguments {
  @Option(
    name: [.long, .short],
    help: ArgumentHelp(
      "A preset or config.json, to begin with fresh weights; a Hugging Face folder, a .gguf, a llama2.c .bin or a built-in model, to go on from its weights.",
      valueName: "path-or-preset"))
  var model: String?

  @OptionGroup var tokenizerOption: TokenizerOption

  @Option(help: ArgumentHelp("A fresh model's layers.", valueName: "n"))
  var layers: Int?

  @Option(help: ArgumentHelp("A fresh model's query heads.", valueName: "n"))
  var heads: Int?

  @Option(help: ArgumentHelp("A fresh model's key and value heads.", valueName: "n"))
  var kvHeads: Int?

  @Option(help: ArgumentHelp("A fresh model's width.", valueName: "n"))
  var hiddenSize: Int?

  @Option(help: ArgumentHelp("The width of a fresh model's feed-forward part.", valueName: "n"))
  var intermediateSize: Int?

  @Option(help: ArgumentHelp("A fresh model's tokens. (default: the tokenizer's)", valueName: "n"))
  var vocabularySize: Int?

  /// What training begins with.
  struct Start {
    let model: LanguageModel
    let tokenizer: Tokenizer?
    /// The tokenizer's files, which belong beside the weights.
    let tokenizerFiles: [String: [UInt8]]
    let isTrained: Bool
  }

  /// - Parameters:
  ///   - contextLength: A fresh model's.
  ///   - seed: Of fresh weights.
  func start(contextLength: Int?, seed: UInt64) throws -> Start {
    guard let model else {
      throw CommandError("give --model: a preset such as gpt2 or llama-small, a config.json, or a model.")
    }
    let isFresh = Preset.named(model) != nil || model.hasSuffix(".json")
    let path = try BuiltInModel.path(of: model)
    let tokenizer = try tokenizer(forModel: path)
    let files =
      try tokenizer.map { try ModelFiles.tokenizerFiles(of: $0, from: tokenizerOption.tokenizer ?? path) } ?? [:]
    guard isFresh else {
      guard [layers, heads, kvHeads, hiddenSize, intermediateSize, vocabularySize].allSatisfy({ $0 == nil }) else {
        throw CommandError("\(model): has its size already; sizes can be given for presets only.")
      }
      return Start(
        model: try LanguageModel.load(from: path), tokenizer: tokenizer, tokenizerFiles: files,
        isTrained: true)
    }
    var size = DecoderSize()
    (size.layerCount, size.headCount, size.kvHeadCount) = (layers, heads, kvHeads)
    (size.hiddenSize, size.intermediateSize, size.contextLength) = (hiddenSize, intermediateSize, contextLength)
    size.vocabularySize = vocabularySize ?? tokenizer?.vocabularySize
    var configuration = try ModelFiles.configuration(of: model).resized(to: size)
    if let tokenizer {
      guard tokenizer.vocabularySize <= configuration.vocabularySize else {
        throw CommandError(
          "the tokenizer has \(tokenizer.vocabularySize) tokens, the model \(configuration.vocabularySize); give it as many."
        )
      }
      (configuration.bosToken, configuration.eosTokens) = (tokenizer.bosID, tokenizer.eosIDs)
    } else {
      configuration.bosToken = configuration.bosToken.flatMap { $0 < configuration.vocabularySize ? $0 : nil }
      configuration.eosTokens.removeAll { $0 >= configuration.vocabularySize }
    }
    return Start(
      model: try LanguageModel(configuration, seed: seed), tokenizer: tokenizer, tokenizerFiles: files, isTrained: false
    )
  }

  /// A model may come without a tokenizer: ids need none.
  private func tokenizer(forModel path: String) throws -> Tokenizer? {
    if tokenizerOption.tokenizer != nil { return try tokenizerOption.load(forModel: path) }
    return try? tokenizerOption.load(forModel: path)
  }
}
