import Tensors

/// Which source each sample comes from, and which of that source's samples it is: computed from its number alone.
///
/// Sources take turns in blocks of 65,536 samples. In each block a source has as many places as its weight gives it,
/// and a keyed shuffle says which, so proportions are exact in each block and hold on average everywhere.
package struct SourceMixture: Sendable {
  package static let blockLength = 1 << 16

  /// Where each source's places begin in a block before they are shuffled; the last is the block's length.
  private let bounds: [Int]
  private let key: UInt64

  /// - Parameter weights: of one source or more, finite and above 0.
  package init(weights: [Double], key: UInt64) {
    self.key = key
    let largest = weights.max() ?? 1
    // Divided first, so that the sum of very large weights stays finite.
    let sum = weights.reduce(0) { $0 + $1 / largest }
    // Every source has a place; what is left goes by the largest remainder.
    let spare = Double(Self.blockLength - weights.count)
    let exact = weights.map { $0 / largest / sum * spare }
    var counts = exact.map { 1 + Int($0) }
    let byRemainder = exact.indices.sorted {
      exact[$0] - exact[$0].rounded(.down) > exact[$1] - exact[$1].rounded(.down)
    }
    let missing = Self.blockLength - counts.reduce(0, +)
    for rank in 0..<missing { counts[byRemainder[rank % byRemainder.count]] += 1 }
    bounds = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
  }

  /// The source of a sample, and the sample's number among those of that source.
  package func place(of sample: Int) -> (source: Int, index: Int) {
    guard bounds.count > 2 else { return (0, sample) }
    let (block, place) = sample.quotientAndRemainder(dividingBy: Self.blockLength)
    let slot = KeyedPermutation(count: Self.blockLength, key: mixed(key ^ UInt64(block)))[place]
    var source = 0
    while bounds[source + 1] <= slot { source += 1 }
    return (source, block * (bounds[source + 1] - bounds[source]) + slot - bounds[source])
  }
}
