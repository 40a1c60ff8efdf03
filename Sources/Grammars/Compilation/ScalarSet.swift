/// A set of Unicode scalars as sorted ranges that neither touch nor overlap. Surrogates are never members.
struct ScalarSet: Hashable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  static let all = ScalarSet([0...0xD7FF, 0xE000...0x10FFFF])

  init(_ unsorted: some Sequence<ClosedRange<UInt32>>) {
    for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    // Ranges may have grown together over the surrogates; take those out again.
    ranges = ranges.flatMap { range -> [ClosedRange<UInt32>] in
      guard range.overlaps(0xD800...0xDFFF) else { return [range] }
      var parts: [ClosedRange<UInt32>] = []
      if range.lowerBound < 0xD800 { parts.append(range.lowerBound...0xD7FF) }
      if range.upperBound > 0xDFFF { parts.append(0xE000...range.upperBound) }
      return parts
    }
  }

  init(_ scalars: String) { self.init(scalars.unicodeScalars.map { $0.value...$0.value }) }

  var isEmpty: Bool { ranges.isEmpty }

  /// The only member, if there is exactly one.
  var single: UInt32? { ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil }

  var inverted: ScalarSet {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { result.append(next...0x10FFFF) }
    return ScalarSet(result)
  }

  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }
  func subtracting(_ other: ScalarSet) -> ScalarSet { inverted.union(other).inverted }
  func intersection(_ other: ScalarSet) -> ScalarSet { inverted.union(other.inverted).inverted }
  func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } }
}

/// The UTF-8 encodings of a range of scalars, as sequences of byte ranges: any byte of the first range followed by
/// any byte of the second, and so on.
func utf8Sequences(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
  var result: [[ClosedRange<UInt8>]] = []
  for (first, last) in [(0, 0x7F), (0x80, 0x7FF), (0x800, 0xFFFF), (0x10000, 0x10FFFF)] as [(UInt32, UInt32)]
  where range.lowerBound <= last && range.upperBound >= first {
    split(max(range.lowerBound, first), min(range.upperBound, last), into: &result)
  }
  return result
}

/// Both bounds have encodings of one length. Cuts the range until every byte runs over its values independently of
/// the bytes before it.
private func split(_ low: UInt32, _ high: UInt32, into result: inout [[ClosedRange<UInt8>]]) {
  for bits: UInt32 in [6, 12, 18] {
    let tail: UInt32 = 1 << bits - 1
    guard high > tail || low > tail, low & ~tail != high & ~tail else { continue }
    if low & tail != 0 {
      split(low, low | tail, into: &result)
      split((low | tail) + 1, high, into: &result)
      return
    }
    if high & tail != tail {
      split(low, (high & ~tail) - 1, into: &result)
      split(high & ~tail, high, into: &result)
      return
    }
  }
  result.append(zip(utf8(low), utf8(high)).map { $0...$1 })
}

/// The bytes of one scalar.
func utf8(_ scalar: UInt32) -> [UInt8] { Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8) }
