import Foundation

/// Student's t distribution, by which a mean of few measurements is judged (Student 1908).
package enum StudentT {
  /// The number that |t| exceeds with the probability `1 - confidence`: 4.30 for 95% and two degrees of freedom.
  package static func quantile(confidence: Double, degreesOfFreedom: Int) -> Double {
    guard degreesOfFreedom > 0, confidence > 0, confidence < 1 else { return .infinity }
    let nu = Double(degreesOfFreedom)
    // P(|t| > x) = I_{ν/(ν+x²)}(ν/2, 1/2), which falls with x.
    func outside(_ x: Double) -> Double { regularizedBeta(nu / (nu + x * x), nu / 2, 0.5) }
    var (low, high) = (0.0, 1.0)
    while outside(high) > 1 - confidence, high < 1e12 { high *= 2 }
    for _ in 0..<200 where high - low > 1e-12 * high {
      let middle = (low + high) / 2
      if outside(middle) > 1 - confidence { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The regularised incomplete beta function by its continued fraction (Lentz's method).
  private static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on this side of the mean only; the other side is its mirror.
    if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log(1 - x)) / a
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (d.magnitude < tiny ? tiny : d)
    var result = d
    for m in 1...500 {
      let m = Double(m)
      for coefficient in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + coefficient * d
        d = 1 / (d.magnitude < tiny ? tiny : d)
        c = 1 + coefficient / c
        if c.magnitude < tiny { c = tiny }
        result *= d * c
      }
      if (d * c - 1).magnitude < 1e-15 { break }
    }
    return front * result
  }

  private static func logGamma(_ x: Double) -> Double {
    #if canImport(Darwin)
      return lgamma(x)
    #else
      var sign: Int32 = 0
      return unsafe lgamma_r(x, &sign)
    #endif
  }
}
