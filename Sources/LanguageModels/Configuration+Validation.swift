import Tensors

extension Configuration {
  /// Far more than any decoder has, and few enough to list.
  static let maximumLayerCount = 2048

  /// Refuses sizes that no decoder can have, before anything is allocated or divided by them.
  ///
  /// Bounds are far above any published model, so that a lying file is refused rather than believed.
  /// - Throws: `ModelError` naming the size, in Swiftlet's words.
  public func validate() throws(ModelError) {
    func check(_ field: String, _ value: Int, _ range: ClosedRange<Int>) throws(ModelError) {
      guard range.contains(value) else {
        throw ModelError(
          .invalidConfiguration, field: field,
          "\(value) is outside \(range.lowerBound)…\(range.upperBound); correct the configuration.")
      }
    }
    func refuse(_ field: String, _ message: String) -> ModelError {
      ModelError(.invalidConfiguration, field: field, message)
    }
    try check("vocabularySize", vocabularySize, 1...100_000_000)
    try check("contextLength", contextLength, 1...1_000_000_000)
    try check("hiddenSize", hiddenSize, 1...1_000_000)
    try check("layerCount", layerCount, 1...Self.maximumLayerCount)
    try check("headCount", headCount, 1...65_536)
    try check("kvHeadCount", kvHeadCount, 1...headCount)
    try check("headSize", headSize, 1...65_536)
    guard headCount % kvHeadCount == 0 else {
      throw refuse("kvHeadCount", "\(headCount) query heads cannot share \(kvHeadCount) key heads evenly.")
    }
    guard normalization.epsilon.isFinite, normalization.epsilon >= 0, normalization.epsilon < 1 else {
      throw refuse("normalization.epsilon", "\(normalization.epsilon) must lie in 0..<1.")
    }
    if let scale = attention.scale, !scale.isFinite { throw refuse("attention.scale", "\(scale) is not finite.") }
    if let temperature = attention.temperature {
      guard temperature.scale.isFinite, (1...1e9).contains(temperature.floor) else {
        throw refuse(
          "attention.temperature",
          "scale \(temperature.scale) must be finite and floor \(temperature.floor) lie in 1…1000000000.")
      }
    }
    if case .learned(let offset) = position { try check("position.offset", offset, 0...1_000_000_000) }
    if case .rotary(let rotary) = position {
      guard headSize % 2 == 0 else { throw refuse("headSize", "rotary positions need an even size, not \(headSize).") }
      guard rotary.theta > 1, rotary.theta <= 1e15 else {
        throw refuse("theta", "\(rotary.theta) must be a number over 1, at most 10¹⁵.")
      }
      if let original = rotary.scaling.originalContextLength, !(0...1e9).contains(original) {
        throw refuse("ropeScaling", "an original context of \(original) tokens is outside 0…1000000000.")
      }
      guard rotary.scaling.constants.allSatisfy(\.isFinite),
        rotary.inverseFrequencies(headSize: headSize).allSatisfy(\.isFinite), rotary.magnitude.isFinite
      else {
        throw refuse("ropeScaling", "its constants give frequencies that are not finite.")
      }
      if case .divisors(let divisors) = rotary.scaling, divisors.count != headSize / 2 {
        throw refuse("ropeScaling", "\(divisors.count) frequency divisors do not match a head of \(headSize).")
      }
    }
    for (index, layer) in layers.enumerated() {
      if case .clampedSwish(let alpha, let limit)? = layer.feedForward.gate, !alpha.isFinite || !limit.isFinite {
        throw refuse("layers.\(index).gate", "alpha \(alpha) and limit \(limit) must be finite.")
      }
      switch layer.pattern {
      case .full: break
      case .banded(let window): try check("layers.\(index).window", window, 1...1_000_000_000)
      case .chunked(let size): try check("layers.\(index).chunk", size, 1...1_000_000_000)
      }
      switch layer.feedForward {
      case .plain(_, let size), .gated(_, let size):
        try check("layers.\(index).intermediateSize", size, 1...10_000_000)
      case .mixtureOfExperts(let mixture):
        try check("layers.\(index).intermediateSize", mixture.intermediateSize, 1...10_000_000)
        try check("layers.\(index).expertCount", mixture.expertCount, 1...65_536)
        try check("layers.\(index).expertsPerToken", mixture.expertsPerToken, 1...mixture.expertCount)
        if let shared = mixture.sharedIntermediateSize {
          try check("layers.\(index).sharedIntermediateSize", shared, 1...10_000_000)
        }
      }
    }
    // The sizes above bound every product but the sum over a mixture's layers; this bounds that too.
    var total = 0
    for parameter in parameters {
      guard let count = Shape.checkedElementCount(parameter.shape.dimensions),
        !total.addingReportingOverflow(count).overflow
      else { throw refuse(parameter.name, "its size overflows.") }
      total += count
    }
    // What they cost is counted too: bytes and operations, of the weights and of a full context.
    let context = Shape.checkedElementCount([8, layerCount, contextLength, max(queryWidth, keyValueWidth)])
    guard total < 1 << 56, let context, context < 1 << 60 else {
      throw refuse("contextLength", "\(total) parameters and \(contextLength) tokens cannot be counted in bytes.")
    }
  }
}
