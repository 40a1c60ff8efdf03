import Foundation

/// A line chart on its way to the page: where everything goes, and then the marks.
///
/// From top to bottom: the title, the legend, the vertical axis's label, the plot, the horizontal axis, notes. The plot
/// gets the height that the others leave.
struct LineDrawing {
  let width, height: Int
  let chart: LineChart
  let lines: [PlottedLine]
  let legend: Legend
  let title: String
  let latest: String
  let notes, noteRows: [String]
  let xLabel: String
  let x, y: Axis
  let titleHeight: Double
  let yLabelHeight: Double

  /// How much wider bold letters are.
  private static let boldness = 1.1
  /// From one row of small text to the next.
  static let noteHeight = 15.0

  init(_ chart: LineChart, width: Int, height: Int) {
    self.chart = chart
    self.width = min(max(width, 160), 10_000)
    self.height = min(max(height, 120), 10_000)
    let (fullWidth, fullHeight) = (Double(self.width), Double(self.height))

    // What is drawn, and over which stretch.
    let ordered = chart.series.map { $0.inOrder(on: chart.xScale) }
    let bands = chart.series.map { $0.bandInOrder(on: chart.xScale) }
    let xRange = Self.horizontalRange(ordered.map { $0.map(\.x) } + bands.map { $0.map(\.x) }, chart.xScale)
    let columns = self.width
    let lines = chart.series.indices.map { i in
      let runs = Thinning.runs(
        ordered[i], in: xRange, columns: columns, scale: chart.xScale, isDrawable: chart.yScale.isDrawable)
      let band = Thinning.runs(
        bands[i], in: xRange, columns: columns, scale: chart.xScale, isDrawable: chart.yScale.isDrawable)
      return PlottedLine(
        series: chart.series[i], place: chart.series[i].color ?? i, points: ordered[i], runs: runs, band: band)
    }
    self.lines = lines
    let references = chart.references.filter { chart.yScale.isDrawable($0.y) }
    let range = ValueRange(
      lines, references: references.map(\.y), scale: chart.yScale, cutsOutliers: chart.cutsOutliers,
      startsAtZero: chart.startsAtZero)

    // Words above and below the plot.
    notes = Self.notes(range, lines, chart)
    xLabel = Markup.fitted(chart.xLabel, size: 11, into: fullWidth / 2)
    noteRows = Self.rows(of: notes, width: fullWidth - Markup.width(xLabel, size: 11) - 12)
    let named = lines.filter { !$0.isEmpty }
    // Lines of one hue are one thing, and the title has named it; its newest value stands beside that.
    let isSingle = Set(named.map { Palette.hueClass($0.place) }).count <= 1 && references.isEmpty
    latest = isSingle ? named.last?.newest.map(NumberText.value) ?? "" : ""
    title = Markup.fitted(
      chart.title, size: 15 * Self.boldness,
      into: fullWidth - (latest.isEmpty ? 0 : 16 + Markup.width(latest, size: 13 * Self.boldness)))
    titleHeight = title.isEmpty && latest.isEmpty ? 6 : 26
    legend = Legend(
      isSingle ? [] : named.map(Self.entry) + references.enumerated().map(Self.entry), left: 0, width: fullWidth)
    yLabelHeight = chart.yLabel.isEmpty ? 8 : 24

    // The plot, in between.
    let top = titleHeight + legend.height + yLabelHeight
    let rowsBelow = max(noteRows.count, xLabel.isEmpty ? 0 : 1)
    let bottom = max(top + 24, fullHeight - 24 - Self.noteHeight * Double(rowsBelow))
    y = Axis(chart.yScale, range.shown, from: bottom, to: top, ticks: max(3, Int((bottom - top) / 54)))
    let labelWidth = y.ticks.map { Markup.width($0.label, size: 12) }.max() ?? 0
    let left = (labelWidth + 10).rounded(.up)
    let isWhole = ordered.allSatisfy { $0.allSatisfy { $0.x == $0.x.rounded() } }
    x = Axis(
      chart.xScale, xRange, from: left, to: fullWidth - 5, ticks: max(2, Int((fullWidth - left) / 90)), whole: isWhole)
  }

  /// From the first point to the last. An axis that nearly starts at zero, or nearly ends at a round number, does; one
  /// of ratios has a little room at both ends.
  private static func horizontalRange(_ ordered: [[Double]], _ scale: LineChart.Scale) -> ClosedRange<Double> {
    guard let first = ordered.compactMap(\.first).min(), let last = ordered.compactMap(\.last).max()
    else { return scale == .linear ? 0...1 : 1...10 }
    if scale == .logarithmic {
      let margin = last > first * 1.000_001 ? pow(last / first, 0.04) : 2
      return (first / margin)...(last * margin)
    }
    let lower = first > 0 && first <= 0.05 * last ? 0 : first
    let span = last - lower
    guard span > 1e-9 * max(last.magnitude, lower.magnitude) else {
      let margin = max(1, last.magnitude * 1e-3)
      return (lower >= 0 ? max(0, lower - margin) : lower - margin)...(last + margin)
    }
    // The last of a thousand steps is number 999; the axis may as well end at the round number.
    let step = Ticks.niceStep(span / 10)
    let round = (last / step).rounded(.up) * step
    return lower...(round - last <= 0.01 * span ? round : last)
  }

  private static func entry(_ line: PlottedLine) -> Legend.Entry {
    let swatch: Legend.Swatch =
      switch line.series.style {
      case .line: .line(dash: Palette.dash(line.place))
      case .markers: .markers
      case .faint: .faint
      }
    return Legend.Entry(
      name: line.series.name, value: line.series.style == .faint ? "" : line.newest.map(NumberText.value) ?? "",
      hueClass: Palette.hueClass(line.place), swatch: swatch)
  }

  private static func entry(_ place: Int, _ reference: LineChart.Reference) -> Legend.Entry {
    Legend.Entry(
      name: reference.label, value: NumberText.value(reference.y), hueClass: Palette.referenceClass(place),
      swatch: .reference)
  }

  /// As few rows as the notes fit into.
  private static func rows(of notes: [String], width: Double) -> [String] {
    var rows: [String] = []
    for note in notes {
      if let last = rows.last, Markup.width(last + " " + note, size: 11) <= width {
        rows[rows.count - 1] = last + " " + note
      } else {
        rows.append(Markup.fitted(note, size: 11, into: width))
      }
    }
    return rows
  }

  /// What a reader must know in order not to be misled.
  private static func notes(_ range: ValueRange, _ lines: [PlottedLine], _ chart: LineChart) -> [String] {
    var notes: [String] = []
    if let highest = range.cutAbove { notes.append("Cut at the top: values go up to \(NumberText.value(highest)).") }
    if let lowest = range.cutBelow { notes.append("Cut at the bottom: values go down to \(NumberText.value(lowest)).") }
    let omitted =
      lines.map { line in
        line.points.reduce(0) { $0 + (chart.yScale.isDrawable($1.y) ? 0 : 1) }
      }.max() ?? 0
    if omitted > 0 {
      let reason = chart.yScale == .linear ? "not finite" : "not finite or not positive"
      notes.append("Left out: \(NumberText.value(Double(omitted))) \(omitted == 1 ? "value" : "values") \(reason).")
    }
    return notes
  }
}
