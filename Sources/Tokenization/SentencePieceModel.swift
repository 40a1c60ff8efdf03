/// Reads SentencePiece's `tokenizer.model`, a protocol buffer of pieces with scores and of settings.
enum SentencePieceModel {
  static func read(_ file: [UInt8]) throws(TokenizerError) -> EmbeddedVocabulary {
    var vocabulary = EmbeddedVocabulary(model: "llama")
    var modelType: UInt64 = 1
    var reader = ProtobufReader(file)
    while let (field, value) = try reader.next() {
      guard case .bytes(let range) = value else { continue }
      switch field {
      case 1: try readPiece(file, range, into: &vocabulary)
      case 2: modelType = try readTraining(file, range, into: &vocabulary)
      case 3: try readNormalizer(file, range, into: &vocabulary)
      default: break
      }
    }
    guard !vocabulary.tokens.isEmpty else {
      throw TokenizerError(.malformed, field: "pieces", "holds no piece; is this a SentencePiece model?")
    }
    guard modelType == 2 else {
      let names: [UInt64: String] = [1: "unigram", 3: "word", 4: "char"]
      throw TokenizerError(
        .unsupported, field: "trainer_spec.model_type",
        "is \(names[modelType] ?? "\(modelType)"); only BPE models, as LLaMA 1 and 2 have, are read")
    }
    func keep(_ id: Int?, _ kind: SentencePieceEncoding.Kind) -> Int? {
      id.flatMap { $0 >= 0 && $0 < vocabulary.types.count && vocabulary.types[$0] == kind ? $0 : nil }
    }
    vocabulary.bosID = keep(vocabulary.bosID ?? 1, .control)
    vocabulary.eosID = keep(vocabulary.eosID ?? 2, .control)
    vocabulary.paddingID = keep(vocabulary.paddingID, .control)
    vocabulary.unknownID = vocabulary.types.firstIndex(of: .unknown)
    vocabulary.addsBOS = vocabulary.bosID != nil
    return vocabulary
  }

  private static func readPiece(_ file: [UInt8], _ range: Range<Int>, into vocabulary: inout EmbeddedVocabulary)
    throws(TokenizerError)
  {
    let place = "pieces[\(vocabulary.tokens.count)]"
    var reader = ProtobufReader(file, range)
    var piece: String?
    var score: Float = 0
    var kind = SentencePieceEncoding.Kind.normal
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let range)): piece = String(validating: file[range], as: UTF8.self)
      case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
      case (3, .integer(let type)):
        guard let known = UInt8(exactly: type).flatMap(SentencePieceEncoding.Kind.init) else {
          throw TokenizerError(.malformed, field: place + ".type", "is \(type), which does not exist")
        }
        kind = known
      default: break
      }
    }
    guard let piece, !piece.isEmpty else {
      throw TokenizerError(.malformed, field: place, "is empty or not UTF-8; the model is damaged: fetch it again")
    }
    vocabulary.tokens.append(piece)
    vocabulary.scores.append(score)
    vocabulary.types.append(kind)
  }

  private static func readTraining(_ file: [UInt8], _ range: Range<Int>, into vocabulary: inout EmbeddedVocabulary)
    throws(TokenizerError) -> UInt64
  {
    var modelType: UInt64 = 1
    var reader = ProtobufReader(file, range)
    while let (field, value) = try reader.next() {
      guard case .integer(let number) = value else { continue }
      // Ids are int32: -1, which switches a token off, arrives as a large unsigned number.
      let id = Int(Int32(truncatingIfNeeded: number))
      switch field {
      case 3: modelType = number
      case 24 where number != 0:
        throw TokenizerError(
          .unsupported, field: "trainer_spec.treat_whitespace_as_suffix",
          "is set; no LLaMA model does, and it is not read")
      case 41: vocabulary.bosID = id
      case 42: vocabulary.eosID = id
      case 43: vocabulary.paddingID = id
      default: break
      }
    }
    return modelType
  }

  private static func readNormalizer(_ file: [UInt8], _ range: Range<Int>, into vocabulary: inout EmbeddedVocabulary)
    throws(TokenizerError)
  {
    var reader = ProtobufReader(file, range)
    vocabulary.addsSpacePrefix = true
    vocabulary.removesExtraSpaces = true
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (2, .bytes(let map)) where !map.isEmpty:
        throw TokenizerError(
          .unsupported, field: "normalizer_spec.precompiled_charsmap",
          "holds character replacements, which are not read; LLaMA's models have none")
      case (3, .integer(let flag)): vocabulary.addsSpacePrefix = flag != 0
      case (4, .integer(let flag)): vocabulary.removesExtraSpaces = flag != 0
      case (5, .integer(0)):
        throw TokenizerError(
          .unsupported, field: "normalizer_spec.escape_whitespaces",
          "is off; no LLaMA model does that, and it is not read")
      default: break
      }
    }
  }
}
