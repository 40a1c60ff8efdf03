/// A token that a sampler chose.
public struct Sample: Sendable, Hashable {
  /// Its id.
  public let token: Int
  /// The natural logarithm of the probability that the model itself gives the token, before any option changes it;
  /// nil where it was not asked for.
  public let logProbability: Float?
  /// The most probable tokens in the same terms, best first, as many as were asked for.
  public let alternatives: [TokenLogProbability]
}

/// A token and how probable a model holds it.
public struct TokenLogProbability: Sendable, Hashable {
  /// Its id.
  public let token: Int
  /// The natural logarithm of its probability.
  public let logProbability: Float

  /// These values.
  public init(token: Int, logProbability: Float) {
    self.token = token
    self.logProbability = logProbability
  }
}
