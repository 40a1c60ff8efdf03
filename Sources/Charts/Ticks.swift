import Foundation

/// The numbers written along an axis: those that people count in.
package enum Ticks {
  /// Multiples of 1, 2 or 5 times a power of ten, about `count` of them within a range, and the step between them.
  /// - Parameter whole: no steps below 1, for things that are counted.
  package static func linear(
    _ range: ClosedRange<Double>, about count: Int, whole: Bool = false
  ) -> (values: [Double], step: Double) {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    guard upper > lower, count > 0 else { return ([lower], 1) }
    var step = niceStep((upper - lower) / Double(count))
    if whole { step = max(1, step) }
    // A tick that rounding puts a hair outside the range still belongs to it.
    let first = (lower / step - 1e-9).rounded(.up)
    let last = (upper / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return ([], step) }
    return ((0...Int(last - first)).map { (first + Double($0)) * step }, step)
  }

  /// Powers of ten; where fewer than three fall into the range, also their doubles and fivefolds. Each comes with the
  /// step that its label must show.
  package static func logarithmic(_ range: ClosedRange<Double>, about count: Int) -> [(value: Double, step: Double)] {
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    guard low.isFinite, high.isFinite, count > 0, high > low else { return [] }
    // Less than a third of a decade looks like a straight ruler.
    if high - low < 0.35 {
      let (values, step) = linear(range, about: count)
      return values.map { ($0, step) }
    }
    let decades = Int(low.rounded(.down))...Int(high.rounded(.up))
    let isInside = { (value: Double) in value >= range.lowerBound * 0.999_999 && value <= range.upperBound * 1.000_001 }
    let powers = decades.map { pow(10, Double($0)) }
    let inside = powers.filter(isInside)
    if inside.count < 3 {
      return powers.flatMap { power in [1, 2, 5].map { ($0 * power, power) } }.filter { isInside($0.0) }
    }
    let stride = max(1, (inside.count + count) / (2 * count))
    return inside.enumerated().filter { $0.offset % stride == 0 }.map { ($0.element, $0.element) }
  }

  /// Of 1, 2, 5 times a power of ten, the one that is closest to this as a ratio.
  package static func niceStep(_ wanted: Double) -> Double {
    let power = pow(10, log10(wanted).rounded(.down))
    // Halfway between two multiples, for ratios, is the root of their product.
    let ratio = wanted / power
    let multiple = ratio < 2.0.squareRoot() ? 1.0 : ratio < 10.0.squareRoot() ? 2 : ratio < 50.0.squareRoot() ? 5 : 10
    return multiple * power
  }
}
