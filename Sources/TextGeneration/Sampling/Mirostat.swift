import Foundation

/// Sampling that holds the surprise of a text at a level (Basu et al. 2021): candidates are cut at a bound that falls
/// after surprising tokens and rises after dull ones.
///
/// It takes the place of the steps that remove candidates. Penalties and the temperature apply before it.
public struct Mirostat: Sendable, Hashable {
  /// How the bound becomes a cut.
  public enum Version: Int, Sendable, CaseIterable {
    /// An estimate of how many tokens, from how steeply the 100 best fall off (Zipf's law).
    case one = 1
    /// The surprise of a token itself.
    case two
  }

  /// How the bound becomes a cut.
  public var version: Version
  /// The level of surprise, −log₂ of a token's probability, in bits.
  public var tau: Float
  /// How quickly the bound follows.
  public var eta: Float

  /// These values; llama.cpp's if none are given.
  public init(_ version: Version, tau: Float = 5, eta: Float = 0.1) {
    self.version = version
    self.tau = tau
    self.eta = eta
  }
}

/// The bound of a text that is being sampled by mirostat.
package struct MirostatState: Sendable {
  private let options: Mirostat
  private let vocabularySize: Int
  /// The bound, in bits; mu in the article.
  package private(set) var bound: Double

  package init(_ options: Mirostat, vocabularySize: Int) {
    self.options = options
    self.vocabularySize = vocabularySize
    bound = 2 * Double(options.tau)
  }

  /// Removes the candidates beyond the bound.
  package func cut(_ candidates: inout Candidates) {
    switch options.version {
    case .one: candidates.keepBest(count(slope: candidates.zipfExponent(of: 100)))
    case .two: candidates.keepSurprise(upTo: bound)
    }
  }

  /// Follows a token that was chosen with this probability among those that the cut left.
  package mutating func observe(probability: Double) {
    bound -= Double(options.eta) * (-log2(probability) - Double(options.tau))
  }

  /// How many tokens to keep so that the expected surprise of a Zipfian distribution is as wanted.
  private func count(slope: Double) -> Int {
    let epsilon = slope - 1
    let count = pow(epsilon * exp2(bound) / (1 - pow(Double(vocabularySize), -epsilon)), 1 / slope)
    return count.isNaN ? 1 : Int(max(1, min(count, Double(vocabularySize))))
  }
}

extension Candidates {
  /// The exponent s of the law p ∝ 1 / rankˢ that fits the best tokens, by least squares over neighbours; NaN for one.
  fileprivate func zipfExponent(of count: Int) -> Double {
    let fit = best(count)
    var (products, squares) = (0.0, 0.0)
    for (rank, (a, b)) in zip(fit, fit.dropFirst()).enumerated() {
      let distance = log(Double(rank + 2) / Double(rank + 1))
      products += distance * (Double(a.logit) - Double(b.logit)) * scale
      squares += distance * distance
    }
    return products / squares
  }
}
