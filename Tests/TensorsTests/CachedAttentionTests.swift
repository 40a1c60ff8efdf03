import Foundation
import Tensors
import TestSupport
import Testing

/// Attention to keys and values in a cache's pages, against its definition in double precision.
@Suite struct CachedAttentionTests {
  /// A text's queries, and its keys and values in pages; and what they are once they are rounded.
  struct Text {
    let heads, kvHeads, size, length: Int
    let queries: Tensor  // [length, heads * size]
    let pages: KeyValuePages
    let keys, values: [Float]

    init(
      heads: Int, kvHeads: Int, size: Int, length: Int, keyType: ElementType, valueType: ElementType, seed: UInt64 = 1
    ) {
      (self.heads, self.kvHeads, self.size, self.length) = (heads, kvHeads, size, length)
      queries = Tensor(numbers(length * heads * size, seed: seed).map { 2 * $0 }, shape: [length, heads * size])
      let format = KeyValueFormat(
        keyType: keyType, valueType: valueType, kvHeadCount: kvHeads, headSize: size, contextLength: 4096)
      // Two layers share the pages, and this is the second.
      let storages = (0...length / format.pageLength).map { _ in Storage(byteCount: 2 * format.bytesPerPage) }
      pages = KeyValuePages(format, pages: storages, firstPage: 0, layer: 1)
      let (k, v) = (
        numbers(length * kvHeads * size, seed: seed + 1), numbers(length * kvHeads * size, seed: seed + 2)
      )
      // As generation does: a prompt, then token by token.
      let prompt = length * 2 / 3
      for rows in [0..<prompt] + (prompt..<length).map({ $0..<$0 + 1 }) where !rows.isEmpty {
        func some(_ x: [Float]) -> Tensor {
          Tensor(x, shape: [length, kvHeads * size]).rows(rows)
        }
        pages.write(keys: some(k), values: some(v), at: rows.lowerBound)
      }
      keys = Self.rounded(k, keyType, size)
      values = Self.rounded(v, valueType, size)
    }

    /// Head by head, filled up with zeros to whole blocks.
    static func rounded(_ x: [Float], _ type: ElementType, _ size: Int) -> [Float] {
      let padded = (size + type.blockSize - 1) / type.blockSize * type.blockSize
      return stride(from: 0, to: x.count, by: size).flatMap { first in
        let row = Array(x[first..<first + size]) + [Float](repeating: 0, count: padded - size)
        guard type.isBlocked else { return Tensor(row, shape: [1, padded]).converted(to: type).floats()[...] }
        return stride(from: 0, to: padded, by: 32).flatMap { block(Array(row[$0..<$0 + 32]), type) }.prefix(size)
      }
    }

    /// The largest magnitude meets the end of the range: 127, or -8.
    static func block(_ x: [Float], _ type: ElementType) -> [Float] {
      let extreme = x.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
      let scale = type == .q8_0 ? abs(extreme) / 127 : extreme / -8
      let inverse = scale == 0 ? 0 : 1 / scale
      let stored = Tensor([scale], shape: [1]).converted(to: .f16).floats()[0]
      return x.map { number in
        let scaled = number * inverse
        return stored
          * (type == .q8_0 ? scaled.rounded(.toNearestOrAwayFromZero) : min(15, Float(Int(scaled + 8.5))) - 8)
      }
    }

    func attend(_ rows: Range<Int>, _ pattern: AttentionPattern, sinks: [Float]? = nil) -> [Float] {
      attention(
        queries: queries.rows(rows),
        segments: [AttentionSegment(queryRows: 0..<rows.count, pages: pages, firstPosition: rows.lowerBound)],
        headCount: heads, kvHeadCount: kvHeads, headSize: size, scale: 0.4, pattern: pattern,
        sinks: sinks.map { Tensor($0, shape: [heads]) }
      ).floats()
    }

    func expected(_ rows: Range<Int>, _ pattern: AttentionPattern, sinks: [Float]? = nil) -> [Float] {
      Reference.attention(
        queries.rows(rows).floats(), keys, values, rows: rows.count, keyCount: length, first: rows.lowerBound,
        heads: heads, kvHeads: kvHeads, size: size, scale: 0.4, sinks: sinks
      ) { AttentionBlockTests.sees(pattern, $0, $1) }
    }
  }

  static let patterns: [AttentionPattern] = [.full, .banded(window: 30), .banded(window: 300), .chunked(size: 100)]
  static let types: [ElementType] = [.f32, .f16, .bf16, .q8_0, .q4_0]

  @Test(arguments: types, [32, 64, 80, 96, 128, 7, 1]) func everyTypeAndSize(_ type: ElementType, size: Int) {
    let text = Text(heads: 6, kvHeads: 2, size: size, length: 330, keyType: type, valueType: type)
    // One token, a few, and blocks of them; within a page, and across.
    for rows in [0..<1, 16..<17, 255..<256, 256..<257, 329..<330, 250..<258, 60..<68, 0..<330, 200..<230] {
      #expect(largestDifference(text.attend(rows, .full), text.expected(rows, .full)) < 5e-6, "\(rows)")
    }
  }

  @Test(arguments: patterns, [[1, 1], [3, 1], [4, 1], [10, 2], [16, 2]])
  func everyPatternAndGroup(_ pattern: AttentionPattern, heads: [Int]) {
    let sinks = numbers(heads[0], seed: 9).map { 2 * $0 }
    for (keyType, valueType) in [(ElementType.f16, ElementType.f16), (.q8_0, .q4_0), (.f32, .q8_0)] {
      let text = Text(
        heads: heads[0], kvHeads: heads[1], size: 32, length: 700, keyType: keyType, valueType: valueType)
      for rows in [99..<102, 331..<339, 512..<513, 692..<700, 511..<530, 100..<400] {
        let difference = largestDifference(
          text.attend(rows, pattern, sinks: sinks), text.expected(rows, pattern, sinks: sinks))
        #expect(difference < 5e-6, "\(keyType) \(valueType) \(rows)")
      }
    }
  }

  /// The words of speculative decoding: a few tokens together are what each would be alone, on any number of threads.
  @Test(arguments: patterns, types) func aFewTokensAreThoseAlone(_ pattern: AttentionPattern, _ type: ElementType) {
    let text = Text(heads: 6, kvHeads: 2, size: 40, length: 600, keyType: type, valueType: type)
    let threads = ThreadPool.shared.threadCount
    defer { ThreadPool.configure(threadCount: threads) }
    for first in [0, 25, 252, 296, 509, 592] {
      ThreadPool.configure(threadCount: 1)
      let alone = (first..<first + 8).map { text.attend($0..<$0 + 1, pattern) }
      for count in 2...8 {
        ThreadPool.configure(threadCount: [2, 3, 5][count % 3])
        #expect(text.attend(first..<first + count, pattern) == Array(alone.prefix(count).joined()), "\(first) \(count)")
      }
      for threads in [2, 3, 5] {
        ThreadPool.configure(threadCount: threads)
        #expect(text.attend(first..<first + 1, pattern) == alone[0], "\(first), \(threads) threads")
      }
    }
  }

  /// A value that only a later token sees, and that is no number, reaches no earlier one.
  @Test func whatATokenDoesNotSeeDoesNotReachIt() {
    let text = Text(heads: 2, kvHeads: 1, size: 32, length: 300, keyType: .f16, valueType: .f16)
    let before = text.attend(290..<294, .full)
    let infinite = Tensor([Float](repeating: .infinity, count: 32), shape: [1, 32])
    text.pages.write(keys: Tensor(zeros: [1, 32]), values: infinite, at: 293)
    let after = text.attend(290..<294, .full)
    #expect(after.prefix(3 * 64) == before.prefix(3 * 64))
    #expect(after.suffix(64).allSatisfy { !$0.isFinite })
  }

  /// A batch's sequences do not meet, long or short, cached or not.
  @Test func sequencesOfABatchAreEachAlone() {
    let texts = [(300, ElementType.f16), (40, .q8_0), (520, .f32)].map {
      Text(heads: 4, kvHeads: 2, size: 32, length: $0.0, keyType: $0.1, valueType: $0.1, seed: UInt64($0.0))
    }
    let rows = [290..<300, 39..<40, 515..<520]
    var segments: [AttentionSegment] = []
    var first = 0
    let queries = Tensor(
      zip(texts, rows).flatMap { $0.queries.rows($1).floats() }, shape: [rows.map(\.count).reduce(0, +), 128])
    for (text, rows) in zip(texts, rows) {
      segments.append(
        AttentionSegment(queryRows: first..<first + rows.count, pages: text.pages, firstPosition: rows.lowerBound))
      first += rows.count
    }
    let together = attention(
      queries: queries, segments: segments, headCount: 4, kvHeadCount: 2, headSize: 32, scale: 0.4, pattern: .full,
      sinks: nil
    ).floats()
    #expect(together == zip(texts, rows).flatMap { $0.attend($1, .full) })
  }
}
