import Charts
import Foundation
import JSONParsing
import LanguageModels

/// The report for terminals and programs.
extension ComparisonReport {
  /// The arms and what they came to, in columns, and the conclusions.
  public var terminalTable: String {
    let header = ["arm", "bits per byte", "against", "difference", "95% interval", ""]
    let rows = outcomes.map { outcome -> [String] in
      let comparison = comparison(outcome)
      let difference = comparison?.difference
      let loss =
        outcome.divergedCount > 0
        ? "\(outcome.divergedCount) of \(outcome.runs.count) diverged"
        : ReportText.estimate(outcome.bitsPerByte, decimals: 4)
      return [
        outcome.arm.name, loss, comparison?.against.arm.name ?? "",
        difference.map { ReportText.signed($0.mean, 4) } ?? "",
        difference.map {
          $0.margin.isFinite ? "\(ReportText.signed($0.low, 4)) to \(ReportText.signed($0.high, 4))" : ""
        }
          ?? "", comparison?.verdict?.rawValue ?? "",
      ]
    }
    let table = ReportText.columns([header] + rows, leading: [0, 2, 5])
    return ([table, ""] + conclusions).joined(separator: "\n") + "\n"
  }

  /// Everything that was measured.
  public var json: String {
    func number(_ value: Double?) -> JSONValue { value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null }
    let arms = outcomes.map { outcome -> JSONValue in
      let comparison = comparison(outcome)
      let speed = speeds[outcome.arm.name]
      let inspection = ModelInspection(outcome.arm.configuration)
      return .object(
        JSONObject([
          ("arm", .string(outcome.arm.name)), ("title", .string(outcome.arm.title)),
          ("parameters", .integer(inspection.parameterCount)), ("learning_rate", number(outcome.learningRate)),
          ("is_bracketed", .bool(outcome.isBracketed)), ("diverged", .integer(outcome.divergedCount)),
          ("nats_per_token", outcome.nats?.json ?? .null), ("bits_per_byte", outcome.bitsPerByte?.json ?? .null),
          ("against", comparison.map { .string($0.against.arm.name) } ?? .null),
          ("difference", comparison?.difference?.json ?? .null),
          ("verdict", comparison?.verdict.map { .string($0.rawValue) } ?? .null),
          ("kv_cache_bytes_per_token", .integer(inspection.kvCacheBytesPerToken())),
          ("training_tokens_per_second", number(speed?.trainingTokensPerSecond)),
          ("writing_tokens_per_second", number(speed?.generatedTokensPerSecond)),
          ("runs", .array(outcome.runs.map { .string("runs/" + $0.key) })),
        ]))
    }
    let published = publishedRows.map { row -> JSONValue in
      .object(
        JSONObject([
          ("arm", .string(row.finding.arm)), ("against", .string(row.finding.against)),
          ("published", .string(row.finding.text)), ("agreement", .string(row.agreement)),
        ]))
    }
    let report = JSONObject([
      ("arms", .array(arms)), ("conclusions", .array(conclusions.map { .string($0) })),
      ("published", .array(published)),
      ("floor_bits_per_byte", number(floor?.bitsPerByte)), ("floor_nats_per_token", number(floor?.nats)),
      ("tokens_per_run", .integer(tokensPerRun)), ("seeds", .integer(seeds)),
    ])
    return JSONValue.object(report).serialized(pretty: true) + "\n"
  }
}
