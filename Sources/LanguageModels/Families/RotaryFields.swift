import JSONParsing
import Tensors

extension ConfigurationFields {
  /// Reads `rope_parameters` (transformers 5) or `rope_theta` and `rope_scaling` (before).
  func rotaryPosition(defaultTheta: Double, pairing: RotaryPairing = .halves) throws -> RotaryPosition {
    let scaling = try nested("rope_parameters") ?? nested("rope_scaling")
    let theta = try scaling?.number(optional: "rope_theta") ?? number(optional: "rope_theta") ?? defaultTheta
    try scaling?.refuse("partial_rotary_factor", unless: .integer(1))
    guard let scaling, let type = try scaling.text(optional: "rope_type", "type") else {
      return RotaryPosition(theta: theta, pairing: pairing)
    }
    switch type {
    case "default": return RotaryPosition(theta: theta, pairing: pairing)
    case "linear":
      let factor = try scaling.number("factor")
      return RotaryPosition(theta: theta, scaling: .linear(factor: factor), pairing: pairing)
    case "llama3":
      let constants = Llama3Scaling(
        factor: try scaling.number("factor"), lowFrequencyFactor: try scaling.number("low_freq_factor"),
        highFrequencyFactor: try scaling.number("high_freq_factor"),
        originalContextLength: try scaling.number("original_max_position_embeddings"))
      return RotaryPosition(theta: theta, scaling: .llama3(constants), pairing: pairing)
    case "yarn": return RotaryPosition(theta: theta, scaling: .yarn(try yarn(scaling)), pairing: pairing)
    default:
      throw error(
        "rope_scaling.type", "'\(type)' is not supported; known: default, linear, llama3, yarn.", .unsupported)
    }
  }

  private func yarn(_ scaling: ConfigurationFields) throws -> YarnScaling {
    let factor = try scaling.number("factor")
    let original =
      try scaling.number(optional: "original_max_position_embeddings") ?? number("max_position_embeddings")
    let magnitude: Double
    if let stated = try scaling.number(optional: "attention_factor") {
      magnitude = stated
    } else if let scale = try scaling.number(optional: "mscale"),
      let all = try scaling.number(optional: "mscale_all_dim"), scale != 0, all != 0
    {
      magnitude =
        YarnScaling.magnitude(factor: factor, scale: scale) / YarnScaling.magnitude(factor: factor, scale: all)
    } else {
      magnitude = YarnScaling.magnitude(factor: factor)
    }
    return YarnScaling(
      factor: factor, betaFast: try scaling.number(optional: "beta_fast") ?? 32,
      betaSlow: try scaling.number(optional: "beta_slow") ?? 1, originalContextLength: original,
      truncates: try scaling.flag("truncate") ?? true, magnitude: magnitude)
  }
}

extension Configuration {
  /// `rope_theta` and `rope_scaling`, which transformers of every version reads.
  var rotaryFields: [(String, JSONValue)] {
    guard case .rotary(let rotary) = position else { return [] }
    var fields: [(String, JSONValue)] = [("rope_theta", .number(rotary.theta))]
    var scaling: [(String, JSONValue)]
    switch rotary.scaling {
    case .none: return fields
    case .linear(let factor): scaling = [("rope_type", .string("linear")), ("factor", .number(factor))]
    case .llama3(let constants):
      scaling = constants.fields
    case .divisors: return fields  // No words for them: `storedAsFolder` and `storable` see to it.
    case .yarn(let constants):
      scaling = [
        ("rope_type", .string("yarn")), ("factor", .number(constants.factor)),
        ("beta_fast", .number(constants.betaFast)), ("beta_slow", .number(constants.betaSlow)),
        ("original_max_position_embeddings", .integer(Int(constants.originalContextLength))),
        ("truncate", .bool(constants.truncates)), ("attention_factor", .number(constants.magnitude)),
      ]
    }
    scaling.append(("rope_theta", .number(rotary.theta)))
    fields.append(("rope_scaling", .object(JSONObject(scaling))))
    return fields
  }
}

extension Llama3Scaling {
  /// `rope_scaling` of config.json.
  fileprivate var fields: [(String, JSONValue)] {
    [
      ("rope_type", .string("llama3")), ("factor", .number(factor)),
      ("low_freq_factor", .number(lowFrequencyFactor)), ("high_freq_factor", .number(highFrequencyFactor)),
      ("original_max_position_embeddings", .integer(Int(originalContextLength))),
    ]
  }

  /// The constants behind frequency divisors, if Llama 3's blend (factors 1 and 4) explains them: the factor is the
  /// largest divisor, and the original context a power of two.
  init?(divisors: [Float], theta: Double, headSize: Int) {
    guard let factor = divisors.max(), factor > 1 else { return nil }
    for exponent in 5...20 {
      let candidate = Llama3Scaling(
        factor: Double(factor), lowFrequencyFactor: 1, highFrequencyFactor: 4,
        originalContextLength: Double(1 << exponent))
      let expected = candidate.divisors(theta: theta, headSize: headSize)
      if zip(expected, divisors).allSatisfy({ abs($0 - $1) <= 1e-4 * $0 }) {
        self = candidate
        return
      }
    }
    return nil
  }
}
