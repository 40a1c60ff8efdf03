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
  package static func runs(
    _ points: [(x: Double, y: Double)], in range: ClosedRange<Double>, columns: Int,
    isDrawable: (Double) -> Bool
  ) -> [[(x: Double, y: Double)]] {
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
        let column = column(of: points[start].x, range, columns)
        var end = start
        var lowest: Int?
        var highest: Int?
        while end < points.count, Self.column(of: points[end].x, range, columns) == column {
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

  /// At most `limit` of the points, evenly chosen: the ones a reader can point at. The last is always among them.
  package static func samples(_ points: [(x: Double, y: Double)], limit: Int) -> [(x: Double, y: Double)] {
    guard points.count > limit, limit > 1 else { return points }
    return (0..<limit).map { points[$0 * (points.count - 1) / (limit - 1)] }
  }

  private static func column(of x: Double, _ range: ClosedRange<Double>, _ columns: Int) -> Int {
    let fraction = (x - range.lowerBound) / (range.upperBound - range.lowerBound)
    return Int(max(0, min(1, fraction)) * Double(columns))
  }
}
