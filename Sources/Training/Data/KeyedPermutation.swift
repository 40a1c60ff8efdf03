import Tensors

/// A shuffle that is computed rather than stored: a bijection of `0..<count` that a key chooses.
///
///     let order = KeyedPermutation(count: 1_000_000_000_000, key: 7)
///     let first = order[0]                                // any place, at once
///
/// A Feistel network permutes the numbers of as many bits as `count` needs, rounded up to an even number; an image
/// outside the range is permuted again until it falls inside ("cycle walking", Black and Rogaway 2002), which takes
/// fewer than four steps on average. Nothing is kept per element, so a run over trillions of samples can start
/// anywhere, on any number of machines, and all agree on the order.
public struct KeyedPermutation: Sendable {
  /// How many numbers are permuted.
  public let count: Int
  /// Each round mixes with its own key.
  private let keys: [UInt64]
  private let halfBits: UInt64

  /// A shuffle of `0..<count`; the same key gives the same one on every machine.
  /// - Parameter count: 0 or more; a negative count permutes nothing.
  public init(count: Int, key: UInt64) {
    self.count = max(0, count)
    let bits = UInt64(Int.bitWidth - max(1, self.count - 1).leadingZeroBitCount)
    halfBits = (bits + 1) / 2
    var state = key
    keys = (0..<6).map { _ in
      state &+= mixingStep
      return mixed(state)
    }
  }

  /// The number at a place.
  /// - Precondition: `index` is in `0..<count`.
  public subscript(index: Int) -> Int {
    precondition(index >= 0 && index < count, "place \(index) of a shuffle of \(count)")
    var value = UInt64(index)
    repeat { value = permuted(value) } while value >= UInt64(count)
    return Int(value)
  }

  private func permuted(_ value: UInt64) -> UInt64 {
    let mask = (1 << halfBits) - 1 as UInt64
    var left = value >> halfBits
    var right = value & mask
    for key in keys { (left, right) = (right, left ^ (mixed(right ^ key) & mask)) }
    return left << halfBits | right
  }
}
