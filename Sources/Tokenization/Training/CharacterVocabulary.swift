/// The distinct characters (Unicode scalars) of a text, for a tokenizer whose tokens are characters.
///
///     var vocabulary = CharacterVocabulary()
///     vocabulary.add(Array(text.utf8))
///     let tokenizer = try vocabulary.tokenizer()        // 65 tokens for tinyshakespeare
public struct CharacterVocabulary: Sendable {
  private var isPresent = [Bool](repeating: false, count: 0x110000)

  /// No characters yet.
  public init() {}

  /// Adds the characters of a text.
  public mutating func add(_ text: [UInt8]) {
    let span = text.span
    var i = 0
    while i < span.count {
      let (value, length) = decodeScalar(span, i)
      isPresent[Int(min(value, 0x10FFFF))] = true
      i += length
    }
  }

  /// Adds the characters of another text.
  public mutating func add(_ other: CharacterVocabulary) {
    for value in other.isPresent.indices where other.isPresent[value] { isPresent[value] = true }
  }

  /// The tokenizer: ids count the characters in the order of their code points, special tokens follow. A character
  /// that was not in the text has no id and is left out.
  /// - Throws: `TokenizerError` where there is no text.
  public func tokenizer(specialTokens: [String] = []) throws(TokenizerError) -> Tokenizer {
    var pieces = PieceTable()
    for value in isPresent.indices where isPresent[value] {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      pieces.insert(Array(String(scalar).utf8).span, id: pieces.count)
    }
    guard pieces.count > 0 else {
      throw TokenizerError(.unsupported, "there is no text to take characters from; give files that hold some")
    }
    try pieces.insert(specialTokens: specialTokens)
    let model = BytePairEncoding(
      pieces: pieces, merges: MergeTable(reserving: 0), options: BytePairEncoding.Options(), isByteLevel: false)
    var stages = Tokenizer.Stages(pieces: pieces, model: .bytePair(model), decoder: .fuse)
    stages.declare(specialTokens)
    return Tokenizer(stages)
  }
}
