import ArgumentParser
import Foundation
import Swiftlet

/// `swiftlet convert`: a model in another format.
struct Convert: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model in another format.",
    discussion: """
      OUT says which: a name that ends in .gguf is a GGUF file, in .bin llama2.c's format, anything else a Hugging Face \
      folder. The tokenizer goes along: beside a .bin as tokenizer.bin, where it is of a kind that llama2.c can use. \
      Tensors are converted one by one, so a model may be larger than memory. Vectors stay float32 in GGUF.

      Examples:
        swiftlet convert gpt2 gpt2.gguf --type f16
        swiftlet convert Llama-3.2-1B llama.gguf --type q8_0      (more: swiftlet quantize --help)
        swiftlet convert stories15M.bin stories15M --tokenizer tokenizer.bin
      """)

  @OptionGroup var tokenizerOption: TokenizerOption

  @Option(
    help: ArgumentHelp(
      "How matrices are stored: f32, f16, bf16, or in a .gguf any type of quantize. (default: as they are)",
      valueName: "type"))
  var type: MixArgument?

  @Option(
    help: ArgumentHelp(
      "Split the weights into files of at most this many gigabytes. (default: 5 in folders)", valueName: "gb"))
  var shardSize: Double?

  @Argument(help: ArgumentHelp("A folder, a .gguf, a llama2.c .bin, or a built-in model.", valueName: "in"))
  var input: String

  @Argument(help: ArgumentHelp("What to write.", valueName: "out"))
  var output: String

  func validate() throws {
    if let shardSize, !(0.000_001...1_000_000).contains(shardSize) {
      throw ValidationError("--shard-size is \(shardSize); give gigabytes above 0.")
    }
  }

  private var format: ModelCheckpoint.Format {
    output.hasSuffix(".gguf") ? .gguf : output.hasSuffix(".bin") ? .llama2c : .huggingFace
  }

  func run() async throws {
    let source = try BuiltInModel.path(of: input)
    guard format != .llama2c || URL(fileURLWithPath: output).lastPathComponent != "tokenizer.bin" else {
      throw CommandError("\(output): is what a llama2.c tokenizer is called; give the model another name.")
    }
    try ModelFiles.requireOther(output, than: source, work: "converted")
    let model = try ModelCheckpoint.open(source)
    let conversion =
      try type.map { type throws in
        try CheckpointConversion(model, to: format, quantization: Quantization(type.mix, requantizes: true))
      } ?? CheckpointConversion(model, to: format)
    let shardBytes = shardSize.map { Int($0 * 1e9) } ?? (format == .huggingFace ? 5_000_000_000 : nil)
    var metadata = GGUFMetadata()
    if format == .gguf { metadata = try tokenizerOption.metadata(forModel: source) }
    try conversion.write(
      to: output, metadata: metadata, maximumShardBytes: shardBytes,
      progress: { ModelFiles.showProgress($0, of: $1) })
    switch format {
    case .huggingFace: try writeTokenizer(of: source)
    case .llama2c: try writeLlama2CTokenizer(of: source, vocabularySize: conversion.configuration.vocabularySize)
    case .gguf: break
    }
    if let remark = conversion.remark { Terminal.note(remark) }
  }

  /// Copies the tokenizer's files where there are any, and writes a tokenizer.json where not.
  private func writeTokenizer(of source: String) throws {
    if tokenizerOption.tokenizer == nil, try ModelFiles.copyTokenizer(from: source, to: output) > 0 { return }
    guard let text = try tokenizerOption.use(forModel: source, { try $0.tokenizerJSON() }) else { return }
    try ModelFiles.write(Data(text.utf8), to: output + "/tokenizer.json")
  }

  /// Writes tokenizer.bin beside the model, unless another one is there.
  private func writeLlama2CTokenizer(of source: String, vocabularySize: Int) throws {
    let path = URL(fileURLWithPath: output).deletingLastPathComponent().appendingPathComponent("tokenizer.bin").path
    let bytes = try tokenizerOption.use(forModel: source) { tokenizer in
      // run.c reads as many tokens as the model has, and no fewer.
      guard tokenizer.vocabularySize == vocabularySize else {
        throw CommandError(
          "the tokenizer has \(tokenizer.vocabularySize) tokens, the model \(vocabularySize); llama2.c wants as many.")
      }
      return Data(try tokenizer.llama2CVocabulary())
    }
    guard let bytes else { return }
    if let there = FileManager.default.contents(atPath: path), there != bytes {
      return Terminal.note("\(path): another tokenizer is there and was kept; convert into a folder of its own.")
    }
    try ModelFiles.write(bytes, to: path)
  }
}
