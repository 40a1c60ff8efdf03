import JSONParsing

extension Tokenizer {
  /// The tokenizer as Hugging Face's tokenizer.json, which gives the same ids there.
  ///
  /// SentencePiece's scores become merges: every way to put a piece together from two others, the best piece first.
  /// - Throws: `TokenizerError` where tokenizer.json has no way to say what this tokenizer does.
  public func tokenizerJSON() throws(TokenizerError) -> String {
    var options = BytePairEncoding.Options()
    var normalizer = stages.normalizer
    var decoder = stages.decoder
    var merges: [(left: Int, right: Int)]
    switch stages.model {
    case .bytePair(let model):
      options = model.options
      merges = model.merges.ordered.map { ($0.left, $0.right) }
    case .sentencePiece(let model):
      guard !model.removesExtraSpaces else {
        throw TokenizerError(
          .unsupported, field: "normalizer",
          "this model removes extra spaces, which tokenizer.json cannot say in the same way; keep tokenizer.model")
      }
      options.byteFallback = true
      options.fusesUnknown = true
      options.unknownToken = model.unknownID.map { stages.pieces.text($0) }
      let mark = Array("▁".utf8)
      let replacing = Normalizer.replace(.literal([0x20]), with: mark)
      normalizer = model.addsSpacePrefix ? .sequence([.prepend(mark), replacing]) : replacing
      decoder = .sentencePiece(stripsFirstSpace: model.addsSpacePrefix)
      merges = Self.merges(of: model)
    }
    var json = "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":["
    json += stages.addedTokens.sorted { $0.id < $1.id }.map { Self.json($0).serialized() }.joined(separator: ",")
    json += "],\"normalizer\":" + (normalizer?.json ?? .null).serialized()
    json += ",\"pre_tokenizer\":" + (stages.preTokenizer?.json ?? .null).serialized()
    json += ",\"post_processor\":" + postProcessorJSON.serialized()
    json += ",\"decoder\":" + decoder.json.serialized()
    json += ",\"model\":{\"type\":\"BPE\",\"dropout\":null"
    json += ",\"unk_token\":" + (options.unknownToken.map { .string($0) } ?? JSONValue.null).serialized()
    json += ",\"continuing_subword_prefix\":" + Self.orNull(options.continuingSubwordPrefix).serialized()
    json += ",\"end_of_word_suffix\":" + Self.orNull(options.endOfWordSuffix).serialized()
    json += ",\"fuse_unk\":\(options.fusesUnknown),\"byte_fallback\":\(options.byteFallback)"
    json += ",\"ignore_merges\":\(options.ignoresMerges),\"vocab\":{"
    let pieces = stages.pieces
    let quoted = (0..<pieces.count).map { JSONValue.string(pieces.text($0)).serialized() }
    var isFirst = true
    for id in 0..<pieces.count where pieces.id(of: Array(pieces.piece(id))) == id {
      json += "\(isFirst ? "" : ",")\(quoted[id]):\(id)"
      isFirst = false
    }
    json += "},\"merges\":["
    isFirst = true
    for (left, right) in merges {
      json += "\(isFirst ? "" : ",")[\(quoted[left]),\(quoted[right])]"
      isFirst = false
    }
    return json + "]}}"
  }

  /// The tokenizer as llama2.c's tokenizer.bin, with which its `run` gives the same ids.
  /// - Throws: `TokenizerError` for any but a vocabulary like LLaMA 1's and 2's: SentencePiece BPE, whose tokens 0 to 258
  ///   are unknown, begin, end and the bytes.
  public func llama2CVocabulary() throws(TokenizerError) -> [UInt8] { try Llama2CVocabulary.write(embeddedVocabulary) }

  private static func orNull(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }

  private static func json(_ token: AddedToken) -> JSONValue {
    [
      "id": .integer(token.id), "content": .string(token.content), "single_word": .bool(token.isSingleWord),
      "lstrip": .bool(token.stripsLeft), "rstrip": .bool(token.stripsRight), "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }

  private var postProcessorJSON: JSONValue {
    if stages.prefixIDs.isEmpty, stages.suffixIDs.isEmpty { return .null }
    func special(_ id: Int) -> JSONValue {
      ["SpecialToken": ["id": .string(stages.pieces.text(id)), "type_id": 0]]
    }
    let prefix = stages.prefixIDs.map(special)
    let suffix = stages.suffixIDs.map(special)
    let a: JSONValue = ["Sequence": ["id": "A", "type_id": 0]]
    let b: JSONValue = ["Sequence": ["id": "B", "type_id": 1]]
    let tokens = Set(stages.prefixIDs + stages.suffixIDs).sorted().map { id in
      let name = stages.pieces.text(id)
      return (name, ["id": .string(name), "ids": [.integer(id)], "tokens": [.string(name)]] as JSONValue)
    }
    return [
      "type": "TemplateProcessing", "single": .array(prefix + [a] + suffix),
      "pair": .array(prefix + [a] + suffix + prefix + [b] + suffix), "special_tokens": .object(JSONObject(tokens)),
    ]
  }

  /// All pairs of pieces that spell a piece, in the order in which SentencePiece would merge them.
  private static func merges(of model: SentencePieceEncoding) -> [(left: Int, right: Int)] {
    var found: [(score: Float, left: Int, right: Int)] = []
    let pieces = model.pieces
    for id in 0..<pieces.count where model.kinds[id] == .normal || model.kinds[id] == .userDefined {
      let piece = Array(pieces.piece(id))
      var middle = piece.isEmpty ? 0 : scalarLength(piece[0])
      var ways: [(score: Float, left: Int, right: Int)] = []
      while middle < piece.count {
        if let left = pieces.id(of: piece.span.extracting(0..<middle)),
          let right = pieces.id(of: piece.span.extracting(middle..<piece.count))
        {
          ways.append((model.scores[id], left, right))
        }
        middle += scalarLength(piece[middle])
      }
      found += ways.sorted { ($0.left, $0.right) < ($1.left, $1.right) }
    }
    // The sort is stable: pieces of one score stay in the order of their ids.
    return found.sorted { $0.score > $1.score }.map { ($0.left, $0.right) }
  }
}
