/// One series on its way to the page: in order, thinned, with its place in the palette.
package struct PlottedLine {
  let series: Series
  let place: Int
  /// Every point, from left to right, drawable or not.
  let points: [(x: Double, y: Double)]
  /// The points that are drawn; a line connects those of one run.
  let runs: [[(x: Double, y: Double)]]
  /// The pale areas under the line.
  let band: [[(x: Double, low: Double, high: Double)]]

  package init(
    series: Series, place: Int, points: [(x: Double, y: Double)], runs: [[(x: Double, y: Double)]],
    band: [[(x: Double, low: Double, high: Double)]] = []
  ) {
    self.series = series
    self.place = place
    self.points = points
    self.runs = runs
    self.band = band
  }

  /// The heights that are drawn.
  var values: [Double] { runs.flatMap { $0.map(\.y) } }
  /// The heights that must find room: those of the line and of its band.
  var heights: [Double] { values + band.flatMap { $0.flatMap { [$0.low, $0.high] } } }
  /// The last height that is drawn.
  var newest: Double? { runs.last?.last?.y }
  var isEmpty: Bool { runs.isEmpty }

  /// Whether the points get dots on a plot of this width. Dots that touch say no more than a line does, and a point
  /// that is all there is must be seen.
  func showsDots(on width: Double) -> Bool {
    let count = runs.reduce(0) { $0 + $1.count }
    return count == 1 && series.style != .faint || series.style == .markers && Double(count) * 9 <= width
  }
}
