public import LanguageModels

/// One side of a comparison: a decoder, and what is particular about how it is trained.
public struct Arm: Sendable, Hashable {
  /// What tables call it, such as `rotary`. The comparison's arms have different names.
  public var name: String
  /// What it is, such as "learned → rotary positions".
  public var title: String
  /// The decoder.
  public var configuration: Configuration
  /// Its learning rate where it is given; nil lets the experiment look for the best.
  public var learningRate: Double?
  /// Whether its learning rate rises from zero before it falls.
  public var hasWarmup: Bool
  /// The arm from which it differs by one part, if there is one.
  public var baseline: String?

  /// An arm of this decoder.
  public init(
    name: String, title: String, configuration: Configuration, learningRate: Double? = nil, hasWarmup: Bool = true,
    baseline: String? = nil
  ) {
    self.name = name
    self.title = title
    self.configuration = configuration
    self.learningRate = learningRate
    self.hasWarmup = hasWarmup
    self.baseline = baseline
  }
}
