public import Checkpoints
public import Tokenization

extension EmbeddedVocabulary {
  /// The vocabulary in a GGUF file's metadata.
  /// - Throws: `CheckpointError` when it holds none, a key has the wrong type, or a list the wrong length.
  public init(_ metadata: GGUFMetadata) throws(CheckpointError) {
    self.init(model: try metadata.requiredString(Key.model))
    pre = try metadata.string(Key.pre)
    tokens = try Array(metadata.requiredStrings(Key.tokens))
    scores = try metadata.floats(Key.scores) ?? []
    types = try (metadata.ints(Key.types) ?? []).map { UInt8(exactly: $0).flatMap(TokenType.init) ?? .normal }
    merges = try metadata.strings(Key.merges).map(Array.init) ?? []
    bosID = try metadata.int(Key.bos)
    eosID = try metadata.int(Key.eos)
    endOfTurnID = try metadata.int(Key.endOfTurn)
    unknownID = try metadata.int(Key.unknown)
    paddingID = try metadata.int(Key.padding)
    addsBOS = try metadata.bool(Key.addsBOS)
    addsEOS = try metadata.bool(Key.addsEOS)
    addsSpacePrefix = try metadata.bool(Key.addsSpacePrefix)
    removesExtraSpaces = try metadata.bool(Key.removesExtraSpaces)
  }

  /// The keys and values by which a GGUF file holds this vocabulary, in llama.cpp's order and types.
  public var ggufMetadata: GGUFMetadata {
    var metadata = GGUFMetadata()
    func add(_ key: String, _ value: GGUFValue?) { if let value { metadata[key] = value } }
    func add(_ key: String, id: Int?) { add(key, id.flatMap { UInt32(exactly: $0) }.map(GGUFValue.uint32)) }
    add(Key.model, .string(model))
    add(Key.pre, pre.map(GGUFValue.string))
    add(Key.tokens, .array(.strings(GGUFStrings(tokens))))
    if !scores.isEmpty { add(Key.scores, .array(.float32(scores))) }
    if !types.isEmpty { add(Key.types, .array(.int32(types.map { Int32($0.rawValue) }))) }
    if !merges.isEmpty { add(Key.merges, .array(.strings(GGUFStrings(merges)))) }
    add(Key.bos, id: bosID)
    add(Key.eos, id: eosID)
    add(Key.endOfTurn, id: endOfTurnID)
    add(Key.unknown, id: unknownID)
    add(Key.padding, id: paddingID)
    add(Key.addsBOS, addsBOS.map(GGUFValue.bool))
    add(Key.addsEOS, addsEOS.map(GGUFValue.bool))
    add(Key.addsSpacePrefix, addsSpacePrefix.map(GGUFValue.bool))
    add(Key.removesExtraSpaces, removesExtraSpaces.map(GGUFValue.bool))
    return metadata
  }

  private enum Key {
    static let model = "tokenizer.ggml.model"
    static let pre = "tokenizer.ggml.pre"
    static let tokens = "tokenizer.ggml.tokens"
    static let scores = "tokenizer.ggml.scores"
    static let types = "tokenizer.ggml.token_type"
    static let merges = "tokenizer.ggml.merges"
    static let bos = "tokenizer.ggml.bos_token_id"
    static let eos = "tokenizer.ggml.eos_token_id"
    static let endOfTurn = "tokenizer.ggml.eot_token_id"
    static let unknown = "tokenizer.ggml.unknown_token_id"
    static let padding = "tokenizer.ggml.padding_token_id"
    static let addsBOS = "tokenizer.ggml.add_bos_token"
    static let addsEOS = "tokenizer.ggml.add_eos_token"
    static let addsSpacePrefix = "tokenizer.ggml.add_space_prefix"
    static let removesExtraSpaces = "tokenizer.ggml.remove_extra_whitespaces"
  }
}
