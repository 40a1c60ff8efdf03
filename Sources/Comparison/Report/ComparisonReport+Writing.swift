import LanguageModels

/// The report as files.
extension ComparisonReport {
  /// Writes `report.html`, `report.md`, `report.csv` (a line per arm) and `runs.csv` (a line per run).
  /// - Throws: `ComparisonError` where a file cannot be written.
  public func write(to folder: String) throws {
    try ReportFiles.write(page(), others: [("report.csv", armsCSV), ("runs.csv", runsCSV)], to: folder)
  }

  /// A line per arm.
  var armsCSV: String {
    let header = [
      "arm", "title", "parameters", "learning_rate", "seeds", "diverged", "nats_per_token", "nats_margin",
      "bits_per_byte", "bits_margin", "against", "difference_bits", "difference_low", "difference_high", "verdict",
      "training_tokens_per_second", "writing_tokens_per_second",
    ]
    let rows = outcomes.map { outcome -> [String] in
      let comparison = comparison(outcome)
      let speed = speeds[outcome.arm.name]
      return [
        outcome.arm.name, outcome.arm.title, "\(outcome.arm.configuration.parameterCount)", "\(outcome.learningRate)",
        "\(outcome.runs.count)", "\(outcome.divergedCount)", Self.number(outcome.nats?.mean),
        Self.number(outcome.nats?.margin), Self.number(outcome.bitsPerByte?.mean),
        Self.number(outcome.bitsPerByte?.margin), comparison?.against.arm.name ?? "",
        Self.number(comparison?.difference?.mean), Self.number(comparison?.difference?.low),
        Self.number(comparison?.difference?.high), comparison?.verdict?.rawValue ?? "",
        Self.number(speed?.trainingTokensPerSecond), Self.number(speed?.generatedTokensPerSecond),
      ]
    }
    return ReportFiles.csv([header] + rows)
  }

  /// A line per run, those that chose the learning rates included.
  var runsCSV: String {
    let header = ["arm", "learning_rate", "seed", "nats_per_token", "bits_per_byte", "divergence", "folder"]
    let rows = outcomes.flatMap { outcome in
      (outcome.sweep + outcome.runs).map { run in
        [
          run.arm, "\(run.learningRate)", "\(run.seed)", Self.number(run.nats), Self.number(run.bitsPerByte),
          run.divergence ?? "", "runs/" + run.key,
        ]
      }
    }
    return ReportFiles.csv([header] + rows)
  }

  private static func number(_ value: Double?) -> String { value.map { $0.isFinite ? "\($0)" : "" } ?? "" }
}
