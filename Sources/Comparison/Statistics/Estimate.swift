/// A mean of few measurements, and the interval in which the true one lies with 95% confidence.
public struct Estimate: Sendable, Hashable, Codable {
  /// The mean.
  public let mean: Double
  /// Half of the interval's width; infinite for one measurement, which tells nothing about chance.
  public let margin: Double
  /// How many measurements there were.
  public let count: Int

  /// The interval.
  public var low: Double { mean - margin }
  /// The interval.
  public var high: Double { mean + margin }

  /// The estimate that some measurements give, by Student's t; nil for none, or where one is not finite.
  public init?(_ values: [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(count)
    self.mean = mean
    guard count > 1 else {
      margin = .infinity
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(count - 1)).squareRoot()
    margin =
      StudentT.quantile(confidence: 0.95, degreesOfFreedom: count - 1) * deviation / Double(count).squareRoot()
  }

  /// What measurements in pairs say about their difference, `values` less `baseline`.
  ///
  /// Pairs share what chance gave both, here the order of the data, so the difference is told more sharply than by the
  /// two means.
  public static func difference(_ values: [Double], from baseline: [Double]) -> Estimate? {
    guard values.count == baseline.count else { return nil }
    return Estimate(zip(values, baseline).map { $0 - $1 })
  }
}

/// What a difference in loss says.
public enum Verdict: String, Sendable, Hashable, Codable {
  /// The loss is lower, and the interval excludes zero.
  case better
  /// The loss is higher, and the interval excludes zero.
  case worse
  /// The interval holds zero: nothing can be told.
  case withinNoise = "within noise"

  /// The verdict on a difference of losses.
  public init(_ difference: Estimate) {
    self = difference.high < 0 ? .better : difference.low > 0 ? .worse : .withinNoise
  }
}
