/// Random numbers that a seed determines, the same on every platform.
///
/// xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 so that neighbouring seeds share nothing.
///
///     var source = RandomSource(seed: 42)
///     let u = source.nextUnit()   // 0 ≤ u < 1
public struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The sequence that belongs to a seed.
  public init(seed: UInt64) {
    var counter = seed
    func splitMix() -> UInt64 {
      counter &+= mixingStep
      return mixed(counter)
    }
    state = (splitMix(), splitMix(), splitMix(), splitMix())
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, by count: UInt64) -> UInt64 { (x << count) | (x >> (64 - count)) }
    let result = rotated(state.1 &* 5, by: 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, by: 45)
    return result
  }

  /// A number in 0..<1, one of 2⁵³ equally spaced ones.
  public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
