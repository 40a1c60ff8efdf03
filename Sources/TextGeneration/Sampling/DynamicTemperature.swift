/// A temperature that follows the distribution (kalomaze 2023): low where the model is certain, high where it is not.
///
/// It lies between `SamplingOptions.temperature` less and plus the range, as far as the entropy of the candidates is from
/// 0 to that of equally probable ones.
public struct DynamicTemperature: Sendable, Hashable {
  /// How far the temperature moves up and down, but not below 0; 0 is off.
  public var range: Float
  /// The power to which the entropy's share is raised: above 1, the temperature rises only for very even distributions.
  public var exponent: Float

  /// These values.
  public init(range: Float, exponent: Float = 1) {
    self.range = range
    self.exponent = exponent
  }
}
