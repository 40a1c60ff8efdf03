/// Lines over a common axis, drawn as SVG.
///
///     var chart = LineChart(title: "Loss", xLabel: "step", yLabel: "nats per token")
///     chart.series = [Series("training", points)]
///     chart.references = [.init("entropy of the data", y: 1.41)]
///     let file = chart.svg(width: 960, height: 420)
///
/// The same chart always gives the same bytes. Anything may be in it: no points, one point, equal values, values that
/// are not finite, a million points; names with markup in them.
public struct LineChart: Sendable {
  /// How numbers are spread along an axis.
  public enum Scale: Sendable, Hashable {
    /// Equal distances are equal differences.
    case linear
    /// Equal distances are equal ratios. Numbers that are not positive have no place here and are left out.
    case logarithmic
  }

  /// A value across the whole chart, to compare with.
  public struct Reference: Sendable, Hashable {
    /// What the legend calls it.
    public var label: String
    /// Where it is. It is always in view.
    public var y: Double

    /// A line at this value.
    public init(_ label: String, y: Double) {
      self.label = label
      self.y = y
    }
  }

  /// What the chart is about.
  public var title: String
  /// What the axes count. The vertical one's label stands above it, where it can be read without turning the head.
  public var xLabel, yLabel: String
  /// The lines; later ones are drawn over earlier ones.
  public var series: [Series] = []
  /// Dashed lines from side to side.
  public var references: [Reference] = []
  /// How the horizontal axis is spread: logarithmic for what one doubles from try to try, such as a learning rate.
  public var xScale = Scale.linear
  /// How the vertical axis is spread.
  public var yScale = Scale.linear
  /// Whether the vertical axis starts at zero, which lets heights be compared by eye.
  public var startsAtZero = false
  /// Whether a few extreme values may be cut so that the others can be read. The chart says what it cut.
  public var cutsOutliers = false

  /// A chart with nothing in it.
  public init(title: String, xLabel: String = "", yLabel: String = "") {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
  }

  /// A drawing that stands for itself: its own colours, for light and dark screens, and its own script, which shows
  /// the values under the pointer. Where scripts are not run the drawing is complete without.
  /// - Parameter width: in pixels; no less than 192 are drawn.
  /// - Parameter height: in pixels; no less than 152 are drawn.
  public func svg(width: Int, height: Int) -> String {
    let margin = 2 * Drawing.margin
    return LineDrawing(self, width: max(width, 160 + margin) - margin, height: max(height, 120 + margin) - margin)
      .drawing.file(script: HoverScript.text)
  }
}
