/// llama2.c's tokenizer .bin: the longest piece's length, then for each token its score, length and bytes. The
/// format names no special tokens: 0 is unknown, 1 begins and 2 ends a text, 3 to 258 are the bytes.
enum Llama2CVocabulary {
  static func read(_ file: [UInt8]) throws(TokenizerError) -> EmbeddedVocabulary {
    var vocabulary = EmbeddedVocabulary(model: "llama")
    var position = 0
    func integer() throws(TokenizerError) -> UInt32 {
      guard file.count - position >= 4 else {
        throw TokenizerError(
          .malformed, field: "token \(vocabulary.tokens.count)", "the file ends early; export the tokenizer again")
      }
      defer { position += 4 }
      return (0..<4).reduce(0) { $0 | UInt32(file[position + $1]) << UInt32($1 * 8) }
    }
    let longest = try integer()
    while position < file.count {
      let index = vocabulary.tokens.count
      let score = Float(bitPattern: try integer())
      let length = try integer()
      guard length <= longest, Int(length) <= file.count - position else {
        throw TokenizerError(
          .malformed, field: "token \(index)",
          "is \(length) bytes long, where \(file.count - position) are left and the longest is \(longest); "
            + "is this a llama2.c tokenizer?")
      }
      let piece = file[position..<position + Int(length)]
      position += Int(length)
      guard let text = String(validating: piece, as: UTF8.self) else {
        throw TokenizerError(.malformed, field: "token \(index)", "is not UTF-8; is this a llama2.c tokenizer?")
      }
      vocabulary.tokens.append(text)
      vocabulary.scores.append(score)
      switch index {
      case 0: vocabulary.types.append(.unknown)
      case 1, 2: vocabulary.types.append(.control)
      case 3...258:
        // run.c spells what the vocabulary lacks in these, whatever their names.
        vocabulary.tokens[index] = byteTokenName(index - 3)
        vocabulary.types.append(.byte)
      default: vocabulary.types.append(.normal)
      }
    }
    guard vocabulary.tokens.count >= 259 else {
      throw TokenizerError(
        .malformed, field: "tokens", "holds \(vocabulary.tokens.count); a llama2.c tokenizer has at least 259")
    }
    // The file writes the names of control tokens between line breaks, and a space as itself.
    vocabulary.tokens[0] = "<unk>"
    vocabulary.tokens[1] = "<s>"
    vocabulary.tokens[2] = "</s>"
    for i in 259..<vocabulary.tokens.count {
      vocabulary.tokens[i] = String(
        decoding: Normalizer.replace(.literal([0x20]), with: Array("▁".utf8)).apply(Array(vocabulary.tokens[i].utf8)),
        as: UTF8.self)
    }
    vocabulary.unknownID = 0
    vocabulary.bosID = 1
    vocabulary.eosID = 2
    vocabulary.addsBOS = true
    vocabulary.addsSpacePrefix = true
    return vocabulary
  }

  /// The file of a vocabulary with which llama2.c's run.c gives the same ids.
  static func write(_ vocabulary: EmbeddedVocabulary) throws(TokenizerError) -> [UInt8] {
    func refuse(_ what: String) -> TokenizerError {
      TokenizerError(.unsupported, "\(what), which llama2.c's tokenizer.bin cannot say; keep the tokenizer as it is")
    }
    guard vocabulary.model == "llama" else { throw refuse("the vocabulary is not SentencePiece's") }
    guard vocabulary.addsSpacePrefix ?? true else { throw refuse("texts get no space in front") }
    guard vocabulary.removesExtraSpaces != true else { throw refuse("extra spaces are removed") }
    guard vocabulary.bosID == 1, vocabulary.eosID == 2 else {
      throw refuse("texts do not begin with token 1 and end with 2")
    }
    guard vocabulary.tokens.count >= 259, (0..<256).allSatisfy({ vocabulary.tokens[3 + $0] == byteTokenName($0) })
    else {
      throw refuse("tokens 3 to 258 are not the bytes")
    }
    for id in 259..<vocabulary.tokens.count where ![.normal, .control].contains(vocabulary.types[id]) {
      throw refuse("token \(id) is \(vocabulary.types[id])")
    }
    var pieces = vocabulary.tokens.map { token in
      Normalizer.replace(.literal(Array("▁".utf8)), with: [0x20]).apply(Array(token.utf8))
    }
    // Between line breaks, so that no text spells them.
    for id in 1...2 { pieces[id] = Array("\n\(vocabulary.tokens[id])\n".utf8) }
    func integer(_ bits: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32($0 * 8)) } }
    var file = integer(UInt32(clamping: pieces.map(\.count).max() ?? 0))
    for (piece, score) in zip(pieces, vocabulary.scores) {
      file += integer(score.bitPattern) + integer(UInt32(clamping: piece.count)) + piece
    }
    return file
  }
}
