import Tokenization

/// Documents as tokens: what a model expects before a text, the text, the token that ends it. Documents given as ids
/// are taken as they are.
package struct DocumentEncoding: Sendable {
  let tokenizer: Tokenizer
  let beginning: [Int]
  let ending: [Int]

  init(_ tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    beginning = tokenizer.prefixIDs
    ending = tokenizer.eosIDs.first.map { [$0] } ?? []
  }

  /// A batch of pieces as tokens.
  package struct Batch {
    var ids: [Int] = []
    /// Where documents begin among the ids.
    var starts: [Int] = []
    var textByteCount = 0
    var hash: [UInt8] = []
    /// Whether the last document goes on in the next batch.
    var isOpen = false

    init() {}

    package init(ids: [Int], starts: [Int]) {
      self.ids = ids
      self.starts = starts
    }
  }

  func encode(_ pieces: [DocumentReader.Piece]) throws(TrainingError) -> Batch {
    var batch = Batch()
    var hash = SHA256()
    for piece in pieces {
      if !piece.continuesDocument { batch.starts.append(batch.ids.count) }
      switch try piece.decoded() {
      case .text(let bytes):
        hash.add(bytes)
        if !piece.continuesDocument { batch.ids += beginning }
        batch.ids += tokenizer.encode(utf8: bytes)
        if piece.endsDocument { batch.ids += ending }
        batch.textByteCount += bytes.count
      case .ids(let ids):
        if let wrong = ids.first(where: { $0 < 0 || $0 >= tokenizer.vocabularySize }) {
          throw TrainingError(
            .unusableData, at: piece.place,
            "id \(wrong) is outside the vocabulary of \(tokenizer.vocabularySize); use the tokenizer that made it")
        }
        hash.add(Array(ids.map(String.init).joined(separator: ",").utf8))
        batch.ids += ids
      }
      // The ends of documents count: the same words in other documents are another source.
      hash.add([piece.endsDocument ? 1 : 0])
      batch.isOpen = !piece.endsDocument
      if batch.starts.last == batch.ids.count { batch.starts.removeLast() }
    }
    batch.hash = hash.finish()
    return batch
  }
}
