import Tensors

/// The part of a layer that works on each token alone.
enum FeedForwardPart: Sendable {
  case plain(up: Linear, activation: Activation, down: Linear)
  case gated(GatedFeedForward)
  case mixtureOfExperts(ExpertMixture)

  init(_ prefix: String, _ kind: FeedForward, _ configuration: Configuration, from source: some ParameterSource) throws
  {
    let (hidden, bias) = (configuration.hiddenSize, configuration.biases.feedForward)
    switch kind {
    case .plain(let activation, let size):
      self = .plain(
        up: try source.linear(prefix + "feedForward.up", output: size, input: hidden, bias: bias),
        activation: activation,
        down: try source.linear(prefix + "feedForward.down", output: hidden, input: size, bias: bias))
    case .gated(let function, let size):
      self = .gated(
        try GatedFeedForward(
          prefix + "feedForward", function, hiddenSize: hidden, intermediateSize: size, bias: bias, from: source))
    case .mixtureOfExperts(let mixture):
      self = .mixtureOfExperts(try ExpertMixture(prefix, mixture, hiddenSize: hidden, from: source))
    }
  }

  /// - Parameters:
  ///   - x: [rows, hiddenSize]
  ///   - residual: [rows, hiddenSize], what the part's results are added to.
  ///   - dropout: Leaves out some of them before.
  func forward(_ x: Tensor, addedTo residual: Tensor, dropout: Dropout? = nil, tape: Tape? = nil) -> Tensor {
    switch self {
    case .plain(let up, let activation, let down):
      linear(
        activatedLinear(x, up, activation, tape: tape), down, addedTo: residual, dropout: dropout, tape: tape)
    case .gated(let part):
      linear(part.inner(x, tape: tape), part.down, addedTo: residual, dropout: dropout, tape: tape)
    case .mixtureOfExperts(let part):
      add(residual, Tensors.dropout(part.forward(x, tape: tape), dropout, tape: tape), tape: tape)
    }
  }
}

/// `down(f(gate(x), up(x)))`; with SiLU as the activation, SwiGLU.
struct GatedFeedForward: Sendable {
  let gate, up, down: Linear
  let function: GateFunction

  init(
    _ prefix: String, _ function: GateFunction, hiddenSize: Int, intermediateSize: Int, bias: Bool,
    from source: some ParameterSource
  ) throws {
    self.function = function
    gate = try source.linear(prefix + ".gate", output: intermediateSize, input: hiddenSize, bias: bias)
    up = try source.linear(prefix + ".up", output: intermediateSize, input: hiddenSize, bias: bias)
    down = try source.linear(prefix + ".down", output: hiddenSize, input: intermediateSize, bias: bias)
  }

  /// - Returns: [rows, intermediateSize]
  func inner(_ x: Tensor, tape: Tape? = nil) -> Tensor { gatedLinears(x, gate: gate, up: up, function, tape: tape) }

  /// - Returns: [rows, hiddenSize]
  func forward(_ x: Tensor, tape: Tape? = nil) -> Tensor { down.forward(inner(x, tape: tape), tape: tape) }
}
