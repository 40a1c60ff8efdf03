/// One series on its way to the page: in order, thinned, with its place in the palette.
package struct PlottedLine {
  let series: Series
  let place: Int
  /// Every point, from left to right, drawable or not.
  let points: [(x: Double, y: Double)]
  /// The points that are drawn; a line connects those of one run.
  let runs: [[(x: Double, y: Double)]]

  package init(
    series: Series, place: Int, points: [(x: Double, y: Double)], runs: [[(x: Double, y: Double)]]
  ) {
    self.series = series
    self.place = place
    self.points = points
    self.runs = runs
  }

  /// The heights that are drawn.
  var values: [Double] { runs.flatMap { $0.map(\.y) } }
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
