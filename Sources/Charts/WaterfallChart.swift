/// A ladder from one number to another: what each step on the way changed.
///
///     var ladder = WaterfallChart(title: "From GPT to LLaMA", axisLabel: "bits per byte")
///     ladder.start = .init("GPT", value: 1.182)
///     ladder.steps = [
///       .init("RMSNorm", detail: "LayerNorm → RMSNorm", change: -0.002, low: -0.006, high: 0.001, kind: .withinNoise),
///       .init("SwiGLU", change: -0.031, low: -0.036, high: -0.027, kind: .better),
///     ]
///     ladder.endLabel = "LLaMA"
///     let file = ladder.svg(width: 960)
///
/// Every step is a row: words on the left, a bar from the level before to the level after, and the change as a number
/// on the right. The same chart always gives the same bytes. Anything may be in it: a change that is not finite is
/// named, drawn as nothing, and leaves the level where it was.
public struct WaterfallChart: Sendable {
  /// What a change amounts to. The drawing says it by colour, and for those who do not see colours by sign and by
  /// filling: what is within noise stays hollow.
  public enum Kind: Sendable, Hashable {
    /// The change is an improvement.
    case better
    /// The change is a loss.
    case worse
    /// The change could as well be none.
    case withinNoise
  }

  /// One change.
  public struct Step: Sendable, Hashable {
    /// What was changed, in a word or two.
    public var label: String
    /// More of it, in smaller letters; may be empty.
    public var detail: String
    /// The level after it minus the level before it.
    public var change: Double
    /// The ends of the change's 95 % interval, in either order; nil where it was not measured.
    public var low, high: Double?
    /// What it amounts to.
    public var kind: Kind

    /// A change, with its interval where there is one.
    public init(
      _ label: String, detail: String = "", change: Double, low: Double? = nil, high: Double? = nil, kind: Kind
    ) {
      self.label = label
      self.detail = detail
      self.change = change
      self.low = low
      self.high = high
      self.kind = kind
    }
  }

  /// A level with a name: where the ladder starts, or what to compare it with.
  public struct Level: Sendable, Hashable {
    /// What it is called.
    public var label: String
    /// Where it is.
    public var value: Double

    /// A level at this value.
    public init(_ label: String, value: Double) {
      self.label = label
      self.value = value
    }
  }

  /// What the chart is about.
  public var title: String
  /// What the axis counts, with its unit.
  public var axisLabel: String
  /// Where the ladder starts.
  public var start = Level("", value: 0)
  /// The changes, in order.
  public var steps: [Step] = []
  /// What stands at the end. Its level is that of the start and all changes.
  public var endLabel = ""
  /// Dashed lines from top to bottom. One so far away that the steps would shrink to slivers is named and not drawn.
  public var references: [Level] = []
  /// Which direction is an improvement. The axis says so.
  public var lowerIsBetter = true

  /// A ladder with nothing on it.
  public init(title: String, axisLabel: String = "") {
    self.title = title
    self.axisLabel = axisLabel
  }

  /// A drawing that stands for itself, with its own colours, for light and dark screens. Its height follows from the
  /// number of steps.
  /// - Parameter width: in pixels; no less than 272 are drawn.
  public func svg(width: Int) -> String {
    let margin = 2 * Drawing.margin
    return WaterfallDrawing(self, width: max(width, 240 + margin) - margin).drawing.file()
  }
}
