public import Tokenization

/// Trains tokenizers on files of any size, on all threads.
public enum TokenizerTraining {
  /// Counts the words of all documents, for `BytePairTrainer`. The counts do not depend on the number of threads.
  /// - Parameter progress: called with the bytes read so far; false stops.
  /// - Returns: nil where `progress` stopped it.
  public static func countWords(
    _ inputs: TextInputs, _ pattern: WordPattern, maximumWords: Int = 5_000_000, progress: (Int) -> Bool = { _ in true }
  ) throws -> WordCounts? {
    var counts = WordCounts(pattern, maximumWords: maximumWords)
    let lanes = (0..<ParallelReading.lanes).map { _ in Lane(WordCounts(pattern, maximumWords: maximumWords)) }
    func gather() {
      for lane in lanes {
        counts.add(lane.value)
        lane.value = WordCounts(pattern, maximumWords: maximumWords)
      }
    }
    let isComplete = try forEachText(inputs, lanes, progress) { counts, text in
      counts.add(text)
    } afterRound: {
      // The lanes together hold no more than the whole may.
      if lanes.reduce(0, { $0 + $1.value.distinctCount }) > maximumWords / 2 { gather() }
    }
    gather()
    return isComplete ? counts : nil
  }

  /// Gathers the characters of all documents.
  /// - Parameter progress: called with the bytes read so far; false stops.
  /// - Returns: nil where `progress` stopped it.
  public static func gatherCharacters(
    _ inputs: TextInputs, progress: (Int) -> Bool = { _ in true }
  ) throws -> CharacterVocabulary? {
    let lanes = (0..<ParallelReading.lanes).map { _ in Lane(CharacterVocabulary()) }
    let isComplete = try forEachText(inputs, lanes, progress) {
      $0.add($1)
    } afterRound: {
    }
    var all = CharacterVocabulary()
    for lane in lanes { all.add(lane.value) }
    return isComplete ? all : nil
  }

  /// What one lane has gathered; one thread at a time works on it.
  private final class Lane<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
  }

  private static func forEachText<Value>(
    _ inputs: TextInputs, _ lanes: [Lane<Value>], _ progress: (Int) -> Bool,
    _ add: @escaping (inout Value, [UInt8]) -> Void, afterRound: () -> Void
  ) throws -> Bool {
    var byteCount = 0
    var isStopped = false
    var batches = 0
    let reader = DocumentReader(inputs, cutsDocuments: true)
    try ParallelReading.run(reader) { batch, lane in
      var bytes = 0
      for piece in batch {
        guard case .text(let text) = try piece.decoded() else {
          throw TrainingError(.unusableData, at: piece.place, "holds ids, from which no tokenizer can learn; give text")
        }
        add(&lanes[lane].value, text)
        bytes += text.count
      }
      return bytes
    } consume: { bytes, _ in
      byteCount += bytes
      batches += 1
      if batches % ParallelReading.lanes == 0 { afterRound() }
      isStopped = !progress(byteCount)
      return !isStopped
    }
    return !isStopped
  }
}
