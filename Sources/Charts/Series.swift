/// Numbers that belong together, drawn as one line.
///
///     let loss = Series("every step", rows.map { (x: Double($0.step), y: $0.loss) }, style: .faint, color: 0)
///     let trend = loss.smoothed(as: "smoothed")
///
/// Points may come in any order and may hold anything: one that is not finite is left out, and the line has a gap
/// there.
public struct Series: Sendable {
  /// What stands for a point.
  public enum Style: Sendable, Hashable {
    /// A line.
    case line
    /// A line with a dot at every point, for the few that were measured on purpose.
    case markers
    /// A thin, pale line behind the others, for points too noisy to read one by one.
    case faint
  }

  /// What the legend calls it.
  public var name: String
  /// The places, in any order.
  public var points: [(x: Double, y: Double)]
  /// How they are drawn.
  public var style: Style
  /// A place in the palette, for series that belong together; nil takes the series' own place in the chart.
  public var color: Int?
  /// How far the line might be off, drawn as a pale area under it: the spread between seeds, or an interval. In any
  /// order; where a bound is not finite the area has a gap.
  public var band: [(x: Double, low: Double, high: Double)]

  /// A series of these points.
  public init(
    _ name: String, _ points: [(x: Double, y: Double)], style: Style = .line, color: Int? = nil,
    band: [(x: Double, low: Double, high: Double)] = []
  ) {
    self.name = name
    self.points = points
    self.style = style
    self.color = color
    self.band = band
  }
}

extension Series {
  /// Whether a number can be given a place. What is beyond 10^30 is an accident of arithmetic as much as infinity is,
  /// and leaving it out keeps every sum below from overflowing.
  package static func isDrawable(_ value: Double) -> Bool { value.magnitude <= 1e30 }
}
