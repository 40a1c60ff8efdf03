/// Which numbers a chart shows.
///
/// The loss of a new model is that of guessing, ln of the vocabulary's size, and falls to a third of it within the
/// first hundredth of the run. A chart of all of it is a cliff and then a flat line, and the question that a person
/// brings, whether it still falls, cannot be read off. So the top of the chart is the highest value but for the
/// highest fiftieth. What lies above is cut, and the chart says so. Nothing is cut where showing everything costs
/// little.
package struct ValueRange {
  /// The numbers at the bottom and the top.
  package let shown: ClosedRange<Double>
  /// The highest and the lowest value, where they were cut.
  package let cutAbove, cutBelow: Double?

  /// - Parameter lines: what is drawn.
  /// - Parameter references: values that must be visible.
  package init(
    _ lines: [PlottedLine], references: [Double], scale: LineChart.Scale, cutsOutliers: Bool, startsAtZero: Bool
  ) {
    let spreads = lines.filter { !$0.isEmpty }.map { Spread($0, scale) }
    let fixed = references.map(scale.spread)
    guard let lowest = (spreads.map(\.lowest) + fixed).min(), let highest = (spreads.map(\.highest) + fixed).max()
    else {
      shown = scale == .linear ? 0...1 : 1...10
      (cutAbove, cutBelow) = (nil, nil)
      return
    }
    var (bottom, top) = (lowest, highest)
    if cutsOutliers {
      let (low, high) = (spreads.map(\.low) + fixed, spreads.map(\.high) + fixed)
      bottom = low.min() ?? lowest
      top = min(high.max() ?? highest, highest)
      if highest - bottom <= 1.35 * (top - bottom) { top = highest }
      if top - lowest <= 1.1 * (top - bottom) { bottom = lowest }
      // Where all but a few are equal, the few are what there is to see.
      if top <= bottom { (bottom, top) = (lowest, highest) }
    }
    // Room at both ends, but none below zero for numbers that never are, and none above a cut, which is seen to be one
    // at the edge.
    let isNeverNegative = scale == .linear && lowest >= 0
    if isNeverNegative, startsAtZero { bottom = 0 }
    cutAbove = highest > top ? scale.gathered(highest) : nil
    cutBelow = lowest < bottom ? scale.gathered(lowest) : nil
    let isFlat = top - bottom <= 1e-9 * max(top.magnitude, bottom.magnitude)
    let margin = !isFlat ? 0.05 * (top - bottom) : scale == .linear && top != 0 ? 0.1 * top.magnitude : 0.5
    bottom = isNeverNegative ? max(0, bottom - margin) : bottom - margin
    if cutAbove == nil { top += margin }
    shown = scale.gathered(bottom)...scale.gathered(top)
  }

  /// How one line's values lie, as the scale spreads them.
  private struct Spread {
    /// The extremes.
    let lowest, highest: Double
    /// Where they would be without the rare ones.
    let low, high: Double

    init(_ line: PlottedLine, _ scale: LineChart.Scale) {
      let drawn = line.heights.map(scale.spread).sorted()
      lowest = drawn[0]
      highest = drawn[drawn.count - 1]
      guard line.series.style == .faint else {
        low = lowest
        high = Self.quantile(0.98, drawn)
        return
      }
      low = Self.quantile(0.005, drawn)
      // The high values of noise are counted by points and not as drawn: where each column of pixels shows its highest,
      // one step in a thousand would set the top.
      let samples = Thinning.samples(line.points, limit: 4000).map(\.y).filter(scale.isDrawable).map(scale.spread)
      guard samples.count > 1 else {
        high = highest
        return
      }
      // What changes from one to the next is noise rather than trend, and half of the changes are smaller than about
      // one standard deviation. Three of these above the rest, noise has room.
      let changes = zip(samples, samples.dropFirst()).map { ($0 - $1).magnitude }.sorted()
      high = Self.quantile(0.98, samples.sorted()) + 3 * Self.quantile(0.5, changes)
    }

    /// The value that this share of them does not exceed.
    private static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
      sorted[Int(Double(sorted.count - 1) * share)]
    }
  }
}
