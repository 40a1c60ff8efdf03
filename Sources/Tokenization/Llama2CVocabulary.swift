/// Reads llama2.c's tokenizer .bin: the longest piece's length, then for each token its score, length and bytes. The
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
}
