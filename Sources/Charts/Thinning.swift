/// Fewer points that draw the same picture.
///
/// A screen has about a thousand columns of pixels. Where thousands of points fall into one, only the lowest and the
/// highest can be seen: all others hide between them. Keeping these two, in the order they came, makes the picture's
/// size depend on its width and no longer on the length of the run, and loses no spike.
package enum Thinning {
  /// The points to draw, from left to right, in runs that a line connects. Between two runs is a gap.
  ///
  /// A point that is not drawable ends a run where each point is drawn by itself. Where points share columns, a gap
  /// opens only if a whole column has nothing to show; otherwise one lost step in a million would cut the line.
  /// - Parameter points: in order of x, each x drawable.
  /// - Parameter columns: how many columns `range` is divided into.
  /// - Parameter scale: how the columns are spread over `range`.
  package static func runs(
    _ points: [(x: Double, y: Double)], in range: ClosedRange<Double>, columns: Int,
    scale: LineChart.Scale = .linear, isDrawable: (Double) -> Bool
  ) -> [[(x: Double, y: Double)]] {
    let column = { (x: Double) in Self.column(of: x, range, columns, scale) }
    var runs: [[(x: Double, y: Double)]] = [[]]
    func endRun() {
      if runs[runs.count - 1].isEmpty == false { runs.append([]) }
    }
    if points.count <= 2 * columns {
      for point in points {
        if isDrawable(point.y) { runs[runs.count - 1].append(point) } else { endRun() }
      }
    } else {
      var start = 0
      while start < points.count {
        let first = column(points[start].x)
        var end = start
        var lowest: Int?
        var highest: Int?
        while end < points.count, column(points[end].x) == first {
          let y = points[end].y
          if isDrawable(y) {
            if lowest.map({ y < points[$0].y }) ?? true { lowest = end }
            if highest.map({ y > points[$0].y }) ?? true { highest = end }
          }
          end += 1
        }
        if let lowest, let highest {
          runs[runs.count - 1].append(points[min(lowest, highest)])
          if lowest != highest { runs[runs.count - 1].append(points[max(lowest, highest)]) }
        } else {
          endRun()
        }
        start = end
      }
    }
    return runs.filter { !$0.isEmpty }
  }

  /// The areas to draw between two bounds, in runs as those of a line. Where points share a column, the area reaches
  /// from the lowest bound to the highest.
  package static func runs(
    _ band: [(x: Double, low: Double, high: Double)], in range: ClosedRange<Double>, columns: Int,
    scale: LineChart.Scale = .linear, isDrawable: (Double) -> Bool
  ) -> [[(x: Double, low: Double, high: Double)]] {
    var runs: [[(x: Double, low: Double, high: Double)]] = [[]]
    var lastColumn: Int?
    for (x, one, other) in band {
      guard isDrawable(one), isDrawable(other) else {
        // As with lines: one bad point among many in its column cuts nothing.
        if band.count <= 2 * columns, runs[runs.count - 1].isEmpty == false { runs.append([]) }
        continue
      }
      let (low, high) = (min(one, other), max(one, other))
      let column = column(of: x, range, columns, scale)
      let end = runs[runs.count - 1].count - 1
      if band.count > 2 * columns, column == lastColumn, end >= 0 {
        let last = runs[runs.count - 1][end]
        runs[runs.count - 1][end] = (last.x, min(last.low, low), max(last.high, high))
      } else {
        runs[runs.count - 1].append((x, low, high))
      }
      lastColumn = column
    }
    return runs.filter { !$0.isEmpty }
  }

  /// At most `limit` of the points, evenly chosen: the ones a reader can point at. The last is always among them.
  package static func samples(_ points: [(x: Double, y: Double)], limit: Int) -> [(x: Double, y: Double)] {
    guard points.count > limit, limit > 1 else { return points }
    return (0..<limit).map { points[$0 * (points.count - 1) / (limit - 1)] }
  }

  private static func column(
    of x: Double, _ range: ClosedRange<Double>, _ columns: Int, _ scale: LineChart.Scale
  ) -> Int {
    let (low, high) = (scale.spread(range.lowerBound), scale.spread(range.upperBound))
    let fraction = (scale.spread(x) - low) / (high - low)
    return Int(max(0, min(1, fraction)) * Double(columns))
  }
}
