import Tensors
import TestSupport
import Testing

@Suite struct AttentionTests {
  static let patterns: [AttentionPattern] = [
    .full, .banded(window: 1), .banded(window: 5), .banded(window: 300), .chunked(size: 4), .chunked(size: 64),
  ]

  @Test(arguments: patterns, [false, true])
  func agreesWithTheDefinition(pattern: AttentionPattern, withSinks: Bool) {
    var random = RandomFloats(seed: 5)
    for (rows, first, heads, kvHeads, size) in [
      (1, 0, 4, 4, 8), (1, 37, 8, 2, 16), (1, 600, 6, 1, 64), (5, 0, 4, 2, 7), (70, 0, 4, 1, 32), (33, 270, 4, 4, 16),
      (2, 3, 3, 3, 64), (300, 0, 2, 2, 8),
    ] {
      let keyCount = first + rows, columns = kvHeads * size
      let q = random(rows * heads * size), keys = random(keyCount * columns), values = random(keyCount * columns)
      let sinks = withSinks ? random(heads) : nil
      for type in [ElementType.f32, .f16, .bf16] {
        let k = Tensor(keys, shape: [keyCount, columns]).converted(to: type)
        let v = Tensor(values, shape: [keyCount, columns]).converted(to: type)
        let out = attention(
          queries: Tensor(q, shape: [rows, heads * size]),
          segments: [AttentionSegment(queryRows: 0..<rows, keys: k, values: v, keyCount: keyCount, firstPosition: first)],
          headCount: heads, kvHeadCount: kvHeads, headSize: size, scale: 0.7, pattern: pattern,
          sinks: sinks.map { Tensor($0, shape: [heads]) })
        let expected = Reference.attention(
          q, k.floats(), v.floats(), rows: rows, keyCount: keyCount, first: first, heads: heads, kvHeads: kvHeads,
          size: size, scale: 0.7, sinks: sinks
        ) { query, key in
          switch pattern {
          case .full: true
          case .banded(let window): key > query - window
          case .chunked(let size): key / size == query / size
          }
        }
        #expect(largestDifference(out.floats(), expected) < 2e-6, "\(rows) \(first) \(heads)/\(kvHeads) \(size) \(type)")
      }
    }
  }

  @Test func segmentsAttendOnlyToTheirOwnKeys() {
    var random = RandomFloats(seed: 9)
    let q = Tensor(random(9 * 16), shape: [9, 16])
    let caches = [4, 7].map { Tensor(random($0 * 8), shape: [$0, 8]) }
    let segments = [
      AttentionSegment(queryRows: 0..<4, keys: caches[0], values: caches[0], keyCount: 4, firstPosition: 0),
      AttentionSegment(queryRows: 4..<9, keys: caches[1], values: caches[1], keyCount: 7, firstPosition: 2),
    ]
    func run(_ segments: [AttentionSegment]) -> [Float] {
      attention(
        queries: q, segments: segments, headCount: 2, kvHeadCount: 1, headSize: 8, scale: 1, pattern: .full, sinks: nil
      ).floats()
    }
    let both = run(segments)
    #expect(both == zip(run([segments[0]]), run([segments[1]])).map { $0 + $1 })
  }
}
