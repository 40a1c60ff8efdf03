import Foundation
public import Tensors

/// Rotary positions: pair `i` of a head turns by `position · theta^(-2i/headSize)` (Su et al. 2021).
public struct RotaryPosition: Sendable, Hashable {
  /// The base of the frequencies; larger turns slower.
  public var theta: Double
  /// How frequencies are bent for contexts longer than those trained on.
  public var scaling: RotaryScaling
  /// Which elements of a head make a pair. It belongs to the stored weights: Hugging Face's LLaMA has rows permuted
  /// for `halves`, Meta's and GGUF's are `adjacent`.
  public var pairing: RotaryPairing

  /// Rotary positions with these constants.
  public init(theta: Double, scaling: RotaryScaling = .none, pairing: RotaryPairing = .halves) {
    self.theta = theta
    self.scaling = scaling
    self.pairing = pairing
  }

  /// The angle per position of each pair of a head, slow pairs last: [headSize / 2].
  func inverseFrequencies(headSize: Int) -> [Float] {
    let plain = unscaledFrequencies(theta: theta, headSize: headSize)
    switch scaling {
    case .none: return plain.map { Float($0) }
    case .linear(let factor): return plain.map { Float($0 / factor) }
    case .llama3(let scaling): return plain.map { Float(scaling.scaled($0)) }
    case .yarn(let scaling): return scaling.scaled(plain, theta: theta, headSize: headSize).map { Float($0) }
    case .divisors(let divisors): return zip(plain, divisors).map { Float($0 / Double($1)) }
    }
  }

  /// The sines and cosines of every position.
  func angles(headSize: Int) -> RotaryAngles {
    RotaryAngles(
      inverseFrequencies: inverseFrequencies(headSize: headSize), magnitude: magnitude, pairing: pairing)
  }

  /// What cosines and sines are multiplied by: 1 but for YaRN.
  var magnitude: Float {
    if case .yarn(let scaling) = scaling { return Float(scaling.magnitude) }
    return 1
  }
}

private func unscaledFrequencies(theta: Double, headSize: Int) -> [Double] {
  (0..<headSize / 2).map { 1 / pow(theta, Double(2 * $0) / Double(headSize)) }
}

/// How rotary frequencies are bent for contexts longer than those trained on.
public enum RotaryScaling: Sendable, Hashable {
  /// Not at all.
  case none
  /// Every position is divided by the factor (Chen et al. 2023).
  case linear(factor: Double)
  /// Llama 3.1: slow pairs are divided by a factor, fast ones left, those between blended.
  case llama3(Llama3Scaling)
  /// YaRN (Peng et al. 2023): as Llama 3.1 with a ramp over the pairs, and a slightly larger magnitude.
  case yarn(YarnScaling)
  /// What to divide each pair's frequency by, as GGUF's `rope_freqs.weight` stores it.
  case divisors([Float])

  /// Every number of the scaling.
  var constants: [Double] {
    switch self {
    case .none: []
    case .linear(let factor): [factor]
    case .llama3(let scaling):
      [scaling.factor, scaling.lowFrequencyFactor, scaling.highFrequencyFactor, scaling.originalContextLength]
    case .yarn(let scaling):
      [scaling.factor, scaling.betaFast, scaling.betaSlow, scaling.originalContextLength, scaling.magnitude]
    case .divisors(let divisors): divisors.map(Double.init)
    }
  }

  /// The context length of pre-training, where the constants name it.
  var originalContextLength: Double? {
    switch self {
    case .none, .linear, .divisors: nil
    case .llama3(let scaling): scaling.originalContextLength
    case .yarn(let scaling): scaling.originalContextLength
    }
  }
}

/// Llama 3.1's blend between unscaled and divided frequencies, by wavelength.
public struct Llama3Scaling: Sendable, Hashable {
  /// What slow pairs are divided by.
  public var factor: Double
  /// Wavelengths over `originalContextLength / lowFrequencyFactor` are divided.
  public var lowFrequencyFactor: Double
  /// Wavelengths under `originalContextLength / highFrequencyFactor` are left alone.
  public var highFrequencyFactor: Double
  /// The context length of pre-training.
  public var originalContextLength: Double

  /// A blend with these constants.
  public init(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContextLength: Double) {
    (self.factor, self.originalContextLength) = (factor, originalContextLength)
    (self.lowFrequencyFactor, self.highFrequencyFactor) = (lowFrequencyFactor, highFrequencyFactor)
  }

  func scaled(_ frequency: Double) -> Double {
    let wavelength = 2 * Double.pi / frequency
    if wavelength < originalContextLength / highFrequencyFactor { return frequency }
    // Where both factors are equal there is nothing to blend: a step, without the 0/0 of the smooth term.
    if wavelength > originalContextLength / lowFrequencyFactor || highFrequencyFactor == lowFrequencyFactor {
      return frequency / factor
    }
    let blend =
      (originalContextLength / wavelength - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return (1 - blend) * frequency / factor + blend * frequency
  }

  /// What each pair's frequency is divided by: the content of GGUF's `rope_freqs.weight`.
  func divisors(theta: Double, headSize: Int) -> [Float] {
    unscaledFrequencies(theta: theta, headSize: headSize).map { Float($0 / scaled($0)) }
  }
}

/// YaRN's ramp: pairs that turn often within the original context keep their frequency, slow ones are divided.
public struct YarnScaling: Sendable, Hashable {
  /// What slow pairs are divided by.
  public var factor: Double
  /// Pairs that turn more often than this within the original context are left alone.
  public var betaFast: Double
  /// Pairs that turn less often than this are divided.
  public var betaSlow: Double
  /// The context length of pre-training.
  public var originalContextLength: Double
  /// Whether the ramp's ends are rounded to whole pairs.
  public var truncates: Bool
  /// What cosines and sines are multiplied by.
  public var magnitude: Double

  /// A ramp with these constants; by default the paper's, whose magnitude follows from the factor.
  public init(
    factor: Double, betaFast: Double = 32, betaSlow: Double = 1, originalContextLength: Double, truncates: Bool = true,
    magnitude: Double? = nil
  ) {
    (self.factor, self.betaFast, self.betaSlow) = (factor, betaFast, betaSlow)
    (self.originalContextLength, self.truncates) = (originalContextLength, truncates)
    self.magnitude = magnitude ?? Self.magnitude(factor: factor)
  }

  /// The magnitude of the paper: `0.1 · scale · ln(factor) + 1`.
  static func magnitude(factor: Double, scale: Double = 1) -> Double {
    factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1
  }

  func scaled(_ frequencies: [Double], theta: Double, headSize: Int) -> [Double] {
    // The pair that turns `rotations` times within the original context.
    func pair(_ rotations: Double) -> Double {
      Double(headSize) * log(originalContextLength / (rotations * 2 * .pi)) / (2 * log(theta))
    }
    var low = pair(betaFast)
    var high = pair(betaSlow)
    if truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    low = max(low, 0)
    high = min(high, Double(headSize - 1))
    if low == high { high += 0.001 }
    return frequencies.enumerated().map { index, frequency in
      let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
      return frequency / factor * ramp + frequency * (1 - ramp)
    }
  }
}
