import Foundation

/// A ladder on its way to the page: where every row goes.
///
/// From top to bottom: the title, the legend, the rows, the axis, notes. On a wide drawing the words stand left of the
/// bars and the numbers right of them; on a narrow one both stand above.
struct WaterfallDrawing {
  /// One row, from the level before it to the level after it.
  struct Row {
    let label, detail: String
    /// The number on the right, and the smaller one below it.
    let value, note: String
    /// Nil for the start, the end and what cannot be drawn.
    let kind: WaterfallChart.Kind?
    let before, after: Double
    /// The level's interval, given the level before it.
    let low, high: Double?
  }

  let chart: WaterfallChart
  let width: Int
  let title: String
  let rows: [Row]
  let legend: Legend
  let references: [WaterfallChart.Level]
  let notes: [String]
  let axis: Axis
  let isNarrow: Bool
  let hasSecondLine: Bool
  let labelWidth, valueWidth: Double
  let top: Double

  static let boldness = 1.1

  init(_ chart: WaterfallChart, width: Int) {
    self.chart = chart
    self.width = min(max(width, 240), 10_000)
    let fullWidth = Double(self.width)
    isNarrow = fullWidth < 560
    title = Markup.fitted(chart.title, size: 15 * Self.boldness, into: fullWidth)

    let levels = Self.levels(chart)
    let drawable = chart.references.filter { Series.isDrawable($0.value) }
    let ends = zip(levels, chart.steps).flatMap { before, step in step.interval?.map { before + $0 } ?? [] }
    let (range, near) = Self.range(levels + ends, drawable.map(\.value))
    references = drawable.filter { near.contains($0.value) }
    notes = drawable.filter { !near.contains($0.value) }.map {
      "\($0.label) (\(NumberText.value($0.value))) lies outside this drawing."
    }
    // What is smaller than a pixel needs no digits.
    let step = (range.upperBound - range.lowerBound) / 500
    rows = Self.rows(chart, levels, step)

    hasSecondLine = rows.contains { !$0.detail.isEmpty || !$0.note.isEmpty }
    let words = rows.map { max(Markup.width($0.label, size: 13 * Self.boldness), Markup.width($0.detail, size: 11)) }
    let numbers = rows.map { max(Markup.width($0.value, size: 13 * Self.boldness), Markup.width($0.note, size: 11)) }
    valueWidth = min(numbers.max() ?? 0, 0.4 * fullWidth)
    labelWidth = isNarrow ? fullWidth - valueWidth - 16 : min(words.max() ?? 0, 0.36 * fullWidth)
    legend = Legend(Self.entries(rows, references), left: 0, width: fullWidth)
    top = (title.isEmpty ? 6 : 26) + legend.height + 8
    let (left, right) = isNarrow ? (6, fullWidth - 6) : (labelWidth + 20, fullWidth - valueWidth - 20)
    axis = Axis(.linear, range, from: left, to: right, ticks: max(2, Int((right - left) / 90)))
  }

  /// From the top of one row to the top of the next.
  var rowHeight: Double { isNarrow ? (hasSecondLine ? 56 : 42) : (hasSecondLine ? 40 : 30) }
  /// Where the axis is.
  var bottom: Double { top + rowHeight * Double(rows.count) + 6 }
  var height: Int { Int(bottom) + 46 + 15 * notes.count }

  /// The levels at the start and after each step.
  private static func levels(_ chart: WaterfallChart) -> [Double] {
    chart.steps.reduce(into: [Series.isDrawable(chart.start.value) ? chart.start.value : 0]) { levels, step in
      let before = levels[levels.count - 1]
      let after = before + step.change
      levels.append(Series.isDrawable(after) ? after : before)
    }
  }

  /// What the axis shows, and the references that have a place on it.
  ///
  /// The steps with their intervals take at least a third of the width: a bar is there to be compared with other bars.
  private static func range(_ places: [Double], _ references: [Double]) -> (ClosedRange<Double>, Set<Double>) {
    var (low, high) = (places.min() ?? 0, places.max() ?? 0)
    let room = 3 * (high - low)
    var near: Set<Double> = []
    let distance = { (value: Double) in max(low - value, value - high) }
    for value in references.sorted(by: { distance($0) < distance($1) })
    where max(high, value) - min(low, value) <= room || high == low {
      near.insert(value)
    }
    low = min(low, near.min() ?? low)
    high = max(high, near.max() ?? high)
    let span = high - low
    let margin = span > 1e-9 * max(low.magnitude, high.magnitude) ? 0.06 * span : max(0.1 * high.magnitude, 0.5)
    return ((low - margin)...(high + margin), near)
  }

  private static func rows(_ chart: WaterfallChart, _ levels: [Double], _ step: Double) -> [Row] {
    let (first, last) = (levels[0], levels[levels.count - 1])
    let isKnown = Series.isDrawable(chart.start.value)
    var rows = [
      Row(
        label: chart.start.label, detail: "", value: isKnown ? NumberText.fixed(first, step: step) : "–", note: "",
        kind: nil, before: first, after: first, low: nil, high: nil)
    ]
    for (i, one) in chart.steps.enumerated() {
      let (before, after) = (levels[i], levels[i + 1])
      let isDrawn = Series.isDrawable(one.change)
      let interval = one.interval
      rows.append(
        Row(
          label: one.label, detail: one.detail, value: isDrawn ? NumberText.signed(one.change, step: step) : "–",
          note: interval.map { $0.map { NumberText.signed($0, step: step) }.joined(separator: " … ") } ?? "",
          kind: isDrawn ? one.kind : nil, before: before, after: after,
          low: interval.map { before + $0[0] }, high: interval.map { before + $0[1] }))
    }
    rows.append(
      Row(
        label: chart.endLabel, detail: "", value: isKnown ? NumberText.fixed(last, step: step) : "–",
        note: chart.steps.isEmpty ? "" : NumberText.signed(last - first, step: step) + " in all", kind: nil,
        before: last, after: last, low: nil, high: nil))
    return rows
  }

  /// What the bars mean, for the kinds that occur.
  private static func entries(_ rows: [Row], _ references: [WaterfallChart.Level]) -> [Legend.Entry] {
    let kinds: [WaterfallChart.Kind] = [.better, .worse, .withinNoise]
    let bars = kinds.filter { kind in rows.contains { $0.kind == kind } }.map { kind in
      Legend.Entry(name: kind.words, value: "", hueClass: kind.hueClass, swatch: .bar)
    }
    let hasIntervals = rows.contains { $0.low != nil }
    return bars
      + (hasIntervals ? [Legend.Entry(name: "95% interval", value: "", hueClass: "", swatch: .whisker)] : [])
      + references.enumerated().map {
        Legend.Entry(
          name: $1.label, value: NumberText.value($1.value), hueClass: Palette.referenceClass($0), swatch: .reference)
      }
  }
}

extension WaterfallChart.Step {
  /// Both ends of the change's interval, the lower one first, where all of it can be drawn.
  fileprivate var interval: [Double]? {
    let ends = [low, high].compactMap { $0 }.filter(Series.isDrawable).sorted()
    return Series.isDrawable(change) && ends.count == 2 ? ends : nil
  }
}

extension WaterfallChart.Kind {
  /// The class that gives a bar its colour and filling.
  var hueClass: String {
    switch self {
    case .better: "better"
    case .worse: "worse"
    case .withinNoise: "noise"
    }
  }

  /// The kind as the legend names it.
  var words: String {
    switch self {
    case .better: "better"
    case .worse: "worse"
    case .withinNoise: "within noise"
    }
  }
}
