import Charts
import LanguageModels
import Tensors
import Training

/// The report's tables.
extension ComparisonReport {
  /// What each arm came to.
  var lossTable: PageTable {
    var table = PageTable([
      .init("arm"), .init("parameters", .trailing), .init("rate", .trailing), .init("nats per token", .trailing),
      .init("bits per byte", .trailing), .init("against"), .init("difference, 95% interval", .trailing),
      .init("verdict"),
    ])
    if floor != nil { table.columns.append(.init("above the floor", .trailing)) }
    table.rows = outcomes.map { outcome in
      let comparison = comparison(outcome)
      let verdict = comparison?.verdict
      let style: PageTable.Cell.Style =
        switch verdict {
        case .better: .better
        case .worse: .worse
        case .withinNoise: .noise
        case nil: .plain
        }
      var row: [PageTable.Cell] = [
        .init(outcome.arm.name, .strong),
        .init(ReportText.count(Double(outcome.arm.configuration.parameterCount))),
        .init(ReportText.rate(outcome.learningRate) + (outcome.isBracketed ? "" : " (edge)")),
        .init(
          outcome.divergedCount > 0
            ? "\(outcome.divergedCount) of \(outcome.runs.count) diverged" : ReportText.nats(outcome.nats?.mean)),
        .init(ReportText.estimate(outcome.bitsPerByte, decimals: 4)), .init(comparison?.against.arm.name ?? "–"),
        .init(comparison.map { ReportText.difference($0.difference) } ?? "–"), .init(verdict?.rawValue ?? "–", style),
      ]
      if let floor { row.append(.init(ReportText.bits(outcome.bitsPerByte.map { $0.mean - floor.bitsPerByte }))) }
      return row
    }
    return table
  }

  /// What each arm costs.
  var costTable: PageTable {
    let plan = experiment.plan.training
    var table = PageTable([
      .init("arm"), .init("training, tokens/s", .trailing), .init("writing, tokens/s", .trailing),
      .init("weights, f32", .trailing), .init("training state", .trailing), .init("kept per token", .trailing),
      .init("KV cache per token, f16", .trailing), .init("FLOPs per token", .trailing),
      .init("FLOPs per run", .trailing),
    ])
    table.rows = outcomes.map { outcome in
      let inspection = ModelInspection(outcome.arm.configuration)
      let speed = speeds[outcome.arm.name]
      let weights = Double(inspection.weightBytes(.f32))
      let operations = Double(inspection.floatingPointOperationsPerToken(depth: plan.contextLength / 2))
      return [
        .init(outcome.arm.name, .strong), .init(speed.map { ReportText.count($0.trainingTokensPerSecond) } ?? "–"),
        .init(speed.map { ReportText.count($0.generatedTokensPerSecond) } ?? "–"), .init(NumberText.bytes(weights)),
        // Weights, gradients and the two moments of AdamW.
        .init(NumberText.bytes(4 * weights)), .init(speed.map { NumberText.bytes($0.keptBytesPerToken) } ?? "–"),
        .init(NumberText.bytes(Double(inspection.kvCacheBytesPerToken()))), .init(NumberText.operations(operations)),
        // Going backward costs twice what going forward does.
        .init(NumberText.operations(3 * operations * Double(tokensPerRun))),
      ]
    }
    return table
  }

  /// Learning rates and what they came to with seed 0; nil where none were searched.
  var sweepTable: PageTable? {
    let rates = Set(outcomes.flatMap { $0.sweep.map(\.learningRate) }).sorted()
    guard !rates.isEmpty else { return nil }
    var table = PageTable([.init("arm")] + rates.map { .init(ReportText.rate($0), .trailing) })
    table.rows = outcomes.map { outcome in
      [.init(outcome.arm.name, .strong)]
        + rates.map { rate in
          guard let result = outcome.sweep.first(where: { $0.learningRate == rate }) else { return "" }
          let isChosen = rate == outcome.learningRate
          return .init(result.nats.map { ReportText.nats($0) } ?? "diverged", isChosen ? .strong : .plain)
        }
    }
    return table
  }

  /// Normalisation after and before the sums, each with warmup and without, as far as they are there.
  var warmupArms: [ArmOutcome] {
    Ladder.warmup.names.compactMap { name in outcomes.first { $0.arm.name == name } }
  }

  /// What warmup is worth to normalisation after and before the sums; nil where that was not asked.
  var warmupTable: PageTable? {
    let found = warmupArms
    guard found.count == 4 else { return nil }
    var table = PageTable([
      .init("normalisation"), .init("with warmup", .trailing), .init("without", .trailing),
      .init("difference, 95% interval", .trailing), .init("verdict"),
    ])
    func text(_ outcome: ArmOutcome) -> String {
      outcome.divergedCount > 0
        ? "\(outcome.divergedCount) of \(outcome.runs.count) diverged"
        : ReportText.estimate(outcome.bitsPerByte, decimals: 4)
    }
    table.rows = [
      ("after the sums (post-norm)", found[0], found[1]), ("before the sublayers (pre-norm)", found[2], found[3]),
    ]
    .map { title, warm, cold in
      let comparison = comparison(cold.arm.name, with: warm.arm.name)
      return [
        .init(title, .strong), .init(text(warm)), .init(text(cold)),
        .init(ReportText.difference(comparison?.difference)), .init(comparison?.verdict?.rawValue ?? "–"),
      ]
    }
    return table
  }

  /// What papers found, beside what was found here.
  var publishedTable: PageTable? {
    let rows = publishedRows
    guard !rows.isEmpty else { return nil }
    var table = PageTable([
      .init("here"), .init("bits per byte, 95% interval", .trailing), .init("agreement"), .init("published", .prose),
    ])
    table.rows = rows.map { row in
      [
        .init("\(row.finding.arm) against \(row.finding.against)"), .init(ReportText.difference(row.difference)),
        .init(row.agreement), .init(row.finding.text),
      ]
    }
    return table
  }
}
