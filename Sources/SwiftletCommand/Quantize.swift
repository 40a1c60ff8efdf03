import ArgumentParser
import Foundation
import JSONParsing
import Swiftlet

/// `swiftlet quantize`: a model in fewer bits.
struct Quantize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model in fewer bits, as a GGUF file.",
    discussion: """
      TYPE is a mix of element types, named and composed as in llama.cpp: \
      \(QuantizationMix.all.map(\.name).joined(separator: ", ")). Q4_K_M is a good start: about a third of f16, and \
      hardly worse. MXFP4 is for mixtures of experts. Matrices are read and written one by one, so a model may be larger \
      than memory.

      Examples:
        swiftlet quantize Llama-3.2-1B llama-q4.gguf Q4_K_M
        swiftlet importance --model Llama-3.2-1B --data text.txt --output imatrix.gguf
        swiftlet quantize Llama-3.2-1B llama-q3.gguf Q3_K_M --importance imatrix.gguf
      """)

  @OptionGroup var tokenizerOption: TokenizerOption

  @Option(
    help: ArgumentHelp(
      "Which inputs matter: a file of swiftlet importance, or llama.cpp's imatrix (.gguf or .dat).", valueName: "file"))
  var importance: String?

  @Option(help: ArgumentHelp("Another type for the output matrix.", valueName: "type"))
  var outputType: MatrixTypeArgument?

  @Option(help: ArgumentHelp("Another type for the token embeddings.", valueName: "type"))
  var embeddingType: MatrixTypeArgument?

  @Flag(help: "Give every matrix the one type, without the exceptions of a mix.")
  var pure = false

  @Flag(help: "Round matrices again that are quantised already.")
  var requantize = false

  @Flag(help: "Tell what would be written, and write nothing.")
  var dryRun = false

  @Flag(help: "Write one JSON object: sizes, time, and the type of every tensor.")
  var json = false

  @OptionGroup var threadOption: ThreadOption

  @Argument(help: ArgumentHelp("A folder, a .gguf, a llama2.c .bin, or a built-in model.", valueName: "in"))
  var input: String

  @Argument(help: ArgumentHelp("The GGUF file to write.", valueName: "out.gguf"))
  var output: String

  @Argument(help: ArgumentHelp("What to quantise to.", valueName: "type"))
  var type: MixArgument

  func validate() throws {
    guard output.hasSuffix(".gguf") else {
      throw ValidationError("\(output): only GGUF files hold quantised models; give a name that ends in .gguf.")
    }
  }

  func run() async throws {
    threadOption.apply()
    let source = try BuiltInModel.path(of: input)
    try ModelFiles.requireOther(output, than: source, work: "quantised")
    let model = try ModelCheckpoint.open(source)
    var quantization = Quantization(
      pure ? .pure(type.mix.baseType) : type.mix, outputType: outputType?.elementType,
      embeddingType: embeddingType?.elementType, requantizes: requantize)
    if let importance { quantization.importance = try ImportanceMatrix(path: importance) }
    let conversion = try CheckpointConversion(model, to: .gguf, quantization: quantization)
    let plan = try conversion.plan()
    let start = ContinuousClock.now
    if !dryRun { try write(conversion, plan, source) }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let summary = Summary(model, plan, seconds: dryRun ? nil : seconds)
    Terminal.write(json ? report(summary, plan).serialized(pretty: true) + "\n" : table(summary, plan))
    if let remark = conversion.remark { Terminal.note(remark) }
  }

  /// Writes the file, and shows how far that has come, by bytes: matrices differ.
  private func write(_ conversion: CheckpointConversion, _ plan: [TensorDescription], _ source: String) throws {
    let interruption = Interruption()
    let line = ProgressLine()
    let start = Date()
    let total = plan.reduce(0.0) { $0 + Double($1.shape.elementCount) }
    var done = 0.0
    defer { line.end() }
    try conversion.write(to: output, metadata: tokenizerOption.metadata(forModel: source)) { index, count in
      if interruption.isRaised { throw Interruption.exitCode }
      if index > 0 { done += Double(plan[index - 1].shape.elementCount) }
      guard index < count else { return }
      let elapsed = Date().timeIntervalSince(start)
      let left = done > 0 ? " · \(Int((elapsed * (total / done - 1)).rounded(.up))) s left" : ""
      line.show("\(Int(done / total * 100)) % · tensor \(index + 1) of \(count) · \(plan[index].name)\(left)")
    }
  }

  // MARK: - The summary

  private struct Summary {
    let sourceBytes, bytes, parameters: Int
    let seconds: Double?

    init(_ model: ModelCheckpoint, _ plan: [TensorDescription], seconds: Double?) {
      sourceBytes = model.checkpoint.tensorNames.reduce(0) {
        $0 + (model.checkpoint.description(of: $1)?.byteCount ?? 0)
      }
      bytes = plan.reduce(0) { $0 + ($1.byteCount ?? 0) }
      parameters = plan.reduce(0) { $0 + $1.shape.elementCount }
      self.seconds = seconds
    }

    var bitsPerWeight: Double { Double(bytes) * 8 / Double(max(1, parameters)) }
  }

  private func table(_ summary: Summary, _ plan: [TensorDescription]) -> String {
    var lines = [
      "\(output): \(NumberText.bytes(Double(summary.bytes))) of weights instead of "
        + "\(NumberText.bytes(Double(summary.sourceBytes))), \(Terminal.rounded(summary.bitsPerWeight, 2)) bits per weight"
        + (summary.seconds.map { ", in \(Terminal.rounded($0)) s" } ?? ", not written")
    ]
    for type in ElementType.allCases {
      let tensors = plan.filter { $0.elementType == type }
      guard !tensors.isEmpty else { continue }
      let bytes = tensors.reduce(0) { $0 + ($1.byteCount ?? 0) }
      let count = "\(tensors.count) tensor\(tensors.count == 1 ? "" : "s")"
      lines.append("  \(type.rawValue): \(count), \(NumberText.bytes(Double(bytes)))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func report(_ summary: Summary, _ plan: [TensorDescription]) -> JSONValue {
    .object(
      JSONObject([
        ("output", .string(output)), ("type", .string(type.mix.name)), ("file_type", .integer(type.mix.fileType)),
        ("source_bytes", .integer(summary.sourceBytes)), ("bytes", .integer(summary.bytes)),
        ("weights", .integer(summary.parameters)), ("bits_per_weight", .number(summary.bitsPerWeight)),
        ("seconds", summary.seconds.map { .number($0) } ?? .null),
        (
          "tensors",
          .object(JSONObject(plan.map { ($0.name, .string($0.elementType.rawValue)) }))
        ),
      ]))
  }
}
