import JSONParsing
import Tensors

/// The model families: each is a preset or two, the decoding of its configuration, and the names of its tensors.
public enum Family: String, Sendable, CaseIterable {
  case gpt1 = "gpt-1"
  case gpt2
  case gpt3 = "gpt-3"
  case gptNeo = "gpt-neo"
  case opt
  case gptOSS = "gpt-oss"
  case llama
  case llama4 = "llama-4"
  /// Any combination of parts, in Swiftlet's own words.
  case hybrid = "swiftlet"

  var description: FamilyDescription {
    switch self {
    case .gpt1: .gpt1
    case .gpt2: .gpt2
    case .gpt3: .gpt3
    case .gptNeo: .gptNeo
    case .opt: .opt
    case .gptOSS: .gptOSS
    case .llama: .llama
    case .llama4: .llama4
    case .hybrid: .hybrid
    }
  }
}

/// Everything that makes a family more than a `Configuration`: how files describe it and name its tensors.
struct FamilyDescription: Sendable {
  /// How a Hugging Face folder stores it.
  struct HuggingFace: Sendable {
    /// `model_type` in config.json, the one to write first.
    let modelTypes: [String]
    /// `architectures` in config.json.
    let architecture: String
    let names: TensorNames
    /// Reads config.json.
    let decode: @Sendable (ConfigurationFields) throws -> Configuration
    /// The keys of config.json, in order, without model_type, architectures and token ids.
    let encode: @Sendable (Configuration) -> [(String, JSONValue)]
    /// Which pairs its rotary weights are stored for.
    var pairing: RotaryPairing = .halves
    /// How its experts' gate and up share a tensor.
    var packing: GatePacking?
    /// Whether config.json says both, so that weights are stored as they are.
    var saysStorage = false
  }

  /// How a GGUF file stores it, where llama.cpp knows it.
  struct GGUF: Sendable {
    /// `general.architecture`, also the prefix of its keys.
    let architecture: String
    let names: TensorNames
    /// Reads metadata; keys come without the prefix.
    let decode: @Sendable (ConfigurationFields, GGUFTensorFacts) throws -> Configuration
    /// The metadata to write, keys without the prefix.
    let encode: @Sendable (Configuration) -> [(String, GGUFField)]
    var pairing: RotaryPairing = .halves
  }

  let huggingFace: HuggingFace
  let gguf: GGUF?
}

/// What a GGUF's tensors say that its metadata does not.
struct GGUFTensorFacts {
  /// Whether a tensor of this name is in the file.
  let has: (String) -> Bool
  /// The extents of a tensor, outermost first.
  let shape: (String) -> Shape?
  /// `rope_freqs.weight`, decoded, if the file has it.
  let ropeDivisors: [Float]?
}

/// A metadata value in the type that llama.cpp expects for its key.
enum GGUFField: Sendable {
  case count(Int)
  case number(Double)
  case text(String)
  case flag(Bool)
}

extension Activation {
  /// The activation that transformers' `ACT2FN` has under a name.
  init?(huggingFaceName name: String) {
    switch name {
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate": self = .geluTanh
    case "gelu", "gelu_python": self = .geluErf
    case "quick_gelu": self = .quickGELU
    case "silu", "swish": self = .silu
    case "relu": self = .relu
    default: return nil
    }
  }

  /// The name that transformers' `ACT2FN` has for the activation.
  var huggingFaceName: String {
    switch self {
    case .geluTanh: "gelu_new"
    case .geluErf: "gelu"
    case .quickGELU: "quick_gelu"
    case .silu: "silu"
    case .relu: "relu"
    }
  }
}
