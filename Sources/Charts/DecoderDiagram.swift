/// The parts of one decoder, drawn from the bottom, where tokens come in, to the top, where the next one comes out.
///
///     var diagram = DecoderDiagram(title: "GPT")
///     diagram.below = [.init("token embedding", details: ["1,024 × 128"]), .init("+ learned positions")]
///     diagram.layers = 4
///     diagram.sublayers = [
///       .init(branch: [.init("LayerNorm"), .init("attention", details: ["4 heads of 32", "full"])]),
///       .init(branch: [.init("RMSNorm", isChanged: true), .init("feed-forward", details: ["128 → 512, GELU"])]),
///     ]
///     diagram.above = [.init("LayerNorm"), .init("head, tied")]
///     let file = diagram.svg()
///
/// Several of them side by side show what changed from one to the next. It knows nothing of models: boxes are words.
public struct DecoderDiagram: Sendable {
  /// One part.
  public struct Box: Sendable, Hashable {
    /// What it is.
    public var label: String
    /// Its sizes and kinds, one per line, in smaller letters.
    public var details: [String]
    /// Whether it differs from the diagram before; then it is filled and has a folded corner.
    public var isChanged: Bool

    /// A part.
    public init(_ label: String, details: [String] = [], isChanged: Bool = false) {
      self.label = label
      self.details = details
      self.isChanged = isChanged
    }
  }

  /// A branch that is added to what goes past it.
  public struct Sublayer: Sendable, Hashable {
    /// What the branch does, in order. A norm that stands first makes it pre-norm.
    public var branch: [Box]
    /// What happens to the sum. A norm here makes it post-norm.
    public var after: [Box]

    /// A branch with what follows its sum.
    public init(branch: [Box], after: [Box] = []) {
      self.branch = branch
      self.after = after
    }
  }

  /// The decoder's name.
  public var title: String
  /// A line below it; may be empty.
  public var subtitle: String
  /// What comes before the layers, in order.
  public var below: [Box] = []
  /// How often the sublayers are repeated.
  public var layers = 1
  /// What one layer does, in order.
  public var sublayers: [Sublayer] = []
  /// What comes after the layers, in order.
  public var above: [Box] = []

  /// A diagram with nothing in it.
  public init(title: String, subtitle: String = "") {
    self.title = title
    self.subtitle = subtitle
  }

  /// A drawing that stands for itself, with its own colours, for light and dark screens.
  public func svg() -> String { DecoderDrawing(self).drawing.file() }
}
