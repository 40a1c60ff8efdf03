extension Tokenizer {
  /// A tokenizer from the vocabulary inside a GGUF file.
  /// - Throws: `TokenizerError` for a kind of vocabulary that is not built, and for lists that contradict each other.
  public convenience init(vocabulary: EmbeddedVocabulary) throws(TokenizerError) {
    self.init(try Stages(vocabulary))
  }

  /// The vocabulary as a GGUF file holds it.
  /// - Throws: `TokenizerError` where GGUF has no way to say what this tokenizer does.
  public var embeddedVocabulary: EmbeddedVocabulary {
    get throws(TokenizerError) {
      var vocabulary = EmbeddedVocabulary(model: "llama")
      let pieces = stages.pieces
      var types = [EmbeddedVocabulary.TokenType](repeating: .normal, count: pieces.count)
      switch stages.model {
      case .sentencePiece(let model):
        vocabulary.scores = model.scores
        types = model.kinds
        vocabulary.unknownID = model.unknownID
        vocabulary.addsSpacePrefix = model.addsSpacePrefix
        vocabulary.removesExtraSpaces = model.removesExtraSpaces
      case .bytePair(let model) where model.options.byteFallback:
        guard let found = SentencePieceScores(stages, model) else {
          throw TokenizerError(
            .unsupported, field: "tokenizer.ggml.scores",
            "these merges are not a SentencePiece vocabulary's; save a Hugging Face folder instead")
        }
        vocabulary.scores = found.scores
        vocabulary.unknownID = model.unknownID
        vocabulary.addsSpacePrefix = found.addsSpacePrefix
        for id in types.indices where byteOfToken(pieces.piece(id)) != nil { types[id] = .byte }
        for token in stages.addedTokens { types[token.id] = token.isSpecial ? .control : .userDefined }
        if let unknown = model.unknownID { types[unknown] = .unknown }
      case .bytePair(let model):
        guard stages.isByteLevel, let pre = stages.pre else {
          throw TokenizerError(
            .unsupported, field: "tokenizer.ggml.pre",
            "GGUF has no name for this pre-tokenization; save a Hugging Face folder instead")
        }
        vocabulary.model = "gpt2"
        vocabulary.pre = pre
        vocabulary.merges = model.merges.ordered.map { "\(pieces.text($0.left)) \(pieces.text($0.right))" }
        for token in stages.addedTokens { types[token.id] = token.isSpecial ? .control : .userDefined }
      }
      for id in 0..<pieces.count where !pieces.contains(id) { types[id] = .unused }
      vocabulary.tokens = (0..<pieces.count).map { pieces.contains($0) ? pieces.text($0) : "[PAD\($0)]" }
      vocabulary.types = types
      vocabulary.bosID = bosID
      vocabulary.eosID = eosIDs.first
      vocabulary.endOfTurnID = eosIDs.dropFirst().first
      vocabulary.paddingID = paddingID
      vocabulary.addsBOS = bosID.map { stages.prefixIDs.contains($0) } ?? false
      vocabulary.addsEOS = eosIDs.first.map { stages.suffixIDs.contains($0) } ?? false
      return vocabulary
    }
  }
}

extension Tokenizer.Stages {
  init(_ vocabulary: EmbeddedVocabulary) throws(TokenizerError) {
    let count = vocabulary.tokens.count
    guard count > 0, count < VocabularyReading.idLimit else {
      throw TokenizerError(.malformed, field: "tokenizer.ggml.tokens", "holds \(count) tokens; is this a vocabulary?")
    }
    for (name, length) in [("scores", vocabulary.scores.count), ("token_type", vocabulary.types.count)]
    where length != 0 && length != count {
      throw TokenizerError(.malformed, field: "tokenizer.ggml.\(name)", "holds \(length) values for \(count) tokens")
    }
    if let bad = vocabulary.scores.firstIndex(where: \.isNaN) {
      throw TokenizerError(.malformed, field: "scores[\(bad)]", "is not a number; the file is damaged: fetch it again")
    }
    for (name, id) in [
      ("bos", vocabulary.bosID), ("eos", vocabulary.eosID), ("eot", vocabulary.endOfTurnID),
      ("unknown", vocabulary.unknownID), ("padding", vocabulary.paddingID),
    ] {
      if let id, id < 0 || id >= count {
        throw TokenizerError(
          .malformed, field: "tokenizer.ggml.\(name)_token_id", "is \(id), outside the vocabulary of \(count) tokens")
      }
    }
    var pieces = PieceTable(reserving: count)
    for (id, token) in vocabulary.tokens.enumerated() { pieces.insert(Array(token.utf8).span, id: id) }
    let types =
      vocabulary.types.isEmpty ? [EmbeddedVocabulary.TokenType](repeating: .normal, count: count) : vocabulary.types
    for (id, type) in types.enumerated() where type == .byte {
      guard byteOfToken(pieces.piece(id)) != nil else {
        throw TokenizerError(
          .malformed, field: "tokens[\(id)]",
          "is a byte token named \"\(pieces.text(id).prefix(60))\", not <0x00> … <0xFF>")
      }
    }
    let special = Set(types.indices.filter { types[$0] == .control || types[$0] == .unknown })
    switch vocabulary.model {
    case "llama":
      let spacePrefix = vocabulary.addsSpacePrefix ?? true
      let scores = vocabulary.scores.isEmpty ? [Float](repeating: 0, count: count) : vocabulary.scores
      let model = SentencePieceEncoding(
        pieces: pieces, scores: scores, kinds: types, unknownID: vocabulary.unknownID ?? types.firstIndex(of: .unknown),
        addsSpacePrefix: spacePrefix, removesExtraSpaces: vocabulary.removesExtraSpaces ?? false)
      self.init(
        pieces: pieces, model: .sentencePiece(model), decoder: .sentencePiece(stripsFirstSpace: spacePrefix))
    case "gpt2":
      let (preTokenizer, ignoresMerges) = try Self.preTokenization(vocabulary.pre)
      var builder = MergeBuilder(pieces, prefix: "", reserving: vocabulary.merges.count)
      builder.field = "tokenizer.ggml.merges"
      for merge in vocabulary.merges { try builder.add(line: Array(merge.utf8).span) }
      var options = BytePairEncoding.Options()
      options.ignoresMerges = ignoresMerges
      let model = BytePairEncoding(
        pieces: pieces, merges: builder.table, options: options, isByteLevel: true, excluding: special)
      self.init(pieces: pieces, model: .bytePair(model), preTokenizer: preTokenizer, decoder: .byteLevel)
      isByteLevel = true
      pre = vocabulary.pre
    default:
      throw TokenizerError(
        .unsupported, field: "tokenizer.ggml.model",
        "is \"\(vocabulary.model.prefix(60))\"; \"gpt2\" (byte-level BPE) and \"llama\" (SentencePiece BPE) are read")
    }
    addedTokens = types.indices.filter { special.contains($0) || types[$0] == .userDefined }
      .map { AddedToken(id: $0, content: vocabulary.tokens[$0], isSpecial: types[$0] != .userDefined) }
    bosID = vocabulary.bosID
    eosIDs = [vocabulary.eosID, vocabulary.endOfTurnID].compactMap(\.self)
    paddingID = vocabulary.paddingID
    let isLlama3 = vocabulary.pre == "llama-bpe" || vocabulary.pre == "llama3"
    if vocabulary.addsBOS ?? (vocabulary.model == "llama" || isLlama3), let bosID { prefixIDs = [bosID] }
    if vocabulary.addsEOS ?? false, let eos = vocabulary.eosID { suffixIDs = [eos] }
  }

  /// What llama.cpp's names of pre-tokenizations stand for, and whether a word that is a piece is taken whole.
  private static func preTokenization(_ name: String?) throws(TokenizerError) -> (PreTokenizer, ignoresMerges: Bool) {
    switch name {
    case "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jina-es", "jina-de", "roberta-bpe": return (.words(.gpt2), false)
    case "llama-bpe", "llama3", "llama-v3", "falcon3": return (.words(.cl100k(digits: 3)), true)
    case "smaug-bpe", "dbrx": return (.words(.cl100k(digits: 3)), false)
    case "qwen2", "deepseek-r1-qwen": return (.words(.cl100k(digits: 1)), false)
    case "gpt-4o", "llama4": return (.words(.o200k), name == "llama4")
    case nil, "default":
      var stages: [PreTokenizer] = []
      for pattern in [
        #"[\p{P}\$\+<=>\^~\|]+"#,
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"#, #"\p{N}+"#, "[0-9][0-9][0-9]",
      ] {
        stages.append(.split(.regex(try RegexProgram(pattern)), .isolated, inverted: false))
      }
      return (.sequence(stages + [.byteLevel(addsPrefixSpace: false, usesPattern: false)]), false)
    case .some(let name):
      throw TokenizerError(
        .unsupported, field: "tokenizer.ggml.pre",
        "is \"\(name.prefix(60))\"; gpt-2, llama-bpe, qwen2, gpt-4o, llama4 and default are read")
    }
  }
}

extension WordScanner {
  /// What llama.cpp calls the pattern.
  var llamaCppName: String? {
    switch self {
    case .gpt2: "gpt-2"
    case .cl100k(digits: 3): "llama-bpe"
    case .cl100k(digits: 1): "qwen2"
    case .cl100k: nil
    case .o200k: "gpt-4o"
    }
  }
}
