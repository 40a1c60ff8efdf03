/// Exclude top choices (p-e-w 2024): now and then, all of the probable tokens but the least probable of them go, which
/// leaves less expected continuations that still make sense.
public struct XTC: Sendable, Hashable {
  /// How often tokens are excluded; 0 is off.
  public var probability: Float
  /// The probability from which a token counts as probable; above 0.5, where no two can, is off.
  public var threshold: Float

  /// These values; the threshold is llama.cpp's if none is given.
  public init(probability: Float, threshold: Float = 0.1) {
    self.probability = probability
    self.threshold = threshold
  }

  var isActive: Bool { probability > 0 && threshold <= 0.5 }
}
