import Charts
import Training

/// The report's charts.
extension ComparisonReport {
  /// A ladder's steps, each with its interval.
  func waterfall(_ arms: [ArmOutcome]) -> WaterfallChart? {
    guard let first = arms.first, let start = first.bitsPerByte else { return nil }
    var chart = WaterfallChart(title: "What each part is worth", axisLabel: "bits per byte")
    chart.start = .init(first.arm.name, value: start.mean)
    for (before, after) in zip(arms, arms.dropFirst()) {
      let comparison = comparison(after.arm.name, with: before.arm.name)
      let difference = comparison?.difference
      let kind: WaterfallChart.Kind =
        switch comparison?.verdict {
        case .better: .better
        case .worse: .worse
        case .withinNoise, nil: .withinNoise
        }
      let hasInterval = difference?.margin.isFinite == true
      chart.steps.append(
        .init(
          after.arm.name, detail: after.arm.title, change: difference?.mean ?? .nan,
          low: hasInterval ? difference?.low : nil, high: hasInterval ? difference?.high : nil, kind: kind))
    }
    chart.endLabel = arms.last?.arm.name ?? ""
    if let floor { chart.references = [.init("the stories' entropy", value: floor.bitsPerByte)] }
    return chart
  }

  /// The loss while the arms learned: the mean over seeds, and from the lowest to the highest of them.
  func curves(of outcomes: [ArmOutcome]) -> LineChart {
    var chart = LineChart(title: "Loss on held-out text", xLabel: "step", yLabel: "nats per token")
    chart.series = outcomes.map { outcome in
      Self.series(outcome.arm.name, outcome.runs.map(\.curve))
    }
    chart.references = floor.map { [.init("lowest possible", y: $0.nats)] } ?? []
    // Equal distances are equal ratios, or the end, where arms differ by a few percent, would be one line.
    chart.yScale = .logarithmic
    return chart
  }

  /// The loss by position, beyond the training's context where an arm can go on.
  var positions: LineChart {
    let contextLength = experiment.plan.training.contextLength
    var chart = LineChart(
      title: "Loss by position; trained up to \(NumberText.groups(contextLength))", xLabel: "position in the text",
      yLabel: "nats per token")
    chart.series = outcomes.filter { $0.arm.hasWarmup }.map { outcome in
      Self.series(outcome.arm.name, outcome.runs.map(\.positions))
    }
    return chart
  }

  /// The loss by learning rate.
  var sweeps: LineChart? {
    guard outcomes.contains(where: { $0.sweep.count > 1 }) else { return nil }
    var chart = LineChart(title: "Loss by learning rate, seed 0", xLabel: "learning rate", yLabel: "nats per token")
    (chart.xScale, chart.yScale) = (.logarithmic, .logarithmic)
    chart.series = outcomes.map { outcome in
      Series(
        outcome.arm.name, outcome.sweep.compactMap { run in run.nats.map { (run.learningRate, $0) } }, style: .markers)
    }
    return chart
  }

  private static func series(_ name: String, _ runs: [[RunResult.Point]]) -> Series {
    var values: [Int: [Double]] = [:]
    for point in runs.joined() { values[point.place, default: []].append(point.nats) }
    let places = values.sorted { $0.key < $1.key }
    return Series(
      name, places.map { (Double($0.key), $0.value.reduce(0, +) / Double($0.value.count)) },
      band: runs.count > 1
        ? places.map { (Double($0.key), $0.value.min() ?? .nan, $0.value.max() ?? .nan) } : [])
  }
}
