public import LanguageModels

extension Configuration {
  /// The same decoder with feed-forward parts as wide as give it about `target` parameters: what one part takes away,
  /// another gives back, so that arms differ in their parts and not in their size.
  /// - Parameter tolerance: By which share of the target the result may miss it.
  /// - Throws: `ComparisonError` when no width comes close enough, with the nearest there is.
  public func matched(toParameters target: Int, tolerance: Double, name: String) throws(ComparisonError)
    -> Configuration
  {
    func missed(_ configuration: Configuration) -> Double {
      abs(Double(configuration.parameterCount - target)) / Double(max(1, target))
    }
    func width(_ width: Int) -> Configuration {
      var size = DecoderSize()
      size.intermediateSize = width
      return (try? resized(to: size)) ?? self
    }
    // Linear in the width: two widths tell where the target is.
    let (one, two) = (width(1).parameterCount, width(2).parameterCount)
    let exact = two > one ? Double(target - one) / Double(two - one) + 1 : 0
    // Even widths compute faster; the first that comes within half of the tolerance is fine enough.
    var nearest = self
    if exact.isFinite, exact < 1e9 {
      for step in [64, 32, 16, 8, 4, 2, 1] {
        let candidate = width(max(step, Int((exact / Double(step)).rounded()) * step))
        if missed(candidate) < missed(nearest) { nearest = candidate }
        if missed(nearest) <= min(tolerance / 2, 0.005) { return nearest }
      }
    }
    guard missed(nearest) <= tolerance else {
      let percent = Int((100 * missed(nearest)).rounded(.up))
      throw ComparisonError(
        .unequalParameters,
        "\(name) cannot have \(target) parameters: with the narrowest feed-forward part that comes near, it has"
          + " \(nearest.parameterCount) (\(percent)% off). Give --any-size to compare it all the same, or other sizes.")
    }
    return nearest
  }
}
