public import LanguageModels
import Tensors

/// Two or more decoders side by side: what they are made of, what that costs, and what was published about them.
/// Nothing is trained, and no weights are read.
///
///     let explanation = try Explanation(of: [("gpt-3-175b", .gpt3With175B), ("llama-2-70b", .llama2With70B)])
///     print(explanation.terminalText())
public struct Explanation: Sendable {
  /// One of the decoders.
  public struct Model: Sendable {
    /// What it is called.
    public let name: String
    /// What it is made of.
    public let configuration: Configuration
    /// What it costs.
    public let inspection: ModelInspection
    /// What was published about it, where it is a preset.
    public let published: PublishedFacts?

    /// The operations of training on as many tokens as were published; nil where the number was not.
    public var trainingOperations: Double? {
      published?.trainingTokens.map {
        inspection.trainingFloatingPointOperations(tokens: $0, contextLength: trainingContextLength)
      }
    }

    /// The length of texts that costs of training are computed with: that of the published training, or the model's
    /// context, but of contexts beyond the usual 8,192 only so much. Long ones come late in training, and briefly.
    public var trainingContextLength: Int {
      published?.trainingContextLength ?? min(configuration.contextLength, Self.usualContextLength)
    }

    static let usualContextLength = 8192
  }

  /// The decoders, as they were named.
  public let models: [Model]

  /// Computes what there is to tell.
  /// - Throws: `ComparisonError` for fewer than two, `ModelError` for sizes that no decoder can have.
  public init(of models: [(name: String, configuration: Configuration)]) throws {
    guard models.count > 1 else {
      throw ComparisonError(.invalidPlan, "one model is no comparison; name two or more, such as gpt2 llama-2-7b.")
    }
    for (name, configuration) in models {
      do { try configuration.validate() } catch {
        throw ModelError(error.code, file: error.file ?? name, field: error.field, error.message)
      }
    }
    self.models = models.map { name, configuration in
      Model(
        name: name, configuration: configuration, inspection: ModelInspection(configuration),
        published: PublishedFacts.of(preset: name))
    }
  }

  /// Why a name stands for no configuration, where that is known: its makers withheld it.
  public static func reasonWithoutConfiguration(_ name: String) -> String? {
    PublishedFacts.withheld.first { name.lowercased().hasPrefix($0.name) }.map {
      "\(name): not published; \($0.source). Presets and config.json files can be explained."
    }
  }

  /// The parts that are not the same in all models.
  public var differingParts: [String] {
    let parts = models.map(\.configuration.partDescriptions)
    return parts[0].indices.filter { index in parts.contains { $0[index] != parts[0][index] } }
      .map { parts[0][$0].name }
  }

  /// The element types in which weights are weighed.
  static let precisions: [ElementType] = [.f32, .f16, .q8_0, .q4_0]

  /// The text lengths at which caches are compared: doubling from 1,024, and every model's own context.
  var cacheLengths: [Int] {
    let contexts = Set(models.map(\.configuration.contextLength))
    let longest = contexts.max() ?? 0
    var lengths = contexts
    var length = 1024
    while length < longest {
      lengths.insert(length)
      length *= 2
    }
    return lengths.sorted()
  }
}
