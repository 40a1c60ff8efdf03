import Charts

/// The picture of a training run: one page that the run rewrites as it goes.
///
///     var curve = LossCurve(title: "stories-15m", facts: [("Parameters", "15.2 M")])
///     curve.rows.append(.init(step: 0, loss: 10.4, learningRate: 6e-6, gradientNorm: 3.1, tokensPerSecond: 52_000))
///     let page = curve.html()
///
/// The loss is drawn step by step in a pale line, with its trend over it and the validation loss beside it. The rate,
/// the gradient's norm and the speed, which explain the loss when it goes wrong, are small and below.
public struct LossCurve: Sendable {
  /// The loss that no model can beat, where it is known, as it is for stories written by a grammar.
  public struct Floor: Sendable, Hashable {
    /// What sets it.
    public var label: String
    /// In nats per token.
    public var nats: Double

    /// A floor at this loss.
    public init(_ label: String, nats: Double) {
      self.label = label
      self.nats = nats
    }
  }

  /// What the run is called.
  public var title: String
  /// What else to know about it: names and values, in order.
  public var facts: [(String, String)]
  /// What was measured, in the order it was. A run that went back to a checkpoint repeats steps; the last word counts.
  public var rows: [MetricsRow]
  /// The loss that no model can beat, if known.
  public var floor: Floor?
  /// Whether more rows will come; then the page loads itself again every ten seconds.
  public var isRunning: Bool

  /// The picture of these rows.
  public init(
    title: String, facts: [(String, String)] = [], rows: [MetricsRow] = [], floor: Floor? = nil, isRunning: Bool = false
  ) {
    self.title = title
    self.facts = facts
    self.rows = rows
    self.floor = floor
    self.isRunning = isRunning
  }

  /// The page, complete in one file.
  public func html() -> String {
    let rows = lastWords()
    let loss = Series("each step", rows.map { (Double($0.step), $0.loss) }, style: .faint, color: 0)
    let trend = loss.smoothed(as: "training, smoothed")
    let validation = Series(
      "validation", rows.compactMap { row in row.validationLoss.map { (Double(row.step), $0) } }, style: .markers,
      color: 1)

    var chart = LineChart(title: "Loss", xLabel: "step", yLabel: "nats per token")
    chart.series = [loss, trend, validation]
    chart.references = floor.map { [.init($0.label, y: $0.nats)] } ?? []
    chart.cutsOutliers = true

    var page = ChartPage(title: title, subtitle: subtitle(rows), facts: results(trend, validation) + facts)
    let details = [
      detail("Learning rate", rows.map { (Double($0.step), $0.learningRate) }) { [$0] },
      detail("Gradient norm", rows.map { (Double($0.step), $0.gradientNorm) }) { [$0, $0.smoothed(as: "smoothed")] },
      // The first step is slow and says nothing about the others, so it may vanish in their mean.
      detail("Tokens per second", rows.map { (Double($0.step), $0.tokensPerSecond) }) {
        [$0, $0.smoothed(as: "smoothed", startsNarrow: false)]
      },
    ]
    page.sections = [PageSection(contents: [.chart(chart)]), PageSection(contents: [.smallCharts(details)])]
    page.refreshSeconds = isRunning ? 10 : nil
    return page.html()
  }

  /// The rows of the run as it counts: after a return to a checkpoint the steps that were lost are gone.
  private func lastWords() -> [MetricsRow] {
    guard zip(rows, rows.dropFirst()).contains(where: { $0.step >= $1.step }) else { return rows }
    var kept: [MetricsRow] = []
    for row in rows {
      while let last = kept.last, last.step >= row.step { kept.removeLast() }
      kept.append(row)
    }
    return kept
  }

  private func subtitle(_ rows: [MetricsRow]) -> String {
    guard let last = rows.last else { return isRunning ? "No step is done yet" : "No steps" }
    return (isRunning ? "Step " : "Finished at step ") + NumberText.value(Double(last.step))
  }

  /// The numbers one would otherwise read off the chart.
  private func results(_ trend: Series, _ validation: Series) -> [(String, String)] {
    var results: [(String, String)] = []
    if let loss = trend.points.last?.y { results.append(("Training loss", NumberText.value(loss))) }
    let best = validation.points.filter { $0.y.isFinite }.min { $0.y < $1.y }
    if let best {
      results.append(("Best validation loss", "\(NumberText.value(best.y)) at step \(NumberText.value(best.x))"))
    }
    if let floor, let loss = best?.y ?? trend.points.last?.y {
      results.append(("Above the floor", NumberText.value(loss - floor.nats)))
    }
    return results
  }

  /// A small chart of one number: its line, or its trend over its noise.
  private func detail(
    _ title: String, _ points: [(x: Double, y: Double)], _ lines: (Series) -> [Series]
  ) -> LineChart {
    var chart = LineChart(title: title, xLabel: "step")
    chart.series = lines(Series("each step", points, color: 0))
    if chart.series.count > 1 { chart.series[0].style = .faint }
    chart.startsAtZero = true
    chart.cutsOutliers = chart.series.count > 1
    return chart
  }
}
