import LanguageModels
import Tensors
import TestSupport
import Testing

@Suite struct KVCacheTests {
  /// A small LLaMA whose layers see all tokens, a window and a chunk in turn.
  func model(_ patterns: [AttentionPattern], contextLength: Int = 2000) throws -> LanguageModel {
    var shape = Configuration.llamaSmall
    (shape.hiddenSize, shape.headCount, shape.kvHeadCount, shape.headSize) = (64, 4, 2, 16)
    (shape.vocabularySize, shape.contextLength) = (50, contextLength)
    shape.layers = Array(
      repeating: Layer(feedForward: .gated(.activation(.silu), intermediateSize: 96)), count: patterns.count)
    shape.setAttentionPatterns(patterns)
    return try LanguageModel(shape, seed: 3)
  }

  func ids(_ count: Int) -> [Int] { (0..<count).map { ($0 * $0 * 7 + $0 * 3 + 1) % 50 } }

  @Test(arguments: [KVCacheTypes.f32, .f16, .q8_0])
  func aDroppedPageIsNeverMissed(_ types: KVCacheTypes) throws {
    let model = try model([.full, .banded(window: 100), .chunked(size: 300), .banded(window: 100)])
    let ids = ids(1000)
    let cache = model.makeCache(types)
    var logits: [Float] = []
    var next = 0
    // Prompts, single tokens and handfuls.
    for count in [512, 1, 1, 7, 100, 8, 300, 1, 70] {
      logits += try model.forward(Array(ids[next..<next + count]), cache: cache, logits: .all).floats()
      next += count
      #expect(cache.allocatedBytes == ModelInspection(model.configuration).kvCacheBytes(at: next, types), "\(next)")
    }
    #expect(next == 1000 && cache.count == 1000)
    let whole = try model.logits(ids).floats()
    let size = whole.map(abs).max() ?? 0
    #expect(largestDifference(logits, whole) < (types == .f32 ? 1e-5 : types == .f16 ? 2e-3 : 5e-2) * size)
    // One layer keeps four pages; two the window before token 1000, and one its chunk, which are in the last.
    #expect(cache.allocatedBytes == cache.bytesPerToken / 4 * (4 + 3) * 256)
  }

  @Test func itGrowsByPagesAndGivesThemBack() throws {
    let model = try model([.full, .full])
    let cache = model.makeCache()
    #expect(cache.allocatedBytes == 0 && cache.bytesPerToken == 2 * 2 * 32 * 2)
    _ = try model.forward(ids(256), cache: cache)
    #expect(cache.allocatedBytes == 256 * cache.bytesPerToken)
    _ = try model.forward([1], cache: cache)
    #expect(cache.allocatedBytes == 512 * cache.bytesPerToken)
    #expect(cache.truncate(to: 256) == 256)
    #expect(cache.allocatedBytes == 256 * cache.bytesPerToken)
    #expect(cache.truncate(to: 300) == 256 && cache.truncate(to: -1) == 0 && cache.allocatedBytes == 0)
  }

  @Test(arguments: [0, 1, 255, 256, 300, 600])
  func forksShareMemoryUntilTheyDiffer(_ shared: Int) throws {
    let model = try model([.full, .full])
    let (ids, meter) = (ids(700), MemoryMeter())
    let cache = model.makeCache(.f32, meter: meter)
    _ = try model.forward(Array(ids[..<600]), cache: cache)
    let page = 256 * cache.bytesPerToken
    #expect(meter.usedBytes == 3 * page)
    let fork = try #require(cache.fork(first: shared))
    #expect(meter.usedBytes == 3 * page && fork.count == shared)
    let others = Array(ids.reversed()[..<50])
    let cost = fork.newBytes(adding: others.count)
    let after = try model.forward(others, cache: fork).floats()
    #expect(meter.usedBytes == 3 * page + cost)
    // The first cache does not notice, nor does the fork notice the first.
    _ = try model.forward(Array(ids[600...]), cache: cache)
    let alone = model.makeCache(.f32)
    if shared > 0 { _ = try model.forward(Array(ids[..<shared]), cache: alone) }
    #expect(largestDifference(try model.forward(others, cache: alone).floats(), after) < 1e-5)
    #expect(
      largestDifference(try model.forward([1], cache: cache).floats(), try model.logits(ids + [1]).floats().suffix(50))
        < 1e-4)
    #expect(fork.fork(first: fork.count + 1) == nil && fork.fork(first: -1) == nil)
  }

  @Test func aWindowThatIsGoneCannotBeForked() throws {
    let model = try model([.full, .banded(window: 60)])
    let cache = model.makeCache(.f32)
    _ = try model.forward(ids(900), cache: cache)
    #expect(cache.fork(first: 100) == nil)
    #expect(cache.fork(first: 890)?.count == 890)
    #expect(cache.count == 900)
  }

  /// After some tokens are forgotten, others continue as if the first had never been there.
  @Test(arguments: [[AttentionPattern.full], [.banded(window: 60), .chunked(size: 128), .full]])
  func anotherContinuationCanBeTried(_ patterns: [AttentionPattern]) throws {
    let model = try model(patterns)
    let ids = ids(700)
    let cache = model.makeCache(.f32)
    _ = try model.forward(Array(ids[..<600]), cache: cache)
    for kept in [592, 560, 540] {
      #expect(cache.truncate(to: kept) == kept)
      let other = Array(ids[..<kept]) + [7, 8, 9]
      let logits = try model.forward([7, 8, 9], cache: cache).floats()
      let whole = try model.logits(other).floats().suffix(50)
      #expect(largestDifference(logits, Array(whole)) < 1e-5 * (whole.map(abs).max() ?? 0), "\(kept)")
      #expect(cache.truncate(to: kept) == kept)
      _ = try model.forward(Array(ids[kept..<600]), cache: cache)
    }
    // Too far back for a window: nothing is left, unless every layer keeps everything.
    let isFull = patterns.allSatisfy { $0 == .full }
    #expect(cache.truncate(to: 100) == (isFull ? 100 : 0))
    #expect(cache.count == (isFull ? 100 : 0))
    let again = try model.forward(Array(ids[cache.count..<600]), cache: cache).floats()
    let whole = try model.logits(Array(ids[..<600])).floats().suffix(50)
    #expect(largestDifference(again, Array(whole)) < 1e-5 * (whole.map(abs).max() ?? 0))
  }

  @Test func handfulsAreTheTokensAlone() throws {
    let model = try model([.banded(window: 100), .full, .chunked(size: 90)])
    let ids = ids(400)
    for types in [KVCacheTypes.f16, .q8_0] {
      let (one, few) = (model.makeCache(types), model.makeCache(types))
      _ = try (model.forward(Array(ids[..<250]), cache: one), model.forward(Array(ids[..<250]), cache: few))
      for first in stride(from: 250, to: 394, by: 8) {
        let alone = try (first..<first + 8).flatMap { try model.forward([ids[$0]], cache: one).floats() }
        // A guess that proves wrong, and is forgotten.
        _ = try model.forward([1, 2, 3, 4, 5], cache: few)
        few.truncate(to: first)
        let together = try model.forward(Array(ids[first..<first + 8]), cache: few, logits: .all).floats()
        #expect(together == alone, "\(first)")
      }
    }
  }

  @Test func onlySomeTypesHoldKeys() {
    #expect(KVCacheTypes(keys: .q4_K, values: .f16) == nil && KVCacheTypes(keys: .f16, values: .i8) == nil)
    #expect(KVCacheTypes.choices.count == 5)
    let mixed = KVCacheTypes(keys: .q8_0, values: .q4_0)
    #expect(mixed?.keys == .q8_0 && mixed?.values == .q4_0)
  }

  @Test func longContextsAreCounted() throws {
    var shape = try model([.full]).configuration
    (shape.headCount, shape.kvHeadCount, shape.headSize, shape.contextLength) = (64, 64, 1024, 1_000_000_000)
    let inspection = ModelInspection(shape)
    #expect(inspection.kvCacheBytes(at: 1_000_000_000, .f32) > 1 << 48)
  }
}
