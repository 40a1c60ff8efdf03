/// SplitMix64: a small generator whose sequence is the same everywhere, so that an input is known by its number.
struct Randomness: RandomNumberGenerator {
  private var state: UInt64

  /// The generator of one input.
  init(seed: UInt64, input: Int) { state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(input) &* 0xD1B5_4A32_D192_ED03 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }

  mutating func below(_ count: Int) -> Int { count <= 1 ? 0 : Int(next() % UInt64(count)) }
  mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// A number at which arithmetic tends to go wrong.
  mutating func awkwardNumber() -> UInt64 {
    switch below(6) {
    case 0: return UInt64(below(4))
    case 1: return UInt64(below(1 << 10))
    case 2:
      // A power of two, or one beside it.
      return (1 << UInt64(below(64))) &+ UInt64(below(3)) &- 1
    case 3: return 0 &- UInt64(below(64))
    case 4: return UInt64(Int64.max) &- UInt64(below(64))
    default: return next()
    }
  }
}

/// The bytes of a number, lowest first.
func littleEndianBytes(_ number: UInt64, count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
}
