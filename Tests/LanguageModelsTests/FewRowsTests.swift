import LanguageModels
import Tensors
import Testing

/// A few tokens read together have the bits that they have one by one, in every family: what speculative decoding
/// rests on.
@Suite struct FewRowsTests {
  @Test(arguments: GoldenCase.all) func tokensReadTogetherAreTokensReadOneByOne(_ golden: GoldenCase) throws {
    let model = try LanguageModel.load(from: golden.path)
    let ids = try golden.expected().inputs[0]
    let cache = model.makeCache()
    let alone = try ids.map { try model.forward([$0], cache: cache).floats() }
    for count in 2...min(fewRows, ids.count) {
      for start in [0, ids.count - count] {
        // What comes before is what a text that grows by single tokens holds.
        cache.truncate(to: 0)
        for id in ids[..<start] { _ = try model.forward([id], cache: cache) }
        let rows = try model.forward(Array(ids[start..<start + count]), cache: cache, logits: .all)
        #expect(rows.floats() == Array(alone[start..<start + count].joined()), "\(count) tokens from \(start)")
      }
    }
  }
}
