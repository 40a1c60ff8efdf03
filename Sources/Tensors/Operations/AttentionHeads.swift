/// What all parts of one attention have in common.
struct AttentionHeads: Sendable {
  let count, kvCount, size: Int
  let scale: Float
  let pattern: AttentionPattern
  let sinks: Tensor?  // [count]
  let dropout: Dropout?

  /// The query heads that share a key head.
  var group: Int { count / kvCount }
  /// The width of all query heads of one token.
  var width: Int { count * size }

  /// Keys come in blocks that begin at multiples of this, so that no result depends on how the queries are divided.
  static let keyBlock = 128

  /// How many tokens give a block of about 128 rows: enough that packing a block of keys for them is cheap.
  var tokensPerBlock: Int { max(1, 128 / group) }
}
