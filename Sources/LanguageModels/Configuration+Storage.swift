import JSONParsing
public import Tensors

extension Configuration {
  /// This decoder in a family whose config.json can say all of it: its own where that will do, otherwise `hybrid`.
  ///
  ///     var configuration = Configuration.gpt2
  ///     configuration.storable.family          // gpt2
  ///     configuration.normalization = .rmsNorm(epsilon: 1e-5)
  ///     configuration.storable.family          // hybrid: transformers' GPT-2 has LayerNorm only
  ///
  /// Checkpoints are written so, and a run that trains such a model finds all of it again.
  public var storable: Configuration {
    guard family != .hybrid, (try? validate()) != nil else { return self }
    let written = storedAsFolder
    let fields = ConfigurationFields(file: "config.json", written.fileFields(.f32))
    if var read = try? family.description.huggingFace.decode(fields), (try? read.setTextTokens(fields)) != nil,
      read == written
    {
      return self
    }
    var hybrid = self
    hybrid.family = .hybrid
    return hybrid
  }

  /// The text of a config.json that says this decoder, as a checkpoint of it holds.
  /// - Parameter elementType: How the weights beside it are stored.
  public func configurationFile(elementType: ElementType = .f32) -> String {
    JSONValue.object(storable.fileFields(elementType)).serialized(pretty: true) + "\n"
  }

  /// What config.json holds, in this family's words whether or not they can say all of it.
  func fileFields(_ elementType: ElementType) -> JSONObject {
    let family = family.description.huggingFace
    var fields: [(String, JSONValue)] = [
      ("architectures", .array([.string(family.architecture)])), ("model_type", .string(family.modelTypes[0])),
    ]
    fields += family.encode(self)
    fields.append(("bos_token_id", bosToken.map { .integer($0) } ?? .null))
    switch eosTokens.count {
    case 0: fields.append(("eos_token_id", .null))
    case 1: fields.append(("eos_token_id", .integer(eosTokens[0])))
    default: fields.append(("eos_token_id", .array(eosTokens.map { .integer($0) })))
    }
    let type: String =
      switch elementType {
      case .f16: "float16"
      case .bf16: "bfloat16"
      default: "float32"
      }
    fields.append(("torch_dtype", .string(type)))
    return JSONObject(fields)
  }

  /// The same decoder with weights in the order of this family's folders, and with the constants behind rotary
  /// divisors where they are known: files from elsewhere hold only the divisors, transformers wants the constants.
  var storedAsFolder: Configuration {
    let family = family.description.huggingFace
    guard !family.saysStorage else { return self }
    var result = stored(pairing: family.pairing, packing: family.packing)
    if case .rotary(var rotary) = result.position, case .divisors(let divisors) = rotary.scaling,
      let constants = Llama3Scaling(divisors: divisors, theta: rotary.theta, headSize: headSize)
    {
      rotary.scaling = .llama3(constants)
      result.position = .rotary(rotary)
    }
    return result
  }

  /// The same decoder with weights in another order: which pairs of a head rotate together, and how experts' gate and
  /// up share a tensor.
  func stored(pairing: RotaryPairing, packing: GatePacking?) -> Configuration {
    var result = self
    if case .rotary(var rotary) = position {
      rotary.pairing = pairing
      result.position = .rotary(rotary)
    }
    for index in layers.indices {
      if case .mixtureOfExperts(var mixture) = layers[index].feedForward {
        mixture.packing = packing
        result.layers[index].feedForward = .mixtureOfExperts(mixture)
      }
    }
    return result
  }
}
