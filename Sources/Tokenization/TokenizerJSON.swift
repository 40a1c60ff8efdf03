import JSONParsing

/// Reads Hugging Face's tokenizer.json into stages. The model's vocabulary and merges, which are megabytes, are read
/// straight from the bytes; everything else is small and read as JSON values.
struct TokenizerJSON {
  private var small: [String: JSONValue] = [:]
  private var modelFields: [String: JSONValue] = [:]
  private var pieces: PieceTable?
  private var merges: JSONReader?

  static func read(_ file: [UInt8]) throws(TokenizerError) -> Tokenizer.Stages {
    var json = TokenizerJSON()
    do {
      var reader = try JSONReader(file)
      try reader.beginObject()
      while let key = try reader.nextKey() {
        if reader.equals(key, "model") {
          try json.readModel(&reader)
        } else {
          json.small[reader.string(key)] = try reader.readValue()
        }
      }
      try reader.finish()
    } catch let error as TokenizerError {
      throw error
    } catch {
      throw VocabularyReading.jsonError(error, nil)
    }
    return try json.stages()
  }

  private mutating func readModel(_ reader: inout JSONReader) throws {
    try reader.beginObject()
    while let key = try reader.nextKey() {
      if reader.equals(key, "vocab") {
        guard try reader.peek() == .object else {
          throw TokenizerError(
            .unsupported, field: "model.vocab", "is a list, as Unigram models have it; only BPE models are read")
        }
        pieces = try VocabularyReading.pieces(&reader, field: "model.vocab")
      } else if reader.equals(key, "merges") {
        // They are ids only once the vocabulary is known, which may come later.
        merges = reader
        try reader.skipValue()
      } else {
        modelFields[reader.string(key)] = try reader.readValue()
      }
    }
  }

  private func stages() throws(TokenizerError) -> Tokenizer.Stages {
    let type = modelFields["type"]?.string ?? (merges == nil ? "without a type" : "BPE")
    guard type == "BPE" else {
      throw TokenizerError(
        .unsupported, field: "model.type", "is \(type); GPT and LLaMA vocabularies are BPE, and only that is read")
    }
    guard var pieces, var merges else {
      throw TokenizerError(
        .malformed, field: "model", "lacks \(pieces == nil ? "vocab" : "merges"); fetch the file again")
    }
    if let dropout = modelFields["dropout"]?.double, dropout > 0 {
      throw TokenizerError(
        .unsupported, field: "model.dropout", "is \(dropout); set it to null to encode without chance")
    }
    var options = BytePairEncoding.Options()
    options.unknownToken = modelFields["unk_token"]?.string
    options.fusesUnknown = modelFields["fuse_unk"]?.bool ?? false
    options.byteFallback = modelFields["byte_fallback"]?.bool ?? false
    options.ignoresMerges = modelFields["ignore_merges"]?.bool ?? false
    options.continuingSubwordPrefix = modelFields["continuing_subword_prefix"]?.string ?? ""
    options.endOfWordSuffix = modelFields["end_of_word_suffix"]?.string ?? ""
    if let unknown = options.unknownToken, pieces.id(of: unknown) == nil {
      throw TokenizerError(
        .malformed, field: "model.unk_token", "is \"\(unknown.prefix(60))\", which the vocabulary does not hold")
    }
    let table = try VocabularyReading.merges(&merges, pieces, prefix: options.continuingSubwordPrefix)
    let added = try addedTokens(&pieces, unknown: options.unknownToken)

    let stageReader = StageReader()
    let preTokenizer = try stageReader.preTokenizer(small["pre_tokenizer"])
    let isByteLevel = preTokenizer?.endsByteLevel ?? false
    let decoder = try stageReader.decoder(small["decoder"])
    let (prefix, suffix) = try stageReader.postProcessor(small["post_processor"], pieces)
    let encoding = BytePairEncoding(
      pieces: pieces, merges: table, options: options, isByteLevel: isByteLevel,
      excluding: Set(added.filter(\.isSpecial).map(\.id)))
    var stages = Tokenizer.Stages(
      pieces: pieces, model: .bytePair(encoding), normalizer: try stageReader.normalizer(small["normalizer"]),
      preTokenizer: preTokenizer, decoder: decoder ?? .fuse)
    stages.isByteLevel = isByteLevel
    stages.addedTokens = added
    stages.prefixIDs = prefix
    stages.suffixIDs = suffix
    stages.pre = stages.preTokenizer?.directScanner.flatMap(\.llamaCppName)
    stages.guessSpecialTokens()
    return stages
  }

  private func addedTokens(_ pieces: inout PieceTable, unknown: String?) throws(TokenizerError) -> [AddedToken] {
    guard let list = small["added_tokens"], !list.isNull else { return [] }
    guard let list = list.array else {
      throw TokenizerError(.malformed, field: "added_tokens", "is not a list")
    }
    var tokens: [AddedToken] = []
    for (index, value) in list.enumerated() {
      let place = "added_tokens[\(index)]"
      guard let id = value["id"]?.int, let content = value["content"]?.string, !content.isEmpty else {
        throw TokenizerError(.malformed, field: place, "needs a whole id and a content that is not empty")
      }
      guard id >= 0, id <= pieces.count + list.count else {
        throw TokenizerError(.malformed, field: place, "has the id \(id); added tokens follow the vocabulary's ids")
      }
      let existing = Array(pieces.piece(id))
      if existing.isEmpty {
        pieces.insert(Array(content.utf8).span, id: id)
      } else if existing != Array(content.utf8) {
        throw TokenizerError(
          .malformed, field: place,
          "has the id \(id), which is \"\(pieces.text(id).prefix(60))\" already; each token needs its own")
      }
      var token = AddedToken(id: id, content: content, isSpecial: value["special"]?.bool ?? false)
      token.stripsLeft = value["lstrip"]?.bool ?? false
      token.stripsRight = value["rstrip"]?.bool ?? false
      token.isSingleWord = value["single_word"]?.bool ?? false
      token.isNormalized = value["normalized"]?.bool ?? !token.isSpecial
      token.isUnknown = content == unknown
      tokens.append(token)
    }
    return tokens
  }
}
