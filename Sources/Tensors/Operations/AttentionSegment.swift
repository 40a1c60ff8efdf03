/// One sequence of a batch: its queries, and all keys and values up to its last token.
public struct AttentionSegment: Sendable {
  let queryRows: Range<Int>
  let keys, values: KeyRows
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
    precondition(keys.elementType.plainCode != nil && values.elementType.plainCode != nil)
    self.queryRows = queryRows
    self.keys = KeyRows(keys)
    self.values = KeyRows(values)
    self.keyCount = keyCount
    self.firstPosition = firstPosition
  }

  /// A sequence whose keys and values a cache holds, those of its last token included.
  public init(queryRows: Range<Int>, pages: KeyValuePages, firstPosition: Int) {
    self.queryRows = queryRows
    keys = pages.keys
    values = pages.values
    keyCount = firstPosition + queryRows.count
    self.firstPosition = firstPosition
  }

  /// All keys, in blocks.
  var keyBlocks: [Range<Int>] {
    stride(from: 0, to: keyCount, by: AttentionHeads.keyBlock).map {
      $0..<min(keyCount, $0 + AttentionHeads.keyBlock)
    }
  }
}
