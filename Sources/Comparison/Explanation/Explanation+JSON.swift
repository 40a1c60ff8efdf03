import JSONParsing
import LanguageModels
import Tensors

extension Explanation {
  /// The explanation for programs. Numbers are exact; what was published stands apart, under `published`.
  public var json: String {
    let object: JSONObject = [
      "models": .array(models.map(fields)), "differing_parts": .array(differingParts.map { .string($0) }),
    ]
    return JSONValue.object(object).serialized(pretty: true) + "\n"
  }

  private func fields(_ model: Model) -> JSONValue {
    let (configuration, inspection) = (model.configuration, model.inspection)
    func object(_ pairs: [(String, JSONValue)]) -> JSONValue { .object(JSONObject(pairs)) }
    let cache = cacheLengths.map { length -> JSONValue in
      ["length": .integer(length), "bytes": model.cacheBytes(at: length).map { .integer($0) } ?? .null]
    }
    return [
      "model": .string(model.name), "family": .string(configuration.family.rawValue),
      "parts": object(configuration.partDescriptions.map { ($0.name, .string($0.value)) }),
      "parameters": .integer(inspection.parameterCount), "active_parameters": .integer(inspection.activeParameterCount),
      "parameters_by_part": object(inspection.parametersByPart.map { ($0.part.rawValue, .integer($0.count)) }),
      "weight_bytes": object(Self.precisions.map { ($0.rawValue, .integer(inspection.weightBytes($0))) }),
      "context_length": .integer(configuration.contextLength),
      "kv_cache_bytes_per_token": .integer(inspection.kvCacheBytesPerToken()), "kv_cache": .array(cache),
      "flops_per_token": .integer(inspection.floatingPointOperationsPerToken()),
      "flops_per_token_at_full_context": .integer(
        inspection.floatingPointOperationsPerToken(depth: configuration.contextLength - 1)),
      "training_text_length": .integer(model.trainingContextLength),
      "training_text_length_is_assumed": .bool(model.assumesTrainingContext),
      "training_flops_per_token": .number(
        inspection.trainingFloatingPointOperations(tokens: 1, contextLength: model.trainingContextLength)),
      "training_flops": model.trainingOperations.map { .number($0) } ?? .null,
      "published": published(model),
    ]
  }

  private func published(_ model: Model) -> JSONValue {
    guard let published = model.published else { return .null }
    let facts = published.facts.map { fact -> JSONValue in
      [
        "fact": .string(fact.topic.rawValue), "value": fact.text.map { .string($0) } ?? .null,
        "source": .string(fact.source),
      ]
    }
    return ["training_tokens": published.trainingTokens.map { .number($0) } ?? .null, "facts": .array(facts)]
  }
}
