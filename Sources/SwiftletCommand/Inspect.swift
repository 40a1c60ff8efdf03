import ArgumentParser
import JSONParsing
import Swiftlet

/// `swiftlet inspect`: what a model is made of and what it costs.
struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell what a model is made of and what it costs to run.",
    discussion: """
      Takes a model, a config.json or the name of a published model, and computes everything from the shape: no \
      weights are read.

      Example:
        swiftlet inspect llama-3.1-405b

      Presets: \(Preset.all.map(\.name).joined(separator: ", ")).
      """)

  @Flag(help: "Write one JSON object; `parameters` is the exact count.")
  var json = false

  @Argument(
    help: ArgumentHelp("A preset, a folder, a .gguf, a llama2.c .bin, a config.json.", valueName: "path-or-preset"))
  var model: String

  func run() async throws {
    let inspection = ModelInspection(try ModelFiles.configuration(of: model))
    Terminal.write(json ? report(inspection).serialized(pretty: true) + "\n" : table(inspection))
  }

  /// Precisions that models are commonly kept in.
  private static let precisions: [ElementType] = [.f32, .bf16, .q8_0, .q4_0]

  // MARK: - A table for people

  private func table(_ inspection: ModelInspection) -> String {
    let configuration = inspection.configuration
    var rows: [(String, String)] = [
      ("family", configuration.family.rawValue),
      ("parameters", Terminal.grouped(inspection.parameterCount)),
    ]
    if inspection.activeParameterCount != inspection.parameterCount {
      rows.append(("  used per token", Terminal.grouped(inspection.activeParameterCount)))
    }
    rows += inspection.parametersByPart.filter { $0.count > 0 }.map {
      ("  \($0.part.label)", Terminal.grouped($0.count))
    }
    rows += configuration.partDescriptions.map { ($0.name, $0.value) }
    rows += Self.precisions.map { ("weights in \($0.rawValue)", bytes(inspection.weightBytes($0))) }
    rows += [
      ("KV cache per token", "\(bytes(inspection.kvCacheBytesPerToken())) in f16"),
      ("  full context", bytes(inspection.kvCacheBytesPerToken() * configuration.contextLength)),
      ("FLOPs per token", operations(inspection.floatingPointOperationsPerToken())),
      (
        "  at full context",
        operations(inspection.floatingPointOperationsPerToken(depth: configuration.contextLength - 1))
      ),
    ]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 + "\n" }.joined()
  }

  private func bytes(_ count: Int) -> String { NumberText.bytes(Double(count)) }

  private func operations(_ count: Int) -> String { NumberText.operations(Double(count)) }

  // MARK: - JSON for programs

  private func report(_ inspection: ModelInspection) -> JSONValue {
    let configuration = inspection.configuration
    func object(_ pairs: [(String, Int)]) -> JSONValue { .object(JSONObject(pairs.map { ($0, .integer($1)) })) }
    return .object(
      JSONObject([
        ("model", .string(model)), ("family", .string(configuration.family.rawValue)),
        ("parameters", .integer(inspection.parameterCount)),
        ("active_parameters", .integer(inspection.activeParameterCount)),
        ("parameters_by_part", object(inspection.parametersByPart.map { ($0.part.rawValue, $0.count) })),
        ("vocabulary_size", .integer(configuration.vocabularySize)),
        ("context_length", .integer(configuration.contextLength)), ("hidden_size", .integer(configuration.hiddenSize)),
        ("layers", .integer(configuration.layerCount)), ("heads", .integer(configuration.headCount)),
        ("kv_heads", .integer(configuration.kvHeadCount)), ("head_size", .integer(configuration.headSize)),
        ("parts", .object(JSONObject(configuration.partDescriptions.map { ($0.name, .string($0.value)) }))),
        ("weight_bytes", object(Self.precisions.map { ($0.rawValue, inspection.weightBytes($0)) })),
        ("kv_cache_bytes_per_token", .integer(inspection.kvCacheBytesPerToken())),
        ("flops_per_token", .integer(inspection.floatingPointOperationsPerToken())),
      ]))
  }
}
