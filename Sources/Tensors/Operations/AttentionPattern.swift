/// Which earlier tokens a token attends to; never later ones.
public enum AttentionPattern: Sendable, Hashable {
  /// All of them.
  case full
  /// The nearest `window`, itself included: `query - window < key`.
  case banded(window: Int)
  /// Those in the same chunk: `query / size == key / size`.
  case chunked(size: Int)

  /// The first key that a query at `position` attends to. It never falls as the position grows.
  func firstKey(for position: Int) -> Int {
    switch self {
    case .full: 0
    case .banded(let window): max(0, position - window + 1)
    case .chunked(let size): position / size * size
    }
  }
}

/// One sequence of a batch: its queries, and all keys and values up to its last token.
public struct AttentionSegment: Sendable {
  let queryRows: Range<Int>
  let keys, values: Tensor
  let keyCount: Int
  let firstPosition: Int

  /// - Parameters:
  ///   - queryRows: The rows of the queries that belong to the sequence.
  ///   - keys: [at least keyCount, kvHeadCount * headSize], float32, float16 or bfloat16
  ///   - values: as keys
  ///   - keyCount: How many of them there are; key `j` stands at position `j`.
  ///   - firstPosition: Where the first query stands.
  public init(queryRows: Range<Int>, keys: Tensor, values: Tensor, keyCount: Int, firstPosition: Int) {
    precondition(firstPosition + queryRows.count <= keyCount)
    precondition(keyCount <= keys.shape[0] && keyCount <= values.shape[0])
    self.queryRows = queryRows
    self.keys = keys
    self.values = values
    self.keyCount = keyCount
    self.firstPosition = firstPosition
  }

  /// All keys, in blocks.
  var keyBlocks: [Range<Int>] {
    stride(from: 0, to: keyCount, by: AttentionHeads.keyBlock).map {
      $0..<min(keyCount, $0 + AttentionHeads.keyBlock)
    }
  }
}
