extension Series {
  /// The trend of noisy points: each becomes the mean of its neighbours on both sides, twice over.
  ///
  /// The window reaches `share` of all points to either side; with `startsNarrow` never further than a fifth of the way
  /// back to the first one. So the fast fall at the start of a training run keeps its shape, and the long, noisy end becomes
  /// calm. A running mean of the past alone would lag behind the fall. The last points, which have few neighbours to
  /// their right, lean on those to their left.
  ///
  /// A point that is not finite stays a gap and weighs nothing in its neighbours' means.
  /// - Complexity: O(n) for n points in order, whatever the window.
  public func smoothed(as name: String, share: Double = 0.01, startsNarrow: Bool = true) -> Series {
    let points = inOrder()
    let reach = (Double(points.count) * share).rounded(.up)
    let window = reach >= 0 && reach <= Double(points.count) ? Int(reach) : points.count
    let once = Self.means(points.map(\.y), window, startsNarrow)
    let twice = Self.means(once, window, startsNarrow)
    return Series(name, zip(points, twice).map { (x: $0.x, y: $1) }, style: .line, color: color)
  }

  /// The points from left to right, without those that have no place on this axis.
  func inOrder(on scale: LineChart.Scale = .linear) -> [(x: Double, y: Double)] {
    Self.inOrder(points, on: scale) { $0.x }
  }

  /// The band from left to right.
  func bandInOrder(on scale: LineChart.Scale) -> [(x: Double, low: Double, high: Double)] {
    Self.inOrder(band, on: scale) { $0.x }
  }

  /// A training log is in order already; then nothing is sorted.
  private static func inOrder<Point>(
    _ points: [Point], on scale: LineChart.Scale, _ x: (Point) -> Double
  ) -> [Point] {
    let isDrawable = { (point: Point) in scale.isDrawable(x(point)) }
    let drawable = points.allSatisfy(isDrawable) ? points : points.filter(isDrawable)
    let isSorted = zip(drawable, drawable.dropFirst()).allSatisfy { x($0) <= x($1) }
    return isSorted ? drawable : drawable.sorted { x($0) < x($1) }
  }

  private static func means(_ values: [Double], _ window: Int, _ startsNarrow: Bool) -> [Double] {
    // sums[i] and counts[i] are over the first i values, so a window's mean takes two subtractions.
    var sums = [0.0]
    var counts = [0]
    sums.reserveCapacity(values.count + 1)
    counts.reserveCapacity(values.count + 1)
    for (i, value) in values.enumerated() {
      let isUsable = isDrawable(value)
      sums.append(sums[i] + (isUsable ? value : 0))
      counts.append(counts[i] + (isUsable ? 1 : 0))
    }
    return values.indices.map { i in
      guard isDrawable(values[i]) else { return .nan }
      let reach = startsNarrow ? min(window, i / 5) : window
      let (first, end) = (max(0, i - reach), min(values.count, i + reach + 1))
      return (sums[end] - sums[first]) / Double(counts[end] - counts[first])
    }
  }
}
