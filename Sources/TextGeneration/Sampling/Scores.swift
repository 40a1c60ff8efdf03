/// Passes over the scores of a whole vocabulary. They are the sampler's only work that grows with the vocabulary, so
/// they go sixteen scores at a time. A score that is NaN or minus infinity is no candidate and never comes up.
extension [Float] {
  /// Calls `body` with the scores above a threshold, in order; it returns the threshold for what follows.
  @inline(__always)
  func forEach(above threshold: Float, _ body: (_ index: Int, _ score: Float) -> Float) {
    let bytes = unsafe span.bytes
    var threshold = threshold
    var start = 0
    while start + 16 <= count {
      let block = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start * 4, as: SIMD16<Float>.self)
      if any(block .> threshold) {
        for lane in 0..<16 where block[lane] > threshold { threshold = body(start + lane, block[lane]) }
      }
      start += 16
    }
    for index in start..<count where self[index] > threshold { threshold = body(index, self[index]) }
  }

  /// The first index of the largest score; nil where there is none.
  var indexOfLargest: Int? {
    var best: Int?
    forEach(above: -.infinity) { index, score in
      best = index
      return score
    }
    return best
  }

  /// The sums of w and of w · x over some of the scores, with x = (score − largest) · scale and w = exp(x).
  @inline(__always)
  func exponentialSums(in range: Range<Int>, largest: Float, scale: Double) -> (weights: Double, products: Double) {
    let bytes = unsafe span.bytes
    let (origin, scale) = (SIMD8<Float>(repeating: largest), SIMD8<Float>(repeating: Float(Swift.min(scale, 1e38))))
    var (weights, products) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
    var start = range.lowerBound
    while start < range.upperBound {
      var block = SIMD8<Float>(repeating: -.infinity)
      if start + 8 <= range.upperBound {
        block = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start * 4, as: SIMD8<Float>.self)
      } else {
        for index in start..<range.upperBound { block[index - start] = self[index] }
      }
      start += 8
      guard any(block .> -.infinity) else { continue }
      // Plus infinity is a score as large as the largest.
      let distance = (block - origin).replacing(with: 0, where: block .== .infinity)
      let (x, w) = exponential(distance * scale)
      weights += SIMD8<Double>(w)
      products += SIMD8<Double>(w * x)
    }
    return (weights.sum(), products.sum())
  }
}

/// The exponentials of eight numbers, 0 or less, and the numbers. Below −87, and for NaN, they are 0. The same on every
/// platform, and as exact as single precision is.
@inline(__always)
private func exponential(_ numbers: SIMD8<Float>) -> (x: SIMD8<Float>, exponential: SIMD8<Float>) {
  let counts = numbers .> -87
  let x = SIMD8<Float>(repeating: -87).replacing(with: numbers, where: counts)
  // exp(x) = 2ᵏ · exp(r) with k = round(x / ln 2) and |r| ≤ ln 2 / 2. Adding 1.5 · 2²³ rounds, and leaves k in the low
  // bits.
  let rounder = SIMD8<Float>(repeating: 0x1.8p23)
  let shifted = x * 1.442695 + rounder
  let k = shifted - rounder
  let r = (x - k * 0x1.62e4p-1) - k * 0x1.7f7d1cp-20
  // The exponential series up to r⁷, whose rest is below 2⁻²⁶.
  var sum = SIMD8<Float>(repeating: 1 / 5_040)
  sum = sum * r + 1 / 720
  sum = sum * r + 1 / 120
  sum = sum * r + 1 / 24
  sum = sum * r + 1 / 6
  sum = sum * r + 1 / 2
  sum = sum * r + 1
  sum = sum * r + 1
  let exponents = unsafe unsafeBitCast(shifted, to: SIMD8<UInt32>.self) &<< 23
  let scaled = unsafe unsafeBitCast(unsafeBitCast(sum, to: SIMD8<UInt32>.self) &+ exponents, to: SIMD8<Float>.self)
  return (x, SIMD8<Float>.zero.replacing(with: scaled, where: counts))
}
