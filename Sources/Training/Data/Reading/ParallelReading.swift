import Tensors

/// Works through documents on all threads and hands the results over in the order of the text.
///
/// Text is taken in rounds of `lanes` batches. What a batch holds depends on the text alone, and the batch at a place
/// of a round always belongs to the same lane: whatever is made of them does not depend on the number of threads. The
/// next round is read while this one is worked on, so memory holds two rounds.
struct ParallelReading {
  /// How many batches a round has: the most threads that have work.
  static let lanes = 32
  private static let batchBytes = 1 << 19

  private final class Slot<Value> {
    var value: Result<Value, any Error>?
  }

  /// - Parameters:
  ///   - work: makes something of a batch; called on several threads, for different lanes at once.
  ///   - consume: takes the results in order; false stops.
  static func run<Value>(
    _ reader: DocumentReader, pool: ThreadPool = .shared,
    work: @escaping (_ batch: [DocumentReader.Piece], _ lane: Int) throws -> Value,
    consume: (_ result: Value, _ batch: [DocumentReader.Piece]) throws -> Bool
  ) throws {
    var round = try readRound(reader)
    while !round.isEmpty {
      let following = Slot<[[DocumentReader.Piece]]>()
      let slots = round.map { _ in Slot<Value>() }
      let batches = round
      pool.run(round.count + 1) { index in
        if index == 0 {
          following.value = Result { try readRound(reader) }
        } else {
          slots[index - 1].value = Result { try work(batches[index - 1], index - 1) }
        }
      }
      for (slot, batch) in zip(slots, round) {
        guard let value = try slot.value?.get(), try consume(value, batch) else { return }
      }
      round = try following.value?.get() ?? []
    }
  }

  private static func readRound(_ reader: DocumentReader) throws -> [[DocumentReader.Piece]] {
    var round: [[DocumentReader.Piece]] = []
    while round.count < lanes {
      var batch: [DocumentReader.Piece] = []
      var bytes = 0
      while bytes < batchBytes, let piece = try reader.next() {
        bytes += piece.byteCount + 1
        batch.append(piece)
      }
      if batch.isEmpty { break }
      round.append(batch)
    }
    return round
  }
}
