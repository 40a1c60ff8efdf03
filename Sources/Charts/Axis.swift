import Foundation

/// One direction of a plot: which numbers it shows, and where on the drawing each one is.
struct Axis {
  /// How numbers are spread along an axis.
  let scale: LineChart.Scale
  /// The numbers at both ends.
  let range: ClosedRange<Double>
  /// The pixels at both ends.
  let start, end: Double
  /// The numbers written along it, and the step that says how precisely.
  let ticks: [(value: Double, label: String)]

  init(
    _ scale: LineChart.Scale, _ range: ClosedRange<Double>, from start: Double, to end: Double, ticks count: Int,
    whole: Bool = false
  ) {
    self.scale = scale
    self.range = range
    self.start = start
    self.end = end
    switch scale {
    case .linear:
      let (values, step) = Ticks.linear(range, about: count, whole: whole)
      ticks = values.map { ($0, NumberText.tick($0, step: step)) }
    case .logarithmic:
      let found = Ticks.logarithmic(range, about: count)
      // Where one needs a power of ten, all are written as such: 5e−4 beside 0.001 would be hard to compare.
      let needsPowers = found.contains { $0.value < 0.000_999 }
      ticks = found.map { value, step in
        (value, needsPowers && value < 0.999 ? NumberText.power(value) : NumberText.tick(value, step: step))
      }
    }
  }

  /// The pixel of a number, which may lie outside the plot.
  func position(_ value: Double) -> Double {
    let (low, high) = (scale.spread(range.lowerBound), scale.spread(range.upperBound))
    return start + (end - start) * (scale.spread(value) - low) / (high - low)
  }
}

extension LineChart.Scale {
  /// Whether a number has a place on this scale.
  func isDrawable(_ value: Double) -> Bool {
    Series.isDrawable(value) && (self == .linear || value >= 1e-30)
  }

  /// The number as this scale spreads it: equal distances here are equal distances on the drawing.
  func spread(_ value: Double) -> Double { self == .linear ? value : log10(value) }

  /// The number that `spread` turned into this.
  func gathered(_ value: Double) -> Double { self == .linear ? value : pow(10, value) }
}
