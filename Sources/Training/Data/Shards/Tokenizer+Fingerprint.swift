public import Tokenization

extension Tokenizer {
  /// SHA-256 of the vocabulary, and of the ids that it gives a text made to tell tokenizers apart: two tokenizers with
  /// the same one give the same ids, whatever files they were loaded from.
  public var fingerprint: [UInt8] {
    var hash = SHA256()
    for id in 0..<vocabularySize {
      let piece = piece(of: id).map { Array($0.utf8) } ?? []
      hash.add(Array("\(id):\(piece.count):".utf8) + piece)
    }
    let probe = "It's 12345 tests,\n\n  DON'T she'll naïveCase e\u{301} 你好 🙂\u{200D} --------\t\u{A0}x"
    let ids = encode(probe, addsSpecialTokens: true) + [-1] + encode(probe, parsesSpecialTokens: true) + [-1] + eosIDs
    hash.add(Array(ids.map(String.init).joined(separator: ",").utf8))
    return hash.finish()
  }
}
