/// How the numbers of a tensor are stored.
///
/// Plain types hold one number per element. Block types, named as in GGUF, hold `blockSize` numbers of one row
/// in `bytesPerBlock` bytes: small integers with a shared scale. Precision is data: operations take a weight of
/// any of these types and the model never knows which.
public enum ElementType: String, CaseIterable, Sendable, Hashable {
  case f32, f16, bf16
  case q4_0, q4_1, q5_0, q5_1, q8_0
  case q2_K, q3_K, q4_K, q5_K, q6_K
  case iq4_nl, iq4_xs, mxfp4
  // Not numbers to compute with: token ids, masks and packed bytes that checkpoints also carry.
  case i8, u8, i16, i32, i64, f64

  /// The numbers in one block; 1 for plain types. A row is always a whole number of blocks.
  public var blockSize: Int {
    switch self {
    case .f32, .f16, .bf16, .i8, .u8, .i16, .i32, .i64, .f64: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .iq4_nl, .mxfp4: 32
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_xs: 256
    }
  }

  /// The bytes that one block takes.
  public var bytesPerBlock: Int {
    switch self {
    case .i8, .u8: 1
    case .f16, .bf16, .i16: 2
    case .f32, .i32: 4
    case .i64, .f64: 8
    case .q4_0, .iq4_nl: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    case .iq4_xs: 136
    case .mxfp4: 17
    }
  }

  /// Whether elements share a block with their neighbours.
  public var isBlocked: Bool { blockSize > 1 }

  /// Bits per number, scales included: 4.5 for `q4_0`.
  public var bitsPerElement: Double { Double(bytesPerBlock * 8) / Double(blockSize) }

  /// The bytes of `count` elements, or nil when `count` is negative, not a whole number of blocks, or too large.
  public func byteCount(elements count: Int) -> Int? {
    guard count >= 0, count % blockSize == 0 else { return nil }
    let (bytes, overflow) = (count / blockSize).multipliedReportingOverflow(by: bytesPerBlock)
    return overflow ? nil : bytes
  }
}
