import LanguageModels
import Tensors
import Testing

/// Sequences that are read together have the bits that they have alone, in every family: a text must not depend on who
/// is served beside it.
@Suite struct BatchTests {
  @Test(arguments: GoldenCase.all) func sequencesReadTogetherAreSequencesReadAlone(_ golden: GoldenCase) throws {
    let model = try LanguageModel.load(from: golden.path)
    let ids = try golden.expected().inputs[0]
    // Five texts at different places, each a token further with every step.
    let starts = [0, 1, 2, 4, 5].map { min($0, ids.count - 3) }
    let alone = starts.map { _ in model.makeCache() }
    let together = starts.map { _ in model.makeCache() }
    for (index, start) in starts.enumerated() where start > 0 {
      for cache in [alone[index], together[index]] { _ = try model.forward(Array(ids[..<start]), cache: cache) }
    }
    for step in 0..<3 {
      let rows = try model.forward(
        starts.indices.map { SequenceInput([ids[starts[$0] + step]], cache: together[$0]) })
      for index in starts.indices {
        let expected = try model.forward([ids[starts[index] + step]], cache: alone[index])
        #expect(rows[index]?.floats() == expected.floats(), "text \(index), step \(step)")
      }
    }
  }

  @Test func onlyTheScoresThatAreWantedAreComputed() throws {
    let model = try LanguageModel.load(from: GoldenCase.all[0].path)
    let caches = (0..<3).map { _ in model.makeCache() }
    let rows = try model.forward([
      SequenceInput([1, 2, 3], cache: caches[0], logits: nil), SequenceInput([4, 5], cache: caches[1], logits: .all),
      SequenceInput([6], cache: caches[2]),
    ])
    #expect(rows[0] == nil && rows[1]?.shape.rowCount == 2 && rows[2]?.shape.rowCount == 1)
    #expect(caches.map(\.count) == [3, 2, 1])
    #expect(throws: ModelError.self) {
      try model.forward([SequenceInput([1], cache: caches[0]), SequenceInput([1], cache: caches[0])])
    }
    #expect(throws: ModelError.self) {
      try model.forward([SequenceInput([1], cache: caches[0]), SequenceInput([-1], cache: caches[1])])
    }
    #expect(caches.map(\.count) == [3, 2, 1])
  }

  @Test(arguments: GoldenCase.all) func whatIsCancelledHasNotBeenRead(_ golden: GoldenCase) throws {
    let model = try LanguageModel.load(from: golden.path)
    let ids = try golden.expected().inputs[0]
    let (cache, other) = (model.makeCache(), model.makeCache())
    for cache in [cache, other] { _ = try model.forward([ids[0]], cache: cache) }
    for layer in 0..<model.configuration.layerCount {
      var asked = 0
      let error = #expect(throws: ModelError.self) {
        try model.forward([SequenceInput([ids[2], ids[1]], cache: cache)]) {
          asked += 1
          return asked > layer
        }
      }
      #expect(error?.code == .cancelled && asked == layer + 1 && cache.count == 1)
    }
    let expected = try model.forward([ids[1]], cache: other)
    #expect(try model.forward([ids[1]], cache: cache).floats() == expected.floats())
  }

  @Test func embeddingsAreMeansOfLengthOne() throws {
    let model = try LanguageModel.load(from: GoldenCase.all[0].path)
    let vector = try model.embedding(of: [1, 2, 3])
    #expect(vector.count == model.configuration.hiddenSize)
    #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    #expect(try model.embedding(of: [1, 2, 4]) != vector)
  }
}
